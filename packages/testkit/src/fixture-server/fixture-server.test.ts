import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, describe, expect, test } from 'vitest'
import { waitFor } from '../wait-for.ts'
import { type FixtureOptions, type FixtureServer, startFixtureServer } from './start.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(options: FixtureOptions): Promise<FixtureServer> {
  const server = await startFixtureServer(options)
  cleanups.push(server.close)
  return server
}

type Mode = 'legacy' | { pin: string }
const modern = { pin: '2026-07-28' }

async function connect(url: string, mode: Mode, headers: Record<string, string> = {}) {
  const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode }, capabilities })
  client.setRequestHandler('elicitation/create', ({ params }) =>
    params.mode === 'url'
      ? { action: 'decline' }
      : { action: 'accept', content: { name: 'Ada', color: 'red' } },
  )
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'Hi' },
  }))
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///work' }] }))
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  await client.connect(transport)
  cleanups.push(() => client.close())
  return client
}

describe.each([
  ['a legacy client', 'legacy', 'both'],
  ['a modern client', modern, 'both'],
  ['a legacy client of a legacy-only server', 'legacy', 'legacy'],
  ['a modern client of a modern-only server', modern, 'modern'],
] as const)('%s', (_name, mode, eras) => {
  test('is asked by the tools that ask, in one round and in several', async () => {
    const client = await connect((await start({ eras })).url, mode)
    const call = async (name: string, args = {}) => (await client.callTool({ name, arguments: args })).content
    const said = (text: string) => [{ type: 'text', text }]
    expect(await call('test_input_required_result_multiple_inputs')).toEqual(said('Hi, Ada (file:///work)'))
    expect(await call('test_input_required_result_multi_round')).toEqual(said('Ada likes red'))
    expect(await call('test_url_elicitation', { url: 'https://example.com/' })).toEqual(
      said('Page: action=decline, content={}'),
    )
  })

  test('hears that a list or a resource changed', async () => {
    const server = await start({ eras })
    const client = await connect(server.url, mode)
    const heard: string[] = []
    client.setNotificationHandler('notifications/prompts/list_changed', () => void heard.push('prompts'))
    client.setNotificationHandler(
      'notifications/resources/updated',
      ({ params }) => void heard.push(params.uri),
    )
    if (mode === 'legacy') await client.subscribeResource({ uri: 'test://watched-resource' })
    else {
      const filter = { promptsListChanged: true, resourceSubscriptions: ['test://watched-resource'] }
      const subscription = await client.listen(filter)
      cleanups.push(async () => subscription.close())
    }
    server.notify.resourceUpdated('test://static-text')
    // a client opens its GET stream after connecting, so what is told too early is told again
    await waitFor(() => {
      server.notify.promptsChanged()
      server.notify.resourceUpdated('test://watched-resource')
      return heard.includes('prompts') && heard.includes('test://watched-resource')
    })
    expect(heard).not.toContain('test://static-text')
  })
})

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
  })

const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
}

test('a tool becomes a task for a client that declared the extension, and for no other', async () => {
  const { url } = await start({ eras: 'both' })
  const extension = { 'io.modelcontextprotocol/tasks': {} }
  const request = async (
    method: string,
    params: object,
    capabilities: object = { extensions: extension },
  ) => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    }
    const name = Object.values(params)[0]
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': name }
    const answer = await post(url, { method, params: { ...params, _meta } }, headers)
    return (await answer.json()) as { result: { taskId: string; status: string } }
  }
  const call = { name: 'slow_compute', arguments: { seconds: 0.05 } }
  const { result } = await request('tools/call', call)
  expect(result).toMatchObject({ resultType: 'task', status: 'working' })
  const { taskId } = result
  await waitFor(async () => (await request('tasks/get', { taskId })).result.status === 'completed')
  expect(await request('tasks/get', { taskId }, {})).toMatchObject({ error: { code: -32021 } })
  expect(await request('tools/call', call, {})).toMatchObject({ result: { resultType: 'complete' } })
})

test('a modern-only server refuses the handshake and names its version', async () => {
  const { url } = await start({ eras: 'modern' })
  const answer = await post(url, initialize)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { code: -32022, data: { supported: ['2026-07-28'] } } })
})

test('a legacy-only server refuses a modern request as servers of that time do', async () => {
  const server = await start({ eras: 'legacy' })
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' }
  const answer = await post(server.url, { method: 'server/discover', params: { _meta } }, headers)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { code: -32000 } })
  expect(server.sessions()).toBe(0)
})

test('legacy sessions end with DELETE, and unknown ones are 404', async () => {
  const server = await start({ eras: 'both' })
  const answer = await post(server.url, initialize)
  await answer.text()
  const session = { 'mcp-session-id': answer.headers.get('mcp-session-id') ?? '' }
  expect(server.sessions()).toBe(1)
  expect((await fetch(server.url, { method: 'DELETE', headers: session })).status).toBe(200)
  expect(server.sessions()).toBe(0)
  expect((await post(server.url, { method: 'ping' }, session)).status).toBe(404)
})

test('answers with one JSON body where told so, and 401 without the required header', async () => {
  const server = await start({ eras: 'both', json: true, requiredHeader: 'X-Api-Key: sesame' })
  expect((await post(server.url, initialize)).status).toBe(401)
  const answer = await post(server.url, initialize, { 'x-api-key': 'sesame' })
  expect(answer.headers.get('content-type')).toContain('application/json')
  expect(await answer.json()).toMatchObject({ result: { serverInfo: { name: 'gatehouse-fixture' } } })
  const client = await connect(server.url, modern, { 'x-api-key': 'sesame' })
  const { contents } = await client.readResource({ uri: 'test://template/124/data' })
  expect(contents[0]).toMatchObject({ uri: 'test://template/124/data', mimeType: 'application/json' })
})
