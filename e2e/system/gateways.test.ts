// Several gateways on one registry: what one of them learns holds on all, and each stops and recovers without losing a call.

import {
  type App,
  freePort,
  type Script,
  scripts,
  spawnApp,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { post, type Stack, startStack } from '../src/stack.ts'

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const ok = scripts.json({ jsonrpc: '2.0', id: 1, result: {} })
const forever = new Promise<never>(() => {})
const quick = { GATEHOUSE_SETTLE_MS: '0', GATEHOUSE_DRAIN_MS: '10000' }

let stack: Stack
let second: { app: App; url: string }

beforeAll(async () => {
  stack = await startStack(quick)
  second = await startGateway()
})
afterAll(async () => {
  await second.app.stop()
  await stack.stop()
})

async function startGateway() {
  const port = String(await freePort())
  const url = `http://localhost:${port}`
  const app = await spawnApp('gateway', { ...stack.gatewayEnv, ...quick, PORT: port, PUBLIC_URL: url })
  return { app, url }
}

async function register(script: Script = ok, at = stack) {
  const upstream = await startRecordingUpstream(script)
  onTestFinished(() => upstream.close())
  const server = await at.register(upstream.url, [['X-Stored', 'v']])
  return { upstream, ...server, elsewhere: `${second.url}/mcp/${server.slug}` }
}

test('a session goes on at another gateway; ended at one, it is unknown at both, though the upstream kept it', async () => {
  const { upstream, address, elsewhere } = await register(
    scripts.json({ jsonrpc: '2.0', id: 1, result: {} }, { headers: { 'mcp-session-id': 'one' } }),
  )
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  const opened = await post(address, stack.key, { ...list, method: 'initialize', params })
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  expect((await post(elsewhere, stack.key, list, session)).status).toBe(200)
  expect(upstream.requests.at(-1)?.header('mcp-session-id')).toEqual(['one'])

  upstream.answer(scripts.inTurn(scripts.status(405), ok))
  const ended = await fetch(address, {
    method: 'DELETE',
    headers: { 'x-api-key': stack.key, 'mcp-protocol-version': '2025-11-25', ...session },
  })
  expect(ended.status).toBe(204)
  expect((await post(elsewhere, stack.key, list, session)).status).toBe(404)
  expect((await post(address, stack.key, list, session)).status).toBe(404)
})

test('no call that begins after the 204 of a deletion reaches the server, on any gateway, under load', async () => {
  const { upstream, address, elsewhere, id } = await register()
  let deleted = false
  const late: number[] = []
  const callers = [address, elsewhere].flatMap((to) =>
    Array.from({ length: 8 }, async () => {
      for (let after = 0; after < 5; ) {
        const begunLate = deleted
        const { status } = await post(to, stack.key, list)
        if (begunLate) after = late.push(status) && after + 1
      }
    }),
  )
  await waitFor(() => upstream.requests.length > 100)
  expect((await stack.ask('DELETE', `/v1/deepagents/mcp-servers/${id}`)).status).toBe(204)
  deleted = true
  await Promise.all(callers)
  expect(late.length).toBeGreaterThanOrEqual(80)
  expect(new Set(late)).toEqual(new Set([404]))
})

test('no call that begins after the answer carries replaced headers or is made by a revoked key, on any gateway, under load', async () => {
  const { upstream, address, elsewhere, id } = await register()
  const doomed = await stack.otherKey()
  let replaced = false
  let revoked = false
  const late: number[] = []
  const callers = [address, elsewhere].flatMap((to) =>
    Array.from({ length: 6 }, async (_, i) => {
      const key = i % 2 ? stack.key : doomed.key
      for (let after = 0; after < 5; ) {
        const [begunLate, byNobody] = [replaced && revoked, revoked && key === doomed.key]
        const { status } = await post(to, key, { ...list, id: replaced ? 'late' : 'early' })
        if (byNobody) late.push(status)
        if (begunLate) after += 1
      }
    }),
  )
  await waitFor(() => upstream.requests.length > 60)
  const headers = [{ key: 'X-Stored', value: 'new' }]
  expect((await stack.ask('PATCH', `/v1/deepagents/mcp-servers/${id}`, { headers })).status).toBe(200)
  replaced = true
  expect((await stack.ask('DELETE', `/v1/api-keys/${doomed.id}`)).status).toBe(204)
  revoked = true
  await Promise.all(callers)
  const afterwards = upstream.requests.filter((one) => (one.json() as { id?: unknown }).id === 'late')
  expect(afterwards.length).toBeGreaterThan(0)
  expect(new Set(afterwards.flatMap((one) => one.header('x-stored')))).toEqual(new Set(['new']))
  expect(late.length).toBeGreaterThanOrEqual(30)
  expect(new Set(late)).toEqual(new Set([401]))
})

test('a stop finishes calls in flight, ends open streams cleanly, and waits for no idle connection', async () => {
  const third = await startGateway()
  let go = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const quiet = await register(scripts.sse(['data: 1\n\n', forever]))
  const slow = await register(scripts.sse(['data: 1\n\n', gate, 'data: 2\n\n']))
  const stream = await fetch(`${third.url}/mcp/${quiet.slug}`, { headers: { 'x-api-key': stack.key } })
  const call = await post(`${third.url}/mcp/${slow.slug}`, stack.key, list)
  const stopped = third.app.stop()
  expect(await stream.text()).toBe('data: 1\n\n')
  go()
  expect(await call.text()).toBe('data: 1\n\ndata: 2\n\n')
  const from = performance.now()
  expect(await stopped).toBe(0)
  expect(performance.now() - from).toBeLessThan(3_000)
})

test('without the registry what is known goes on to the end of the lease, then it is 503; with it everything is well again', async () => {
  const own = await startStack(quick, 1, { GATEHOUSE_LEASE_MS: '4000' })
  const { address } = await register(ok, own)
  // The key of the start itself is another one after the next start.
  const { key } = await own.otherKey()
  expect((await post(address, key, list)).status).toBe(200)
  await own.registry.stop('SIGKILL')
  expect((await post(address, key, list)).status).toBe(200)
  const refused = await waitFor(async () => {
    const answer = await post(address, key, list)
    return answer.status !== 200 && [answer.status, answer.headers.get('retry-after')]
  })
  expect(refused).toEqual([503, '2'])
  const again = await spawnApp('registry', own.registryEnv)
  await waitFor(async () => (await post(address, key, list)).status === 200, { deadlineMs: 10_000 })
  await own.gateway.stop()
  await again.stop()
  await own.stop()
}, 60_000)
