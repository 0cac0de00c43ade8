// The official modern client at real servers that speak only the older revisions: everything that both sides can do.

import { type FixtureServer, startEverything, startFixtureServer, waitFor } from '@gatehouse/testkit'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'

let gateway: TestGateway
let key: string
let fixture: FixtureServer
let everything: Awaited<ReturnType<typeof startEverything>>
beforeAll(async () => {
  gateway = await startGateway()
  key = gateway.registry.addKey().key
  fixture = await startFixtureServer({ eras: 'legacy' })
  everything = await startEverything()
  gateway.registry.addServer({ slug: 'fixture', url: fixture.url })
  gateway.registry.addServer({ slug: 'everything', url: everything.url })
})
afterAll(async () => {
  await gateway.close()
  await fixture.close()
  await everything.close()
})

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const all = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }
const asked: string[] = []

async function connect(slug: string, capabilities: Partial<typeof all> = all) {
  const mode = { pin: '2026-07-28' }
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode }, capabilities })
  if (capabilities.elicitation)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      if (params.mode !== 'url') return { action: 'accept', content: { name: 'Ada', color: 'red' } }
      asked.push(params.url)
      return { action: 'accept' }
    })
  if (capabilities.sampling)
    client.setRequestHandler('sampling/createMessage', () => ({
      role: 'assistant',
      model: 'm',
      content: { type: 'text', text: 'Hi' },
    }))
  if (capabilities.roots) client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///work' }] }))
  const requestInit = { headers: { 'x-api-key': key } }
  const transport = new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp/${slug}`), { requestInit })
  await client.connect(transport)
  cleanups.push(() => client.close())
  return client
}

const said = (text: string) => [{ type: 'text', text }]

describe('our own fixture server', () => {
  const call = async (client: Client, name: string, args = {}) =>
    (await client.callTool({ name, arguments: args })).content

  test('is discovered as far as it can be used from here', async () => {
    const client = await connect('fixture')
    expect(client.getServerCapabilities()).toEqual({
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { listChanged: true, subscribe: true },
      completions: {},
      logging: {},
    })
    expect(client.getServerVersion()).toMatchObject({ name: 'gatehouse-fixture' })
    expect(client.getInstructions()).toContain('legacy era')
  })

  test('gives its lists, resources, prompts and completions', async () => {
    const client = await connect('fixture')
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('test_simple_text')
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(1)
    expect((await client.listResources()).resources.length).toBeGreaterThan(1)
    const [template] = (await client.listResourceTemplates()).resourceTemplates
    expect(template?.uriTemplate).toBe('test://template/{id}/data')
    const { contents } = await client.readResource({ uri: 'test://template/7/data' })
    expect(JSON.stringify(contents)).toContain('Data for ID: 7')
    const ref = { type: 'ref/resource' as const, uri: 'test://template/{id}/data' }
    const { completion } = await client.complete({ ref, argument: { name: 'id', value: '12' } })
    expect(completion.values).toEqual(['123', '124'])
    expect((await client.getPrompt({ name: 'test_simple_prompt' })).messages.length).toBeGreaterThan(0)
  })

  test('asks for a form, a page, the model and the roots, in one round and in several', async () => {
    const client = await connect('fixture')
    expect(await call(client, 'test_input_required_result_multiple_inputs')).toEqual(
      said('Hi, Ada (file:///work)'),
    )
    expect(await call(client, 'test_input_required_result_multi_round')).toEqual(said('Ada likes red'))
    expect(await call(client, 'test_sampling', { prompt: 'x' })).toEqual(said('LLM response: Hi'))
    const url = 'https://example.com/'
    expect(await call(client, 'test_url_elicitation', { url })).toEqual(
      said('Page: action=accept, content={}'),
    )
    expect(asked).toContain(url)
  })

  test('asks nobody who declared nothing', async () => {
    const client = await connect('fixture', {})
    expect(await call(client, 'test_input_required_result_capabilities')).toEqual(
      said('The client can answer nothing'),
    )
  })

  test('tells how far it is, and what it logs', async () => {
    const client = await connect('fixture')
    const heard: unknown[] = []
    client.setNotificationHandler('notifications/message', ({ params }) => void heard.push(params.data))
    const onprogress = ({ progress }: { progress: number }) => void heard.push(progress)
    await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, { onprogress })
    const _meta = { 'io.modelcontextprotocol/logLevel': 'info' }
    await client.callTool({ name: 'test_logging_tool', arguments: {}, _meta })
    expect(heard).toEqual([0, 50, 100, 'one message'])
  })

  test('may end its stream early', async () => {
    const client = await connect('fixture')
    expect(await call(client, 'test_reconnection')).toEqual(said('Reconnection test completed successfully'))
  })

  test('stops a call that its client gave up', async () => {
    const client = await connect('fixture')
    const leaving = new AbortController()
    const before = fixture.requests.length
    const options = { signal: leaving.signal }
    const waiting = client.callTool({ name: 'test_wait', arguments: { ms: 60_000 } }, options)
    await waitFor(() => fixture.requests.length > before)
    leaving.abort()
    await expect(waiting).rejects.toThrow()
    await waitFor(() => fixture.requests.length > before + 1)
  })

  test('tells of changes to those who listen', async () => {
    const client = await connect('fixture')
    const heard: string[] = []
    client.setNotificationHandler('notifications/prompts/list_changed', () => void heard.push('prompts'))
    client.setNotificationHandler(
      'notifications/resources/updated',
      ({ params }) => void heard.push(params.uri),
    )
    const watched = 'test://watched-resource'
    const subscription = await client.listen({ promptsListChanged: true, resourceSubscriptions: [watched] })
    fixture.notify.resourceUpdated('test://static-text')
    fixture.notify.promptsChanged()
    fixture.notify.resourceUpdated(watched)
    await waitFor(() => heard.length === 2)
    expect(heard).toEqual(['prompts', watched])
    await subscription.close()
  })
})

test('a server that never streams gives its answers all the same', async () => {
  const json = await startFixtureServer({ eras: 'legacy', json: true })
  cleanups.push(() => json.close())
  gateway.registry.addServer({ slug: 'json', url: json.url })
  const client = await connect('json', {})
  expect((await client.listTools()).tools.length).toBeGreaterThan(10)
  const { content } = await client.callTool({ name: 'test_simple_text', arguments: {} })
  expect(JSON.stringify(content)).toContain('text')
})

describe('server-everything', () => {
  test('gives its tools, prompts, resources and completions', async () => {
    const client = await connect('everything')
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toContain('trigger-url-elicitation')
    expect(names).not.toContain('simulate-research-query') // runs as a core task only
    const sum = await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 3 } })
    expect(JSON.stringify(sum.content)).toContain('5')
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0)
    const [resource] = (await client.listResources()).resources
    expect((await client.readResource({ uri: resource?.uri ?? '' })).contents.length).toBe(1)
    expect((await client.listResourceTemplates()).resourceTemplates.length).toBeGreaterThan(0)
  })

  test('reports progress, and asks for forms and the model', async () => {
    // it asks for roots soon after the handshake, during whatever call runs then
    const client = await connect('everything', { elicitation: all.elicitation, sampling: {} })
    const call = async (name: string, args = {}) =>
      JSON.stringify((await client.callTool({ name, arguments: args })).content)
    expect(await call('trigger-elicitation-request')).toContain('Ada')
    expect(await call('trigger-sampling-request', { prompt: 'x' })).toContain('Hi')
    const heard: number[] = []
    await client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } },
      { onprogress: ({ progress }) => void heard.push(progress) },
    )
    expect(heard).toEqual([1, 2, 3, 4])
  })
})
