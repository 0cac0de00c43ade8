// Clients of the older revisions at servers that speak the modern one only: the real SDK client through a real gateway.

import { type FixtureServer, startFixtureServer, waitFor } from '@gatehouse/testkit'
import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewTransport,
} from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  type ClientCapabilities,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'

let gateway: TestGateway
let upstream: FixtureServer
let key: string

beforeAll(async () => {
  gateway = await startGateway()
  upstream = await startFixtureServer({ eras: 'modern', requiredHeader: 'X-Secret: sesame' })
  gateway.registry.addServer({ slug: 'fixture', url: upstream.url, headers: [['X-Secret', 'sesame']] })
  key = gateway.registry.addKey().key
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const everything: ClientCapabilities = {
  elicitation: { form: {}, url: {} },
  sampling: {},
  roots: { listChanged: true },
}

async function connect(capabilities: ClientCapabilities = everything, slug = 'fixture') {
  const client = new Client({ name: 'old', version: '1.2.3' }, { capabilities })
  const asked: unknown[] = []
  if (capabilities.elicitation) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params)
      return params.mode === 'url'
        ? { action: 'accept' }
        : { action: 'accept', content: { name: 'Ada', color: 'red', ok: true } }
    })
  }
  if (capabilities.sampling) {
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      role: 'assistant',
      model: 'm',
      content: { type: 'text', text: 'Hi' },
    }))
  }
  if (capabilities.roots)
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///work' }] }))
  const transport = new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp/${slug}`), {
    requestInit: { headers: { 'x-api-key': key } },
  })
  await client.connect(transport)
  onTestFinished(() => client.close())
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: args })
  return { client, transport, asked, call }
}

const said = (text: string) => ({ content: [{ type: 'text', text }] })

test('the handshake says what the server is and can do', async () => {
  const { client, transport } = await connect()
  expect(client.getServerVersion()).toMatchObject({ name: 'gatehouse-fixture' })
  expect(client.getServerCapabilities()).toMatchObject({
    tools: { listChanged: true },
    resources: { subscribe: true },
  })
  expect(transport.sessionId).toMatch(/^[\x21-\x7e]{80,}$/)
  await client.ping()
})

test('lists, reads, prompts, templates and completion cross', async () => {
  const { client } = await connect()
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toContain('test_simple_text')
  expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0)
  expect((await client.listResourceTemplates()).resourceTemplates.length).toBeGreaterThan(0)
  const { contents } = await client.readResource({ uri: 'test://template/124/data' })
  expect(contents[0]).toMatchObject({ uri: 'test://template/124/data' })
  const { messages } = await client.getPrompt({
    name: 'test_prompt_with_arguments',
    arguments: { arg1: 'one', arg2: 'two' },
  })
  expect(JSON.stringify(messages)).toContain('one')
  const { completion } = await client.complete({
    ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
    argument: { name: 'arg1', value: 't' },
  })
  expect(completion.values).toBeInstanceOf(Array)
})

test('a call is answered, and written down', async () => {
  const { call } = await connect()
  expect(await call('test_simple_text')).toEqual(said('This is a simple text response for testing.'))
  const record = await waitFor(() => gateway.registry.records.find((one) => one.tool === 'test_simple_text'))
  expect(record).toMatchObject({ era: 'legacy', outcome: 'ok', attached_headers: ['X-Secret'] })
  expect(record?.upstream_ms).toBeGreaterThan(0)
  expect(record?.credential_ms).toBeGreaterThan(0)
})

test('a replaced credential ends the sessions that began with the old one', async () => {
  const other = await startFixtureServer({ eras: 'modern' })
  onTestFinished(() => other.close())
  const id = gateway.registry.addServer({ slug: 'other', url: other.url, headers: [['X-A', 'one']] })
  const { client } = await connect(everything, 'other')
  gateway.registry.changeServer(id, { headers: [['X-A', 'two']] })
  await expect(client.ping()).rejects.toThrow(/Session not found/)
  const again = await connect(everything, 'other')
  await again.client.listTools()
  const values = other.requests.flatMap(({ rawHeaders }) =>
    rawHeaders.filter((_, i, all) => all[i - 1] === 'X-A'),
  )
  expect(new Set(values)).toEqual(new Set(['one', 'two']))
  expect(values.at(-1)).toBe('two')
})

test('a client is asked for forms, its model, its roots and pages, in one round and in several', async () => {
  const { call, asked } = await connect()
  expect(await call('test_input_required_result_multiple_inputs')).toEqual(said('Hi, Ada (file:///work)'))
  expect(await call('test_input_required_result_multi_round')).toEqual(said('Ada likes red'))
  expect(await call('test_input_required_result_request_state')).toEqual(said('state-ok'))
  expect(await call('test_url_elicitation', { url: 'https://example.com/' })).toEqual(
    said('Page: action=accept, content={}'),
  )
  expect(asked.at(-1)).toMatchObject({ mode: 'url', elicitationId: expect.any(String) })
})

test('a client that declares nothing is told so', async () => {
  const { call } = await connect({})
  expect(await call('test_missing_capability')).toMatchObject({ isError: true })
})

test('progress and log messages come on the stream of the call', async () => {
  const { client } = await connect()
  const progress: number[] = []
  await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, {
    onprogress: (one) => progress.push(one.progress),
  })
  expect(progress).toEqual([0, 50, 100])
  const logged: unknown[] = []
  client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void logged.push(params.data),
  )
  await client.callTool({ name: 'test_tool_with_logging', arguments: {} })
  expect(logged).toHaveLength(3)
  await client.setLoggingLevel('error')
  await client.callTool({ name: 'test_tool_with_logging', arguments: {} })
  expect(logged).toHaveLength(3)
})

test('the GET stream tells of changed lists and of the resources that were subscribed to', async () => {
  const { client } = await connect()
  const heard: string[] = []
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push('tools'))
  client.setNotificationHandler(
    ResourceUpdatedNotificationSchema,
    ({ params }) => void heard.push(params.uri),
  )
  await waitFor(() => {
    upstream.notify.toolsChanged()
    return heard.includes('tools')
  })
  expect(heard).not.toContain('test://watched-resource')
  await client.subscribeResource({ uri: 'test://watched-resource' })
  await waitFor(() => {
    upstream.notify.resourceUpdated('test://watched-resource')
    return heard.includes('test://watched-resource')
  })
})

test('a client of the new SDK that speaks the older revisions is asked and told as well', async () => {
  const client = new NewClient(
    { name: 'new', version: '1' },
    { versionNegotiation: { mode: 'legacy' }, capabilities: { elicitation: { form: {} } } },
  )
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { name: 'Ada', color: 'red' },
  }))
  const heard: string[] = []
  client.setNotificationHandler('notifications/prompts/list_changed', () => void heard.push('prompts'))
  const requestInit = { headers: { 'x-api-key': key } }
  await client.connect(new NewTransport(new URL(`${gateway.url}/mcp/fixture`), { requestInit }))
  onTestFinished(() => client.close())
  const { content } = await client.callTool({ name: 'test_input_required_result_multi_round', arguments: {} })
  expect(content).toEqual([{ type: 'text', text: 'Ada likes red' }])
  await waitFor(() => {
    upstream.notify.promptsChanged()
    return heard.includes('prompts')
  })
})

test('a server that answers with single JSON bodies is bridged too', async () => {
  const plain = await startFixtureServer({ eras: 'modern', json: true })
  onTestFinished(() => plain.close())
  gateway.registry.addServer({ slug: 'plain', url: plain.url })
  const { call } = await connect(everything, 'plain')
  expect(await call('test_input_required_result_multi_round')).toEqual(said('Ada likes red'))
})

test('a client that ends its session is forgotten at once', async () => {
  const { client, transport } = await connect()
  const { sessionId } = transport
  await transport.terminateSession()
  await client.close()
  const headers = { 'x-api-key': key, 'content-type': 'application/json', 'mcp-session-id': sessionId ?? '' }
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
  expect((await fetch(`${gateway.url}/mcp/fixture`, { method: 'POST', headers, body })).status).toBe(404)
})
