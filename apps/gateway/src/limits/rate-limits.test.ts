import type { ResolvedCaller } from '@gatehouse/registry-api/internal'
import { type RecordingUpstream, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import { openRaw } from '../testing/raw.ts'
import { createRateLimits } from './rate-limits.ts'

const list = '{"jsonrpc":"2.0","id":7,"method":"tools/list"}'

let gateway: TestGateway
let upstream: RecordingUpstream

beforeAll(async () => {
  gateway = await startGateway()
  upstream = await startRecordingUpstream(scripts.json({ jsonrpc: '2.0', id: 7, result: { tools: [] } }))
  gateway.registry.addServer({ slug: 'one', url: upstream.url })
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const call = (key: string, body = list, path = '/mcp/one') =>
  fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: {
      'x-api-key': key,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body,
  })

test('a key makes as many requests in a minute as it may; the next is 429 and says when to come again', async () => {
  const { key } = gateway.registry.addKey({ rateLimit: 2 })
  const seen = upstream.requests.length
  const first = await call(key)
  expect(first.status).toBe(200)
  expect(first.headers.get('ratelimit-policy')).toBe('"key";q=2;w=60')
  expect(first.headers.get('ratelimit')).toMatch(/^"key";r=1;t=(60|59)$/)
  expect((await call(key)).headers.get('ratelimit')).toMatch(/^"key";r=0;/)
  const refused = await call(key)
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50)
  expect(refused.headers.get('ratelimit')).toMatch(/^"key";r=0;/)
  expect(await refused.json()).toEqual({ error: expect.stringContaining('2 requests in a minute') })
  expect(upstream.requests.length).toBe(seen + 2)
})

test('a refused request is refused before its body is there', async () => {
  const { key } = gateway.registry.addKey({ rateLimit: 1 })
  await call(key)
  const { write, received, socket } = await openRaw(gateway.url)
  write(
    `POST /mcp/one HTTP/1.1\r\nHost: ${new URL(gateway.url).host}\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`,
  )
  await waitFor(() => received().startsWith('HTTP/1.1 429 '))
  socket.destroy()
})

test('every way in counts, also what is not there; another key of the workspace has its own count', async () => {
  const { key } = gateway.registry.addKey({ rateLimit: 3 })
  expect((await call(key, list, '/mcp/')).status).toBe(200)
  expect((await call(key, list, '/mcp/none')).status).toBe(404)
  expect((await call(key, 'no json')).status).toBe(400)
  expect((await call(key)).status).toBe(429)
  expect((await call(key, list, '/mcp/')).status).toBe(429)
  expect((await call(gateway.registry.addKey({ rateLimit: 1 }).key)).status).toBe(200)
})

test('each message of a batch is a request', async () => {
  const { key } = gateway.registry.addKey({ rateLimit: 10 })
  expect((await call(key, `[${Array(8).fill(list).join(',')}]`)).headers.get('ratelimit')).toMatch(/;r=2;/)
  expect((await call(key, `[${Array(4).fill(list).join(',')}]`)).status).toBe(429)
  expect((await call(key)).status).toBe(200)
})

test('a key without a limit is told of none', async () => {
  const answer = await call(gateway.registry.addKey().key)
  expect(answer.headers.has('ratelimit')).toBe(false)
})

test('a minute after its first request a key begins anew', () => {
  let now = 1_000
  const limits = createRateLimits(
    () => now,
    () => 1,
  )
  const headers = new Map<string, unknown>()
  // Of a response it sets headers only; of a caller it reads these two.
  const response = { setHeader: (name: string, value: unknown) => headers.set(name, value) } as never
  const caller = { key_id: 'k', rate_limit: 1 } as ResolvedCaller
  limits.count(caller, response)
  now += 59_999
  const limited = expect.objectContaining({ code: 'rate_limited', status: 429, retryAfterS: 1 })
  expect(() => limits.count(caller, response)).toThrow(limited)
  now += 1
  limits.count(caller, response)
  expect(headers.get('RateLimit')).toBe('"key";r=0;t=60')
})

test('gateways share what a key may do; one that is alone again allows all of it', () => {
  let gateways = 3
  const limits = createRateLimits(
    () => 1_000,
    () => gateways,
  )
  const response = { setHeader: () => {} } as never // of a response it sets headers only
  const caller = { key_id: 'k', rate_limit: 7 } as ResolvedCaller // of a caller it reads these two
  const allowed = () => {
    for (let count = 0; ; count += 1) {
      try {
        limits.count(caller, response)
      } catch {
        return count
      }
    }
  }
  expect(allowed()).toBe(3)
  gateways = 1
  expect(allowed()).toBe(4)
})
