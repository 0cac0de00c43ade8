// The handshake of a legacy client, answered out of server/discover.

import { scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import { modernScript, type RawClient, respond, type Sent, startRawClient } from './raw-client.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const start = (capabilities: object = {}) =>
  startRawClient(
    gateway,
    (message, _request, response) => respond(response, message, '{"resultType":"complete"}'),
    { capabilities },
  )

async function greet(url: string, headers: Readonly<Record<string, string>>, params: object) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
  const { 'mcp-session-id': _, 'mcp-protocol-version': __, ...own } = headers
  const answer = await fetch(url, { method: 'POST', headers: own, body })
  const token = answer.headers.get('mcp-session-id') ?? ''
  return { status: answer.status, token, body: (await answer.json()) as Record<string, unknown> } // JSON-RPC
}

/** The metadata of the last request that reached the server. */
function saidOfItself(client: RawClient): Record<string, unknown> {
  const sent = client.sent().at(-1)?.json() as Sent | undefined
  return { ...(sent?.params?._meta as object) } // absent: nothing was said
}

const clientInfo = { name: 'c', version: '1' }

test.each([
  ['2025-11-25', '2025-11-25'],
  ['2025-06-18', '2025-06-18'],
  ['2025-03-26', '2025-03-26'],
  ['2024-11-05', '2024-11-05'],
  ['1999-01-01', '2025-11-25'],
])('a client that asks for %s speaks %s', async (asked, spoken) => {
  const { url, headers } = await start()
  const given = await greet(url, headers, { protocolVersion: asked, capabilities: {}, clientInfo })
  expect(given).toMatchObject({ status: 200, body: { id: 1, result: { protocolVersion: spoken } } })
})

test('a client that says much of itself still gets a token that fits a header', async () => {
  const client = await start()
  const capabilities = {
    elicitation: { form: { applyDefaults: true }, url: {} },
    sampling: { tools: {} },
    experimental: { x: 'x'.repeat(100_000) },
  }
  const icons = [{ src: `data:image/png;base64,${'a'.repeat(50_000)}` }]
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { ...clientInfo, icons } }
  const { token } = await greet(client.url, client.headers, params)
  expect(token.length).toBeLessThan(4_000)
  await client.post('{"jsonrpc":"2.0","id":1,"method":"x/y"}', { 'mcp-session-id': token })
  expect(saidOfItself(client)).toMatchObject({
    'io.modelcontextprotocol/clientCapabilities': {
      elicitation: { form: {}, url: {} },
      sampling: { tools: {} },
    },
    'io.modelcontextprotocol/clientInfo': clientInfo,
  })
})

test('core tasks are not declared to the server', async () => {
  const capabilities = {
    tasks: { list: {} },
    roots: { listChanged: true },
    extensions: { 'com.example/x': {} },
  }
  const client = await start(capabilities)
  await client.ask('x/y')
  expect(client.sent()[0]?.json()).toMatchObject({
    params: {
      _meta: {
        'io.modelcontextprotocol/clientCapabilities': { roots: {}, extensions: { 'com.example/x': {} } },
      },
    },
  })
  expect(client.sent()[0]?.body.toString()).not.toContain('tasks')
})

test('a client without a session is served as one that can do nothing', async () => {
  const client = await start({ sampling: {} })
  const { 'mcp-session-id': _, ...headers } = client.headers
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}'
  expect((await fetch(client.url, { method: 'POST', headers, body })).status).toBe(200)
  expect(saidOfItself(client)['io.modelcontextprotocol/clientCapabilities']).toEqual({})
  const level = '{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"info"}}'
  expect((await fetch(client.url, { method: 'POST', headers, body: level })).status).toBe(400)
})

test('its first request may be the first that the server ever gets', async () => {
  const upstream = await startRecordingUpstream(
    modernScript((message, _request, response) =>
      respond(response, message, '{"resultType":"complete","tools":[]}'),
    ),
  )
  onTestFinished(() => upstream.close())
  gateway.registry.addServer({ slug: 'first', url: upstream.url })
  const headers = { 'x-api-key': gateway.registry.addKey().key, 'content-type': 'application/json' }
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
  const answer = await fetch(`${gateway.url}/mcp/first`, { method: 'POST', headers, body })
  expect(await answer.json()).toEqual({ jsonrpc: '2.0', id: 1, result: { tools: [] } })
})

test('a handshake that a server of both eras refuses changes nothing for the others', async () => {
  const upstream = await startRecordingUpstream((request, response) => {
    const { id, method, params } = (request.json() ?? {}) as Partial<Sent>
    if (request.method === 'DELETE' || (method === 'initialize' && params?.protocolVersion !== '1999-01-01'))
      return scripts.legacyServer({ sessionId: 's' })(request, response)
    if (method === 'server/discover') return scripts.modernServer()(request, response)
    const data = { supported: ['2025-11-25', '2026-07-28'] }
    const error = { code: -32022, message: 'Unsupported protocol version', data }
    return scripts.json({ jsonrpc: '2.0', id, error }, { status: 400 })(request, response)
  })
  onTestFinished(() => upstream.close())
  gateway.registry.addServer({ slug: 'both', url: upstream.url })
  const headers = { 'x-api-key': gateway.registry.addKey().key, 'content-type': 'application/json' }
  const as = (protocolVersion: string) =>
    greet(`${gateway.url}/mcp/both`, headers, { protocolVersion, capabilities: {}, clientInfo })
  expect(await as('1999-01-01')).toMatchObject({ status: 400, body: { error: { code: -32022 } } })
  expect(await as('2025-11-25')).toMatchObject({
    status: 200,
    body: { result: { serverInfo: { name: 'recording' } } },
  })
})

test('a level that is none is refused', async () => {
  const client = await start()
  expect(await client.ask('logging/setLevel', { level: 'loud' })).toMatchObject({ error: { code: -32602 } })
})

test('what the server refuses is told with a link, and recorded as its failure', async () => {
  const client = await start()
  client.upstream.answer((request, response) => {
    if (request.header('mcp-protocol-version')[0] === '2026-07-28') response.writeHead(401).end()
    else modernScript(() => {})(request, response)
  })
  const given = await greet(client.url, client.headers, { protocolVersion: '2025-11-25', clientInfo })
  expect(given).toMatchObject({ status: 502, body: { error: { code: 1010 } } })
  expect(JSON.stringify(given.body)).toContain('/servers/')
  await waitFor(() =>
    gateway.registry.records.some(
      (one) => one.error_code === 'upstream_auth_failed' && one.outcome === 'upstream_error',
    ),
  )
})
