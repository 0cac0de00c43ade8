import { type RecordingUpstream, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import type { TestKey } from '../testing/internal-listener.ts'
import { openRaw, rawStatus } from '../testing/raw.ts'

const origin = 'https://app.example'
const message = '{"jsonrpc":"2.0","id":"a\\u0062","method":"tools/list"}'

let gateway: TestGateway
let upstream: RecordingUpstream
let key: TestKey
let host: string

beforeAll(async () => {
  gateway = await startGateway({ GATEHOUSE_BODY_TIMEOUT_MS: '300', GATEHOUSE_ALLOWED_ORIGINS: origin })
  upstream = await startRecordingUpstream(scripts.json({ jsonrpc: '2.0', id: 'ab', result: {} }))
  gateway.registry.addServer({ slug: 'one', url: upstream.url, headers: [['x-stored', 'v']] })
  key = gateway.registry.addKey()
  host = new URL(gateway.url).host
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

/** A request as text; `undefined` leaves a line out. */
function request(change: { target?: string; method?: string; body?: string; lines?: string[] } = {}) {
  const { target = '/mcp/one', method = 'POST', body = message, lines = [] } = change
  const named = new Set(lines.map((line) => line.split(':')[0]?.toLowerCase()))
  const usual = [
    `Host: ${host}`,
    `X-Api-Key: ${key.key}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ].filter((line) => !named.has(line.split(':')[0]?.toLowerCase()))
  return `${method} ${target} HTTP/1.1\r\n${[...usual, ...lines].join('\r\n')}\r\n\r\n${body}`
}

test('the request that these tests change is a good one', async () => {
  expect(await rawStatus(gateway.url, request())).toBe(200)
})

describe('framing that two parsers could read differently is 400 and reaches nobody', () => {
  test.each([
    ['two Hosts', () => request({ lines: [`Host: ${host}`, 'Host: other.example'] })],
    ['no Host', () => request().replace(/Host: .*\r\n/, '')],
    ['two keys in one header name', () => request({ lines: ['X-Api-Key: a', `X-Api-Key: ${key.key}`] })],
    [
      'Authorization twice',
      () => request({ lines: [`Authorization: Bearer ${key.key}`, `Authorization: Bearer ${key.key}`] }),
    ],
    ['Mcp-Name twice', () => request({ lines: ['Mcp-Name: a', 'mcp-name: b'] })],
    ['a parameter header twice', () => request({ lines: ['Mcp-Param-X: a', 'mcp-param-x: b'] })],
    ['an absolute target', () => request({ target: `http://${host}/mcp/one` })],
    ['a target of another host', () => request({ target: 'http://other.example/mcp/one' })],
    ['a target without a path', () => request({ target: '*', method: 'OPTIONS' })],
    ['two slashes', () => request({ target: '//mcp/one' })],
    ['dot segments', () => request({ target: '/mcp/../mcp/one' })],
    ['encoded dot segments', () => request({ target: '/mcp/%2e%2E/mcp/one' })],
    ['an encoded slash', () => request({ target: '/mcp/one%2Ftwo' })],
    ['two lengths', () => request({ lines: ['Content-Length: 5', 'Content-Length: 6'] })],
    ['a length and chunks', () => request({ lines: ['Transfer-Encoding: chunked', 'Content-Length: 5'] })],
    ['a space before the colon', () => request().replace('Host:', 'Host :')],
    ['a folded header', () => request({ lines: ['X-A: a\r\n b'] })],
  ])('%s', async (_what, bytes) => {
    const seen = upstream.requests.length
    expect(await rawStatus(gateway.url, bytes())).toBe(400)
    expect(upstream.requests.length).toBe(seen)
  })
})

test('refusals come in their order: whatever is wrong besides, the first one tells', async () => {
  const wrong = {
    framing: 'Mcp-Name: a\r\nMcp-Name: b',
    host: 'Host: other.example',
    origin: 'Origin: https://evil.example',
    key: 'X-Api-Key: nonsense',
    type: 'Content-Type: text/plain',
    size: `Content-Length: ${5 * 1024 * 1024}`,
    version: 'MCP-Protocol-Version: 2026-07-28',
  }
  const { framing, host: foreign, origin: evil, key: bad, type, size, version } = wrong
  const everything = [foreign, evil, bad, type, size, version]
  const send = (lines: string[], change = {}) =>
    rawStatus(gateway.url, request({ target: '/mcp/none', method: 'PUT', body: '{', lines, ...change }))
  expect(await send([...everything, framing])).toBe(400)
  expect(await send(everything)).toBe(421)
  expect(await send(everything.slice(1))).toBe(403)
  expect(await send(everything.slice(2))).toBe(401)
  expect(await send(everything.slice(3))).toBe(404)
  expect(await send(everything.slice(3), { target: '/mcp/one' })).toBe(405)
  const post = { target: '/mcp/one', method: 'POST' }
  expect(await send(everything.slice(3), post)).toBe(415)
  expect(await send(everything.slice(4), post)).toBe(413)
  expect(await send(everything.slice(5), post)).toBe(400)
})

test('the id of a refused message is repeated as it was written', async () => {
  const { write, ended } = await openRaw(gateway.url)
  write(request({ lines: ['MCP-Protocol-Version: 2026-07-28'] }))
  const answer = await ended
  expect(answer).toContain('HTTP/1.1 400 ')
  expect(answer).toContain('{"jsonrpc":"2.0","id":"a\\u0062","error":{"code":-32602,')
})

test('a body that comes too slowly is refused, and its connection goes', async () => {
  const { write, ended } = await openRaw(gateway.url)
  write(request({ lines: ['Content-Length: 1000', 'Connection: keep-alive'] }))
  expect(await ended).toMatch(/^HTTP\/1\.1 400 /)
})

test('a compressed body is of a media type that is not taken', async () => {
  expect(await rawStatus(gateway.url, request({ lines: ['Content-Encoding: gzip'] }))).toBe(415)
})

describe('while the body is on its way', () => {
  async function half(slug: string, change: () => number) {
    const { write, ended } = await openRaw(gateway.url)
    const whole = request({ target: `/mcp/${slug}` })
    write(whole.slice(0, -5))
    // The head has been judged when the server is known to the gateway.
    await waitFor(async () => (await gateway.deps.knowledge.resolve(digest, slug)).servers.length > 0)
    const revision = change()
    await waitFor(() => gateway.registry.acknowledged() >= revision)
    write(whole.slice(-5))
    return ended
  }
  let digest: string
  beforeAll(async () => {
    const { digestKey } = await import('@gatehouse/registry-api/key-format')
    digest = digestKey(key.key) ?? ''
  })

  test('a server that moves gets its new credential at its new address, and the old address nothing', async () => {
    const moved = await startRecordingUpstream(scripts.json({ jsonrpc: '2.0', id: 'ab', result: {} }))
    const id = gateway.registry.addServer({
      slug: 'moves',
      url: upstream.url,
      headers: [['x-stored', 'old']],
    })
    const seen = upstream.requests.length
    const answer = await half('moves', () =>
      gateway.registry.changeServer(id, { url: moved.url, headers: [['x-stored', 'new']] }),
    )
    expect(answer).toContain('HTTP/1.1 200 ')
    expect(moved.requests.map((one) => one.header('x-stored'))).toEqual([['new']])
    expect(upstream.requests.length).toBe(seen)
    await moved.close()
  })

  test('a server that is deleted is gone, for this call too', async () => {
    const id = gateway.registry.addServer({ slug: 'goes', url: upstream.url, headers: [['x-stored', 'v']] })
    const seen = upstream.requests.length
    expect(await half('goes', () => gateway.registry.removeServer(id))).toContain('HTTP/1.1 404 ')
    expect(upstream.requests.length).toBe(seen)
  })
})

describe('batches', () => {
  const batch = (count: number) => `[${Array(count).fill(message).join(',')}]`
  test.each([
    ['without a version', batch(50), [], 200],
    ['of the revision that had them', batch(2), ['MCP-Protocol-Version: 2025-03-26'], 200],
    ['of a later revision', batch(2), ['MCP-Protocol-Version: 2025-06-18'], 400],
    ['of 51 messages', batch(51), [], 400],
    ['of none', '[]', [], 400],
    ['with one element that is no message', `[${message},{}]`, [], 400],
  ])('%s', async (_what, body, lines, status) => {
    const seen = upstream.requests.length
    expect(await rawStatus(gateway.url, request({ body, lines }))).toBe(status)
    expect(upstream.requests.length).toBe(status === 200 ? seen + 1 : seen)
    if (status === 200) expect(upstream.requests.at(-1)?.body.toString()).toBe(body)
  })
})

describe('pages of a listed origin', () => {
  test('get their preflight answered without a key', async () => {
    const preflight = await fetch(`${gateway.url}/mcp/one`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, mcp-param-region, x-evil',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, mcp-param-region')
  })

  test('may read answers and their session ids; pages of no other origin may', async () => {
    const call = (from: string) =>
      fetch(`${gateway.url}/mcp/one`, {
        method: 'POST',
        headers: { origin: from, 'x-api-key': key.key, 'content-type': 'application/json' },
        body: message,
      })
    const answer = await call(origin)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    expect(answer.headers.get('access-control-expose-headers')).toContain('Mcp-Session-Id')
    const refused = await call('https://evil.example')
    expect(refused.status).toBe(403)
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  })
})

test('the record of a call names the attached headers and never their values', async () => {
  gateway.registry.addServer({ slug: 'noted', url: upstream.url, headers: [['x-stored', 'canary-88']] })
  await rawStatus(gateway.url, request({ target: '/mcp/noted' }))
  const record = await waitFor(() => gateway.registry.records.find((one) => one.server_slug === 'noted'))
  expect(record).toMatchObject({
    caller_key_id: key.id,
    path: 'transparent',
    method: 'tools/list',
    outcome: 'ok',
    http_status: 200,
    attached_headers: ['x-stored'],
    request_bytes: Buffer.byteLength(message),
  })
  const { authenticate_ms, policy_ms, credential_ms, upstream_ms, duration_ms } = record ?? expect.fail()
  const phases = [authenticate_ms, policy_ms, credential_ms, upstream_ms].map((ms) => ms ?? -1)
  expect(Math.min(...phases)).toBeGreaterThanOrEqual(0)
  expect(phases.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(duration_ms)
  expect(JSON.stringify(gateway.registry.records)).not.toContain('canary-88')
})
