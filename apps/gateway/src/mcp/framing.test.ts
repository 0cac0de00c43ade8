import { type RecordingUpstream, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import { openRaw } from '../testing/raw.ts'

const message = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
const size = message.length.toString(16)
const chunked = 'Transfer-Encoding: chunked'
const length = `Content-Length: ${message.length}`
const chunks = `${size}\r\n${message}\r\n0\r\n\r\n`
const many = Array.from({ length: 40 }, (_, index) => `X-Some-${index}: 1`)
const answer = scripts.json({ jsonrpc: '2.0', id: 1, result: {} })

let gateway: TestGateway
let upstream: RecordingUpstream
let key: string
let host: string

beforeAll(async () => {
  gateway = await startGateway({ GATEHOUSE_HEADER_TIMEOUT_MS: '500', GATEHOUSE_BODY_TIMEOUT_MS: '300' })
  upstream = await startRecordingUpstream(answer)
  gateway.registry.addServer({ slug: 'one', url: upstream.url })
  key = gateway.registry.addKey().key
  host = new URL(gateway.url).host
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})
beforeEach(() => upstream.answer(answer))

/** A head with these lines beside the usual ones. */
const head = (lines: readonly string[], start = 'POST /mcp/one HTTP/1.1') =>
  [start, `Host: ${host}`, `X-Api-Key: ${key}`, 'Content-Type: application/json', ...lines, '', ''].join(
    '\r\n',
  )
const whole = (lines: readonly string[] = [], start?: string) => head([length, ...lines], start) + message

/** Statuses of all answers until the gateway closes or has given as many as these. */
async function statuses(bytes: string, most = Number.POSITIVE_INFINITY): Promise<number[]> {
  const { socket, write, received, ended } = await openRaw(gateway.url)
  const found = () => [...received().matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]))
  write(Buffer.from(bytes, 'latin1'))
  await Promise.race([ended, waitFor(() => found().length >= most)])
  socket.destroy()
  return found()
}

test('the requests that these tests change are good ones', async () => {
  expect(await statuses(whole(), 1)).toEqual([200])
  expect(await statuses(head([chunked]) + chunks, 1)).toEqual([200])
  expect(await statuses(head(['transfer-encoding: CHUNKED']) + chunks, 1)).toEqual([200])
  expect(await statuses(whole([], 'POST /mcp/one HTTP/1.0'), 1)).toEqual([200])
  expect(await statuses(whole() + whole(), 2)).toEqual([200, 200])
  expect(await statuses(whole([...many, 'X-Some-1: 2']), 1)).toEqual([200])
})

describe('is 400, reaches nobody, and nothing more is taken from the connection', () => {
  test.each<[string, () => string]>([
    ['two equal lengths', () => whole([length])],
    ['a list of lengths', () => head([`Content-Length: 46, 46`]) + message],
    ['a length with a sign', () => head(['Content-Length: +46']) + message],
    ['a negative length', () => head(['Content-Length: -1']) + message],
    ['a hexadecimal length', () => head(['Content-Length: 0x2e']) + message],
    ['a length in two', () => head(['Content-Length: 4 6']) + message],
    ['an empty length', () => head(['Content-Length:']) + message],
    ['a length beyond numbers', () => head([`Content-Length: ${'9'.repeat(30)}`]) + message],
    ['length, then chunks', () => head([length, chunked]) + chunks],
    ['chunks, then length', () => head([chunked, length]) + chunks],
    ['chunked twice', () => head([chunked, chunked]) + chunks],
    ['chunked twice in a list', () => head(['Transfer-Encoding: chunked, chunked']) + chunks],
    ['another coding', () => head(['Transfer-Encoding: xchunked']) + chunks],
    ['another coding before chunks', () => head(['Transfer-Encoding: gzip, chunked']) + chunks],
    ['another coding after chunks', () => head(['Transfer-Encoding: chunked, gzip']) + chunks],
    ['no coding by name', () => head(['Transfer-Encoding: identity']) + message],
    ['a coding in quotes', () => head(['Transfer-Encoding: "chunked"']) + chunks],
    ['a coding after a control character', () => head(['Transfer-Encoding: \x0bchunked']) + chunks],
    ['a coding whose name ends with a space', () => head(['Transfer-Encoding : chunked']) + chunks],
    ['chunks in HTTP/1.0', () => head([chunked], 'POST /mcp/one HTTP/1.0') + chunks],
    ['a chunk of no size', () => head([chunked]) + chunks.replace(size, 'zz')],
    ['a chunk with a prefix', () => head([chunked]) + chunks.replace(size, `0x${size}`)],
    ['a chunk of a negative size', () => head([chunked]) + chunks.replace(size, `-${size}`)],
    ['a chunk beyond numbers', () => head([chunked]) + chunks.replace(size, 'f'.repeat(17))],
    ['a chunk longer than its size', () => head([chunked]) + chunks.replace(size, '2d')],
    ['a chunk extension that ends in LF', () => head([chunked]) + chunks.replace('\r\n', ';a\n')],
    ['chunks that end in LF', () => head([chunked]) + chunks.replaceAll('\r\n', '\n')],
    ['lines that end in LF', () => whole().replaceAll('\r\n', '\n')],
    ['a lone CR', () => whole(['X-A: a\rX-B: b'])],
    ['a folded line', () => whole(['X-A: a', '\tb'])],
    ['a folded first line', () => whole().replace('Host', ' Host')],
    ['NUL in a value', () => whole(['X-A: a\0b'])],
    ['a control character in a value', () => whole(['X-A: a\x01b'])],
    ['a line without a name', () => whole([': x'])],
    ['a line without a colon', () => whole(['garbage'])],
    ['a name of two words', () => whole(['X A: b'])],
    ['Host twice', () => whole([`Host: ${host}`])],
    ['Host twice in other letters', () => whole([`HOST: ${host}`])],
    ['a name of ours twice', () => whole(['Mcp-Other: 1', 'X-B: 1', 'mcp-other: 2'])],
    ['a name twice among many', () => whole([...many, `host: ${host}`])],
    ['Authorization twice', () => whole([`Authorization: Bearer ${key}`, `authorization: Bearer ${key}`])],
    ['the key twice', () => whole([`X-Api-Key: ${key}`])],
    ['the media type twice', () => whole(['Content-Type: application/json'])],
    ['the content encoding twice', () => whole(['Content-Encoding: identity', 'Content-Encoding: gzip'])],
    ['Origin twice', () => whole([`Origin: http://${host}`, 'Origin: https://evil.example'])],
    ['any Mcp- header twice', () => whole(['Mcp-Whatever: a', 'MCP-whatever: a'])],
    ['an absolute target', () => whole([], `POST http://${host}/mcp/one HTTP/1.1`)],
    ['a target without a slash', () => whole([], 'POST mcp/one HTTP/1.1')],
    ['two slashes', () => whole([], 'POST //mcp/one HTTP/1.1')],
    ['an encoded slash', () => whole([], 'POST /mcp/one%2fx HTTP/1.1')],
    ['an encoded backslash', () => whole([], 'POST /mcp/one%5Cx HTTP/1.1')],
    ['a backslash', () => whole([], 'POST /mcp/one\\x HTTP/1.1')],
    ['dot segments', () => whole([], 'POST /mcp/./one HTTP/1.1')],
    ['a dot segment at the end', () => whole([], 'POST /mcp/one/.. HTTP/1.1')],
    ['a space in the target', () => whole([], 'POST /mcp/one x HTTP/1.1')],
    ['NUL in the target', () => whole([], 'POST /mcp/one\0 HTTP/1.1')],
    ['a byte beyond ASCII in the target', () => whole([], 'POST /mcp/\xff HTTP/1.1')],
    ['a method in small letters', () => whole([], 'post /mcp/one HTTP/1.1')],
    ['another version', () => whole([], 'POST /mcp/one HTTP/2.0')],
    ['no version', () => 'GET /mcp/one\r\n\r\n'],
    ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the hello of TLS', () => '\x16\x03\x01\x02\x00\x01\x00'],
  ])('%s', async (_what, bytes) => {
    const seen = upstream.requests.length
    expect(await statuses(bytes() + whole())).toEqual([400])
    expect(upstream.requests.length).toBe(seen)
  })
})

test('a header that stands behind thousands of others is not overlooked', async () => {
  const many = Array.from({ length: 2_000 }, () => 'a:')
  expect(await statuses(whole([...many, 'Host: evil.example']))).toEqual([431])
})

test('headers and targets have their size', async () => {
  expect(await statuses(whole([`X-A: ${'a'.repeat(20_000)}`]))).toEqual([431])
  expect(await statuses(whole([], `POST /mcp/one?${'a'.repeat(20_000)} HTTP/1.1`))).toEqual([431])
})

test('a target by CONNECT is no proxy', async () => {
  expect(await statuses(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n${whole()}`)).toEqual([])
})

test('what spells the address otherwise is nothing, and an unknown expectation 417', async () => {
  const seen = upstream.requests.length
  for (const path of [
    '/mcp%6fne',
    '/%6dcp/one',
    '/MCP/one',
    '/mcp/one;x',
    '/mcp/one/',
    '/mcp/one%00',
    '/x/../mcp/one',
  ])
    expect(await statuses(whole([], `POST ${path} HTTP/1.1`), 1)).toEqual([404])
  expect(await statuses(whole(['Expect: anything']), 1)).toEqual([417])
  expect(upstream.requests.length).toBe(seen)
})

test('a head that comes too slowly is 408, however it drips', async () => {
  const { write, received, ended, socket } = await openRaw(gateway.url)
  write('POST /mcp/one HTTP/1.1\r\n')
  const drip = setInterval(() => socket.writable && write('X-A: a\r\n'), 100)
  await ended
  clearInterval(drip)
  expect(received()).toMatch(/^HTTP\/1\.1 408 /)
})

test('what comes after the last request of a connection is not taken', async () => {
  const seen = upstream.requests.length
  expect((await statuses(whole(['Connection: close']) + whole())).length).toBeLessThan(2)
  expect((await statuses(whole([], 'POST /mcp/one HTTP/1.0') + whole())).length).toBeLessThan(2)
  expect(upstream.requests.length).toBeLessThan(seen + 3)
})

test('what comes after a request that was answered with its rest unread is not taken for another', async () => {
  const seen = upstream.requests.length
  expect(await statuses(head(['Content-Length: 5000000']) + whole())).toEqual([413])
  expect(upstream.requests.length).toBe(seen)
})

test('garbage after a request is no answer to it', async () => {
  const seen = upstream.requests.length
  upstream.answer(scripts.never)
  expect(await statuses(`${whole()}GARBAGE\r\n\r\n`)).toEqual([])
  upstream.answer(scripts.sse(['data: 1\n\n', new Promise(() => {})]))
  const { write, received, ended } = await openRaw(gateway.url)
  write(whole())
  await waitFor(() => received().includes('data: 1'))
  write('GARBAGE\r\n\r\n')
  expect(await ended).not.toContain('400')
  expect(upstream.requests.length).toBeGreaterThan(seen)
})
