// A registry that dies without a goodbye, or gets no processor time, under traffic: calls go on by what the gateway knows, and what
// it has to ask is refused with the code for that, until the registry is back.

import {
  type App,
  type RecordingUpstream,
  scripts,
  spawnApp,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { legacyCaller, sessionCaller } from '../src/callers.ts'
import { post, type Stack, startStack } from '../src/stack.ts'
import { startTraffic } from '../src/traffic.ts'

let stack: Stack
let registry: App
let upstream: RecordingUpstream
let address: string
let key: string
let fresh: string
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

beforeAll(async () => {
  stack = await startStack()
  registry = stack.registry
  upstream = await startRecordingUpstream(scripts.legacyServer({ sessionId: 'one' }))
  address = (await stack.register(upstream.url, [['X-Stored', 'v']])).address
  // The key of the start itself is another one after the next start.
  key = (await stack.otherKey()).key
  fresh = (await stack.otherKey()).key
})
afterAll(async () => {
  await stack.gateway.stop()
  await registry.stop()
  await stack.stop()
  await upstream.close()
})

const callers = () => Array.from({ length: 8 }, () => sessionCaller({ address: () => address, key }))

test('killed and restarted: no call fails, what has to be asked is 503 meanwhile, all is well within 5 s', async () => {
  const traffic = startTraffic({ callers: callers(), upstreams: [upstream] })
  await traffic.flows()
  await registry.stop('SIGKILL')
  await traffic.flows(80)
  const unknown = await post(`${stack.gatewayUrl}/mcp/unknown`, key, list)
  expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, '2'])
  registry = await spawnApp('registry', stack.registryEnv)
  const from = performance.now()
  await expect
    .poll(async () => (await post(`${stack.gatewayUrl}/mcp/unknown`, key, list)).status, { timeout: 5_000 })
    .toBe(404)
  expect(performance.now() - from).toBeLessThan(5_000)
  await traffic.heals(5_000)
  expect((await traffic.stop()).failures).toEqual({})
})

test('frozen: what is known goes on, and what was asked meanwhile is answered when it wakes', async () => {
  const traffic = startTraffic({ callers: callers(), upstreams: [upstream] })
  await traffic.flows()
  registry.child.kill('SIGSTOP')
  const waiting = post(`${stack.gatewayUrl}/mcp/unknown-too`, key, list)
  await traffic.flows(80)
  registry.child.kill('SIGCONT')
  expect((await waiting).status).toBe(404)
  await traffic.heals(5_000)
  expect((await traffic.stop()).failures).toEqual({})
})

test('killed while nobody has asked before: each caller is refused, never served wrongly, and served within 5 s after', async () => {
  await registry.stop('SIGKILL')
  const cold = Array.from({ length: 8 }, () => legacyCaller({ address: () => address, key: fresh }))
  const traffic = startTraffic({ callers: cold, upstreams: [upstream] })
  await waitFor(() => [...traffic.failures.values()].some((count) => count > 16))
  expect(Object.fromEntries(traffic.failures)).toEqual({ '503 flat': expect.any(Number) })
  expect(traffic.ok()).toBe(0)
  upstream.answer(scripts.legacyServer())
  registry = await spawnApp('registry', stack.registryEnv)
  await traffic.heals(5_000)
  await traffic.stop(['503 flat'])
})
