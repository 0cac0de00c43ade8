import { type RecordingUpstream, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import { openRaw } from '../testing/raw.ts'
import { createOverload, type OverloadOptions } from './overload.ts'

let gateway: TestGateway
let upstream: RecordingUpstream
let key: string

beforeAll(async () => {
  gateway = await startGateway({ GATEHOUSE_MAX_REQUESTS: '2' })
  upstream = await startRecordingUpstream(scripts.never)
  gateway.registry.addServer({ slug: 'one', url: upstream.url })
  key = gateway.registry.addKey().key
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const call = (signal: AbortSignal | null = null) =>
  fetch(`${gateway.url}/mcp/one`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    signal,
  })

test('where too much is open a request is 503 before anything of it is looked at, and the gateway is not ready', async () => {
  const leaving = new AbortController()
  const open = [call(leaving.signal), call(leaving.signal)].map((one) => one.catch(() => undefined))
  await waitFor(() => upstream.requests.length === 2)
  const { write, received, socket } = await openRaw(gateway.url)
  write('POST /mcp/../one HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 1000\r\n\r\n')
  const answer = await waitFor(() => received().includes('overloaded') && received())
  expect(answer).toMatch(/^HTTP\/1\.1 503 /)
  expect(answer).toContain('\r\nRetry-After: 1\r\n')
  socket.destroy()
  const ready = await fetch(`${gateway.url}/ready`)
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'not ready', reason: 'too many requests are open' },
  ])
  expect(gateway.deps.overload.shed).toBe(1)

  leaving.abort()
  await Promise.all(open)
  await waitFor(() => gateway.deps.overload.reason === undefined)
  upstream.answer(scripts.json({ jsonrpc: '2.0', id: 1, result: {} }))
  for (let i = 0; i < 5; i += 1) expect((await call()).status).toBe(200)
  expect((await fetch(`${gateway.url}/ready`)).status).toBe(200)
})

function watch(options: Partial<OverloadOptions>) {
  const overload = createOverload({ delayMs: 3_600_000, requests: 1_000, everyMs: 40, ...options })
  onTestFinished(() => overload.close())
  return overload
}

test('where the event loop lags for some time nothing is taken, until it lags no more', async () => {
  const overload = watch({ delayMs: 100 })
  const block = () => {
    const until = performance.now() + 150
    while (performance.now() < until);
  }
  block()
  await waitFor(() => overload.reason !== undefined || Promise.resolve(block()).then(() => false))
  expect(() => overload.enter()).toThrow(
    expect.objectContaining({ code: 'overloaded', status: 503, retryAfterS: 1 }),
  )
  await waitFor(() => overload.reason === undefined)
  overload.enter()()
})

test('where memory is nearly full nothing is taken, also while nobody can tell how full', async () => {
  let used = 0.86
  let untold = 0
  const memory = () => {
    if (untold === 0) return used
    untold += 1
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
  }
  const overload = watch({ memory })
  await waitFor(() => overload.reason === 'memory is nearly full')
  expect(() => overload.enter()).toThrow()
  untold = 1
  await waitFor(() => untold > 2)
  expect(overload.reason).toBe('memory is nearly full')
  untold = 0
  used = 0.84
  await waitFor(() => overload.reason === undefined)
})
