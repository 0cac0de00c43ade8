// A gateway that dies without a goodbye, or gets no processor time, while clients of every kind call: the other one goes on, and
// what its clients hold works there.

import {
  type App,
  freePort,
  type RecordingUpstream,
  scripts,
  spawnApp,
  startRecordingUpstream,
} from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { legacyCaller, modernCaller, sessionCaller } from '../src/callers.ts'
import { type Stack, startStack } from '../src/stack.ts'
import { startTraffic } from '../src/traffic.ts'

const tools = [{ name: 'echo', inputSchema: { type: 'object' } }]

let stack: Stack
let port: number
let second: App
let legacy: RecordingUpstream
let modern: RecordingUpstream
let servers: { legacy: string; modern: string }

beforeAll(async () => {
  stack = await startStack()
  port = await freePort()
  second = await startSecond()
  legacy = await startRecordingUpstream(scripts.legacyServer({ tools, sessionId: 'one' }))
  modern = await startRecordingUpstream(scripts.modernServer({ tools }))
  servers = {
    legacy: (await stack.register(legacy.url, [['X-Stored', 'v']])).slug,
    modern: (await stack.register(modern.url, [['X-Stored', 'v']])).slug,
  }
})
afterAll(async () => {
  await second.stop()
  await stack.stop()
  await Promise.all([legacy.close(), modern.close()])
})

const startSecond = () =>
  spawnApp('gateway', {
    ...stack.gatewayEnv,
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
  })

/** One client of each kind: transparent and bridged in both eras, and both at the endpoint for all servers. */
function clients(origin: () => string) {
  const to = (path: string, tool = 'echo') => ({
    address: () => `${origin()}/mcp/${path}`,
    key: stack.key,
    tool,
  })
  return [
    sessionCaller(to(servers.legacy)),
    modernCaller(to(servers.modern)),
    sessionCaller(to(servers.modern)),
    modernCaller(to(servers.legacy)),
    ...[servers.legacy, servers.modern].flatMap((slug) => [
      legacyCaller(to('', `${slug}__echo`)),
      modernCaller(to('', `${slug}__echo`)),
    ]),
  ]
}

test('killed: the other one loses nothing, its own clients go on there with their sessions, and it comes back', async () => {
  const secondUrl = `http://localhost:${port}`
  let home = secondUrl
  const upstreams = [legacy, modern]
  const others = startTraffic({ callers: clients(() => stack.gatewayUrl), upstreams })
  const moved = startTraffic({ callers: clients(() => home), upstreams })
  await moved.flows()
  const handshakes = () => modern.requests.length + legacy.requests.filter(isHandshake).length
  await second.stop('SIGKILL')
  home = stack.gatewayUrl
  const before = handshakes()
  await moved.heals(5_000)
  expect(legacy.requests.filter(isHandshake).length).toBeLessThanOrEqual(before)
  second = await startSecond()
  home = secondUrl
  await moved.heals(5_000)
  expect((await moved.stop(['cut'])).failures.cut ?? 0).toBeLessThanOrEqual(clients(() => home).length * 2)
  await others.stop()
})

const isHandshake = (request: { json(): unknown }) =>
  (request.json() as { method?: string } | undefined)?.method === 'initialize'

test('starved: who waits at it gets the right answers late, the others theirs in time', async () => {
  const upstreams = [legacy, modern]
  const others = startTraffic({ callers: clients(() => stack.gatewayUrl), upstreams })
  const starved = startTraffic({ callers: clients(() => `http://localhost:${port}`), upstreams })
  await starved.flows()
  await others.flows()
  second.child.kill('SIGSTOP')
  await others.flows(60)
  second.child.kill('SIGCONT')
  await starved.heals(5_000)
  await starved.stop()
  await others.stop()
})
