// Sessions that gateways open at a legacy server, with real processes: one for all of them, and ended whoever is left.

import {
  type App,
  freePort,
  type RecordingUpstream,
  type Script,
  scripts,
  spawnApp,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { post, type Stack, startStack } from '../src/stack.ts'

const settings = { GATEHOUSE_SETTLE_MS: '0', GATEHOUSE_SESSION_IDLE_MS: '6000' }

let stack: Stack
let second: { app: App; url: string }
let upstream: RecordingUpstream
let server: { id: string; slug: string }
/** Sessions of which the server has not been told the end. */
let alive: Set<string>
let opened: number

beforeEach(async () => {
  alive = new Set()
  opened = 0
  stack = await startStack(settings)
  second = await startGateway()
  upstream = await startRecordingUpstream(counting)
  server = await stack.register(upstream.url, [['X-Stored', 'v']])
})
afterEach(async () => {
  await second.app.stop()
  await stack.stop()
  await upstream.close()
})

async function startGateway() {
  const port = String(await freePort())
  const url = `http://localhost:${port}`
  const app = await spawnApp('gateway', { ...stack.gatewayEnv, ...settings, PORT: port, PUBLIC_URL: url })
  return { app, url }
}

/** A legacy server that gives every handshake a session and knows those only. */
const counting: Script = (request, response) => {
  const { id, method } = (request.json() ?? {}) as { id?: unknown; method?: string } // what a gateway sends
  const session = request.header('mcp-session-id')[0]
  const answer = (result: unknown, headers = {}) =>
    scripts.json({ jsonrpc: '2.0', id, result }, { headers })(request, response)
  if (request.method === 'DELETE') {
    alive.delete(session ?? '')
    return scripts.status(200)(request, response)
  }
  if (method === 'initialize') {
    const fresh = `s-${++opened}`
    alive.add(fresh)
    const serverInfo = { name: 'counting', version: '1' }
    const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo }
    return answer(result, { 'mcp-session-id': fresh })
  }
  if (request.header('mcp-protocol-version')[0] === '2026-07-28')
    return scripts.status(400)(request, response)
  if (!alive.has(session ?? '')) return scripts.status(404)(request, response)
  if (id === undefined) return scripts.status(202)(request, response)
  if (method === 'tools/list') return answer({ tools: [{ name: 't', inputSchema: { type: 'object' } }] })
  return answer({ content: [{ type: 'text', text: session }] })
}

/** Calls the tool through one gateway; says in which session it ran. */
async function callAt(url: string): Promise<string | undefined> {
  const params = { name: `${server.slug}__t`, arguments: {} }
  const answer = await post(`${url}/mcp/`, stack.key, { jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const { result } = (await answer.json()) as { result?: { content: { text: string }[] } }
  return result?.content[0]?.text
}
const ends = () =>
  upstream.requests
    .filter((request) => request.method === 'DELETE')
    .map((request) => request.header('mcp-session-id')[0])

test('two gateways open one session, and go on in another one when the server has forgotten it', async () => {
  const urls = Array.from({ length: 12 }, (_, i) => (i % 2 ? stack.gatewayUrl : second.url))
  const ran = await Promise.all(urls.map(callAt))
  expect(new Set(ran).size).toBe(1)
  const [session = ''] = ran
  expect(alive.has(session)).toBe(true)
  alive.delete(session)
  const again = await Promise.all(urls.map(callAt))
  expect(new Set(again).size).toBe(1)
  expect(again).not.toContain(session)
  expect([...alive]).toEqual([...new Set(again)])
})

test('the deletion of the server ends its sessions before it is answered', async () => {
  const session = await callAt(stack.gatewayUrl)
  expect(await callAt(second.url)).toBe(session)
  expect((await stack.ask('DELETE', `/v1/deepagents/mcp-servers/${server.id}`)).status).toBe(204)
  expect([...alive]).toEqual([])
  expect(new Set(ends())).toContain(session)
  const last = upstream.requests.filter((request) => request.method === 'DELETE').at(-1)
  expect(last?.header('x-stored')).toEqual(['v'])
  const sent = upstream.requests.length
  await callAt(second.url)
  expect(upstream.requests.length).toBe(sent)
})

/** Ports at which gateways reach each other, as the registry has them. */
async function peers(): Promise<string[]> {
  const answer = await fetch(`${stack.gatewayEnv.REGISTRY_URL}/internal/peers`, {
    headers: { authorization: `Bearer ${stack.gatewayEnv.GATEWAY_TOKEN}` },
  })
  return ((await answer.json()) as { address: string }[]).map(({ address }) => new URL(address).port).sort()
}

test('the session of a gateway that was killed is ended by another one, and nobody is sent there any more', async () => {
  const ports = [stack.gatewayUrl, second.url].map((url) => new URL(url).port)
  expect(await peers()).toEqual([...ports].sort())
  const session = await callAt(second.url)
  await second.app.stop('SIGKILL')
  await waitFor(async () => (await peers()).length === 1)
  await waitFor(() => alive.size === 0, { deadlineMs: 25_000 })
  expect(ends()).toContain(session)
}, 60_000)

test('a gateway that stops leaves a session that another one uses, and the last one ends it', async () => {
  const session = await callAt(second.url)
  expect(await callAt(stack.gatewayUrl)).toBe(session)
  await second.app.stop()
  expect(await callAt(stack.gatewayUrl)).toBe(session)
  await stack.gateway.stop()
  expect([...alive]).toEqual([])
  expect(ends()).toEqual([session])
})
