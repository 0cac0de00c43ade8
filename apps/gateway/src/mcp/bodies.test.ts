// What a body may and may not be, over the wire and on every path through the gateway: hostile ones reach nobody, and large or odd
// ones that are right arrive as they were written.

import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { type RecordingUpstream, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { modernHeaders, modernMeta } from '../testing/aggregate.ts'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import { openRaw } from '../testing/raw.ts'

const tools = [{ name: 't', inputSchema: { type: 'object' } }]
const message = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}'
const mib = 1024 * 1024

let gateway: TestGateway
let legacy: RecordingUpstream
let modern: RecordingUpstream
let key: string

beforeAll(async () => {
  gateway = await startGateway({ GATEHOUSE_BODY_TIMEOUT_MS: '300' })
  legacy = await startRecordingUpstream(scripts.legacyServer({ tools }))
  modern = await startRecordingUpstream(scripts.modernServer({ tools }))
  gateway.registry.addServer({ slug: 'old', url: legacy.url })
  gateway.registry.addServer({ slug: 'new', url: modern.url })
  key = gateway.registry.addKey().key
  // The eras are known, and every list is there: what comes from now on is the tests' own.
  for (const path of ['/mcp/old', '/mcp/new', '/mcp/']) await send(message, {}, path)
})
afterAll(() => Promise.all([gateway.close(), legacy.close(), modern.close()]))
beforeEach(() => {
  legacy.requests.length = 0
  modern.requests.length = 0
})

const send = async (body: string | Buffer, headers: Record<string, string> = {}, path = '/mcp/old') => {
  const answer = await fetch(gateway.url + path, {
    method: 'POST',
    headers: {
      'x-api-key': key,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  })
  return { status: answer.status, text: await answer.text() }
}
/** On the paths to one server and to all of them. */
const paths = ['/mcp/old', '/mcp/new', '/mcp/']
const reached = () => [...legacy.requests, ...modern.requests].map((request) => request.body.toString())

async function isRefused(body: string | Buffer, status: number, headers: Record<string, string> = {}) {
  for (const path of paths) expect([path, (await send(body, headers, path)).status]).toEqual([path, status])
  expect(reached()).toEqual([])
  expect((await send(message)).status).toBe(200)
  legacy.requests.length = 0
}

/** The status of the first answer; then the client leaves. */
async function firstStatus(parts: readonly string[]): Promise<string | undefined> {
  const { write, received, socket } = await openRaw(gateway.url)
  for (const part of parts) write(part)
  const status = await waitFor(() => /^HTTP\/1\.1 (\d+) /.exec(received())?.[1])
  socket.destroy()
  return status
}

describe('refused with 400 on every path, and reaches nobody', () => {
  const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  test.each<[string, string | Buffer]>([
    ['jsonrpc twice', '{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"tools/list"}'],
    ['id twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}'],
    ['method twice', '{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}'],
    [
      'method twice, once with an escape',
      '{"jsonrpc":"2.0","id":1,"method":"tools/list","meth\\u006fd":"ping"}',
    ],
    [
      'params twice',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"},"params":{"name":"u"}}',
    ],
    ['name twice', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","name":"u"}}'],
    ['a Method', '{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call"}'],
    ['an ID', '{"jsonrpc":"2.0","id":1,"ID":2,"method":"tools/list"}'],
    ['a JSONRPC', '{"jsonrpc":"2.0","JSONRPC":"1.0","id":1,"method":"tools/list"}'],
    ['Params', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"},"PARAMS":{"name":"u"}}'],
    ['a Name', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","Name":"u"}}'],
    [
      'params with a long s',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","param\u017f":{"name":"u"},"params":{"name":"t"}}',
    ],
    ['arguments nested beyond 64', message.replace('"t"', `"t","arguments":{"a":${deep(64)}}`)],
    ['nesting without an end', `${message.slice(0, -2)},"arguments":${'['.repeat(100_000)}`],
    ['no object', deep(3)],
    ['a byte order mark', `\ufeff${message}`],
    ['UTF-16', Buffer.from(message, 'utf16le')],
    ['an overlong spelling', Buffer.from(message.replace('"t"', '"\xc0\xaf"'), 'latin1')],
    ['a lone continuation byte', Buffer.from(message.replace('"t"', '"\x80"'), 'latin1')],
    ['an encoded surrogate', Buffer.from(message.replace('"t"', '"\xed\xa0\x80"'), 'latin1')],
    ['a character beyond Unicode', Buffer.from(message.replace('"t"', '"\xf4\x90\x80\x80"'), 'latin1')],
    ['a character cut off', Buffer.from(message.replace('"t"}}', '"\xe2\x82'), 'latin1')],
    ['bytes after the end', `${message}${message}`],
    ['a comment', message.replace('{', '{/**/')],
    ['a number that is none', message.replace('1', '0x1')],
    ['NaN', message.replace('1', 'NaN')],
  ])('%s', async (_what, body) => {
    await isRefused(body, 400)
  })
})

test.each([
  ['gzip', gzipSync(message)],
  ['GZIP', gzipSync(message)],
  ['x-gzip', gzipSync(message)],
  ['br', brotliCompressSync(message)],
  ['deflate', deflateSync(message)],
  ['zstd', zstdCompressSync(message)],
  ['identity, gzip', gzipSync(message)],
  ['gzip, gzip', gzipSync(gzipSync(message))],
  ['br', brotliCompressSync(Buffer.alloc(64 * mib))],
  ['gzip', Buffer.from(message)],
  ['unknown', Buffer.from(message)],
])('a body in %s is 415 and is not unpacked', async (coding, body) => {
  await isRefused(body, 415, { 'content-encoding': coding })
})

describe('a body whose length is not what it says', () => {
  const head = (lines: string) =>
    `POST /mcp/old HTTP/1.1\r\nHost: ${new URL(gateway.url).host}\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\n${lines}\r\n\r\n`

  test('too much: 413 with and without a length, before the rest is there', async () => {
    await isRefused('x'.repeat(4 * mib + 1), 413)
    const chunk = `100000\r\n${'x'.repeat(mib)}\r\n`
    expect(await firstStatus([head('Transfer-Encoding: chunked'), ...Array(5).fill(chunk)])).toBe('413')
    expect(reached()).toEqual([])
  })

  test('less than it says: 400 when its time is over; nobody hears of it', async () => {
    expect(await firstStatus([head(`Content-Length: ${message.length + 1}`), message])).toBe('400')
    expect(reached()).toEqual([])
  })

  test('less than it says, and the client leaves: nobody hears of it', async () => {
    const { write, socket, ended } = await openRaw(gateway.url)
    write(head(`Content-Length: ${message.length + 1}`) + message)
    await waitFor(() => socket.bytesWritten > message.length)
    socket.end()
    await ended
    expect((await send(message)).status).toBe(200)
    expect(reached()).toEqual([message])
  })

  test('more than it says: refused, or the connection is gone; nobody hears of it', async () => {
    const { write, ended } = await openRaw(gateway.url)
    write(head(`Content-Length: ${message.length - 1}`) + message)
    expect(await ended).toMatch(/^(HTTP\/1\.1 400 .*)?$/s)
    expect(reached()).toEqual([])
  })
})

describe('arrives as it was written, on every path', () => {
  const cells = Array.from({ length: 1_000 }, (_, row) =>
    Array.from({ length: 50 }, (_, column) => (column % 2 ? `r${row} "c${column}" \u{1f600}` : row * 1e-3)),
  )
  const odd =
    '{"constructor":{"prototype":{"a":1}},"__proto__":{"b":2},"toString":"c","hasOwnProperty":false,"":null}'
  test.each<[string, string]>([
    ['a table of 50,000 cells', JSON.stringify({ table: cells })],
    ['members with names of the language', odd],
    [
      'members that we read elsewhere, in any case and twice',
      '{"id":1,"ID":2,"id":3,"method":"x","Method":"y","name":"z","jsonrpc":1}',
    ],
    ['numbers beyond doubles', '{"a":1e400,"b":-0.0,"c":123456789012345678901234567890,"d":1E+2,"e":0.10}'],
    ['nesting up to 64', `{"a":${'['.repeat(60)}${']'.repeat(60)}}`],
    ['three million characters in one string', JSON.stringify({ text: 'é'.repeat(1.5 * mib) })],
    [
      '50,000 members',
      JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]))),
    ],
    ['every escape', '{"a":"\\u0000\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\"\\\\"}'],
  ])('%s', async (_what, text) => {
    for (const path of paths) {
      for (const isModern of [false, true]) {
        const slug = path === '/mcp/' ? 'old' : path.slice(5)
        const name = path === '/mcp/' ? 'old__t' : 't'
        const meta = isModern ? `,"_meta":${JSON.stringify(modernMeta())}` : ''
        const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${text}${meta}}}`
        const headers = isModern ? modernHeaders('tools/call', { name }) : {}
        const { status, text: answer } = await send(body, headers, path)
        expect([path, isModern, status, answer.slice(0, 200)]).toEqual([
          path,
          isModern,
          200,
          expect.stringContaining('"result"'),
        ])
        const upstream = slug === 'old' ? legacy : modern
        expect(upstream.requests.at(-1)?.body.includes(`"arguments":${text}`)).toBe(true)
      }
    }
  })
})
