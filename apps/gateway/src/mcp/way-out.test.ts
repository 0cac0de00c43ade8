// Every way on which a gateway sends something to an address that somebody else chose, tried with every spelling of an address
// that leads inside, with redirects and with references in schemas. Whatever the registry says, nothing inside is connected to.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { insideHosts, type Script, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { modernHeaders, modernMeta } from '../testing/aggregate.ts'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import type { TestServer } from '../testing/internal-listener.ts'

let gateway: TestGateway
/** On every address of this machine, on a port that nothing else has. */
let inside: { readonly port: number; connections: number; close(): void }

beforeAll(async () => {
  gateway = await startGateway({
    // By name: its addresses stay forbidden to everything else.
    GATEHOUSE_EGRESS_ALLOW: 'localhost',
    GATEHOUSE_CONNECT_TIMEOUT_MS: '300',
    GATEHOUSE_LIST_TIMEOUT_MS: '10000',
    // What a gateway leaves alone it doesn't try: then the guard isn't asked.
    GATEHOUSE_CIRCUIT_FAILURES: '100000',
  })
  const server = createServer((socket) => {
    inside.connections += 1
    socket.destroy()
  })
  server.listen(0, '::')
  await once(server, 'listening')
  const { port } = server.address() as { port: number } // a TCP server has one
  inside = { port, connections: 0, close: () => void server.close() }
})
afterAll(async () => {
  await gateway.close()
  inside.close()
})

interface Request {
  readonly method?: 'GET' | 'DELETE'
  readonly rpc?: string
  readonly params?: Record<string, unknown>
  readonly isModern?: boolean
}

/** One of each kind that makes the gateway ask a server; `aggregate` by the endpoint for all. */
const kinds: readonly Request[] = [
  { rpc: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} } },
  { rpc: 'tools/list' },
  { rpc: 'tools/call', params: { name: 't' } },
  { rpc: 'tools/call', params: { name: 't' }, isModern: true },
  { rpc: 'server/discover', params: {}, isModern: true },
  { rpc: 'subscriptions/listen', params: { notifications: { toolsListChanged: true } }, isModern: true },
  { method: 'GET' },
]
const eras = ['auto', 'legacy', 'modern'] as const

async function send(path: string, key: string, { method, rpc = '', params = {}, isModern }: Request) {
  const all = isModern ? { ...params, _meta: modernMeta() } : params
  const answer = await fetch(`${gateway.url}${path}`, {
    method: method ?? 'POST',
    headers: {
      'x-api-key': key,
      accept: 'application/json, text/event-stream',
      ...(method ? {} : { 'content-type': 'application/json' }),
      ...(isModern ? modernHeaders(rpc, params) : {}),
    },
    ...(method ? {} : { body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: rpc, params: all }) }),
    signal: AbortSignal.timeout(8_000),
  })
  return { status: answer.status, text: await answer.text() }
}

/** A workspace with these servers alone. */
let workspaces = 0
function workspaceOf(servers: readonly TestServer[]) {
  workspaces += 1
  const workspaceId = `01900000-0000-7000-8000-${String(workspaces + 100).padStart(12, '0')}`
  for (const server of servers) gateway.registry.addServer(server, workspaceId)
  return gateway.registry.addKey({ workspaceId }).key
}

async function serve(script: Script) {
  const upstream = await startRecordingUpstream(script)
  onTestFinished(() => upstream.close())
  return { upstream, url: upstream.url.replace('127.0.0.1', 'localhost') }
}

/** The oracle: another workspace's next call is answered at once. */
async function othersAreServed() {
  const { url } = await serve(scripts.legacyServer())
  const key = workspaceOf([{ slug: 'good', url, era: 'legacy' }])
  const from = performance.now()
  expect((await send('/mcp/good', key, { rpc: 'tools/list' })).status).toBe(200)
  expect(performance.now() - from).toBeLessThan(2_000) // the machine has others to run
}

test.each(eras)(
  'no spelling of an inside address is connected to, by any request to a server (%s)',
  async (era) => {
    const before = inside.connections
    const key = workspaceOf(
      insideHosts.map((host, i) => ({ slug: `s${i}`, url: `https://${host}:${inside.port}/mcp`, era })),
    )
    for (const kind of kinds) {
      const answers = await Promise.all(insideHosts.map((_, i) => send(`/mcp/s${i}`, key, kind)))
      for (const { status, text } of answers) {
        expect(text).toMatch(/its address is not allowed|send initialize first/)
        expect([200, 400, 502]).toContain(status)
      }
    }
    expect(inside.connections).toBe(before)
    await othersAreServed()
  },
)

test.each(eras)('nor by the endpoint for all servers, which lists what else there is (%s)', async (era) => {
  const before = inside.connections
  const { url } = await serve(
    scripts.legacyServer({ tools: [{ name: 't', inputSchema: { type: 'object' } }] }),
  )
  const key = workspaceOf([
    { slug: 'good', url, era: 'legacy' },
    ...insideHosts.map((host, i) => ({ slug: `s${i}`, url: `https://${host}:${inside.port}/mcp`, era })),
  ])
  for (const isModern of [false, true]) {
    for (const rpc of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
      const { status, text } = await send('/mcp/', key, { rpc, isModern })
      expect(status).toBe(200)
      if (rpc === 'tools/list') expect(text).toContain('"good__t"')
    }
    const called = await send('/mcp/', key, { rpc: 'tools/call', params: { name: 's0__t' }, isModern })
    expect(called.text).not.toContain('"result":{}')
  }
  expect(inside.connections).toBe(before)
  await othersAreServed()
})

test.each(eras)('a redirect leads nowhere, whatever it is and wherever it points (%s)', async (era) => {
  const elsewhere = await serve(scripts.legacyServer())
  const before = inside.connections
  for (const status of [301, 302, 303, 307, 308]) {
    for (const location of [
      elsewhere.url,
      `http://127.0.0.1:${inside.port}/`,
      '/other',
      'file:///etc/passwd',
    ]) {
      const { upstream, url } = await serve(scripts.status(status, { location }))
      const key = workspaceOf([{ slug: 'r', url, era, headers: [['x-stored', 'v']] }])
      for (const kind of kinds) {
        const { text } = await send('/mcp/r', key, kind)
        expect(text).not.toContain('"result"')
        expect(text).not.toContain(location)
      }
      await send('/mcp/', key, { rpc: 'tools/list' })
      expect(new Set(upstream.requests.map((request) => request.url))).toEqual(new Set(['/mcp']))
    }
  }
  expect(elsewhere.upstream.requests).toEqual([])
  expect(inside.connections).toBe(before)
  await othersAreServed()
})

test('references in schemas are text: nobody goes where they point', async () => {
  const before = inside.connections
  const to = `http://127.0.0.1:${inside.port}/schema.json`
  const inputSchema = {
    $schema: to,
    $id: to,
    type: 'object',
    $ref: to,
    properties: {
      a: { $ref: `${to}#/a` },
      region: { type: 'string', 'x-mcp-header': 'Region', $dynamicRef: to },
    },
  }
  const tools = [{ name: 't', inputSchema, outputSchema: inputSchema, icons: [{ src: to }] }]
  for (const script of [scripts.legacyServer({ tools }), scripts.modernServer({ tools })]) {
    const { url } = await serve(script)
    const key = workspaceOf([{ slug: 'one', url }])
    for (const isModern of [false, true]) {
      const call = { rpc: 'tools/call', params: { name: 't', arguments: { region: 'eu' } }, isModern }
      expect((await send('/mcp/one', key, { rpc: 'tools/list', isModern })).text).toContain(to)
      expect((await send('/mcp/', key, { rpc: 'tools/list', isModern })).text).toContain(to)
      await send('/mcp/one', key, call)
      await send('/mcp/', key, { ...call, params: { ...call.params, name: 'one__t' } })
    }
  }
  expect(inside.connections).toBe(before)
  await othersAreServed()
})
