// Two gateways on one registry, and clients whose every request goes to another one than the last.

import { startFixtureServer, waitFor } from '@gatehouse/testkit'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import {
  allOf,
  eventsOf,
  joinAs,
  type RawClient,
  respond,
  type Says,
  startRawClient,
} from './raw-client.fixture.ts'

let one: TestGateway
let two: TestGateway
beforeAll(async () => {
  one = await startGateway()
  two = await startGateway({}, one.registry)
})
afterAll(async () => {
  await two.close()
  await one.close()
})

const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}'
const cancelled = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}'

const asking: Says = (message, _request, response) => {
  const { inputResponses } = message.params ?? {}
  const params = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } }
  const inputRequests = { k: { method: 'elicitation/create', params } }
  const result =
    inputResponses === undefined
      ? { resultType: 'input_required', inputRequests }
      : { resultType: 'complete', content: [], inputResponses }
  respond(response, message, JSON.stringify(result))
}

/** To the other gateway, with the session of the first. */
const toOther = (client: RawClient, gateway: TestGateway, body: string | null, method = 'POST') =>
  fetch(client.url.replace(/^http:\/\/[^/]+/, gateway.url), { method, headers: client.headers, body })

async function begin(client: RawClient) {
  const events = eventsOf(await client.post(call))
  const { id } = (await events.next()).value as { id: string } // the server asks first
  return { id, rest: () => allOf(events) }
}

const answerTo = (id: string, action = 'accept') =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { action, content: {} } })

test('an answer reaches the call that waits at the other gateway', async () => {
  const client = await startRawClient(one, asking)
  const { id, rest } = await begin(client)
  expect((await toOther(client, two, answerTo(id))).status).toBe(202)
  expect(await rest()).toMatchObject([{ id: 1, result: { inputResponses: { k: { action: 'accept' } } } }])
})

test("a stranger's answer by way of the other gateway is not taken", async () => {
  const client = await startRawClient(one, asking)
  const stranger = await joinAs(client.url, client.upstream, one.registry.addKey().key)
  const { id, rest } = await begin(client)
  expect((await toOther(stranger, two, answerTo(id, 'decline'))).status).toBe(202)
  await toOther(client, two, answerTo(id))
  expect(await rest()).toMatchObject([{ result: { inputResponses: { k: { action: 'accept' } } } }])
})

test('an answer to a gateway that is gone says to make the call again', async () => {
  const third = await startGateway({}, one.registry)
  const client = await startRawClient(third, asking)
  const { id } = await begin(client)
  await third.close()
  await waitFor(async () => (await toOther(client, two, answerTo(id))).status === 410)
  expect(await (await toOther(client, two, answerTo(id))).text()).toContain('Make the call again')
})

test('an answer reaches a gateway that has only just come', async () => {
  const before = await startRawClient(one, asking)
  expect((await toOther(before, two, answerTo('gone.1'))).status).toBe(410)
  const third = await startGateway({}, one.registry)
  const client = await startRawClient(third, asking)
  const { id, rest } = await begin(client)
  expect((await toOther(client, two, answerTo(id))).status).toBe(202)
  expect(await rest()).toMatchObject([{ result: { content: [] } }])
  await third.close()
})

test('a cancellation reaches the call at the other gateway, whether it runs or waits', async () => {
  const running = await startRawClient(one, () => {})
  const answer = running.post(call)
  await waitFor(() => running.sent().length === 1)
  expect((await toOther(running, two, cancelled)).status).toBe(202)
  expect(await running.sent()[0]?.over).toEqual({ aborted: true })
  expect(await allOf(eventsOf(await answer))).toEqual([])
  const waiting = await startRawClient(one, asking)
  const { id, rest } = await begin(waiting)
  await toOther(waiting, two, cancelled)
  expect(await rest()).toMatchObject([{ method: 'notifications/cancelled', params: { requestId: id } }])
})

test('what a session has set holds at the other gateway', async () => {
  const heard: unknown[] = []
  const says: Says = (message, _request, response) => {
    const { _meta, notifications } = message.params ?? {}
    const meta = { ...(_meta as Record<string, unknown>) } // our own gateway sends one
    heard.push(meta['io.modelcontextprotocol/logLevel'], notifications)
    if (message.method !== 'subscriptions/listen')
      return respond(response, message, '{"resultType":"complete","content":[]}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(
      'data: {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}}\n\n',
    )
  }
  const client = await startRawClient(one, says, { offers: { resources: { subscribe: true } } })
  await client.ask('logging/setLevel', { level: 'error' })
  await (await toOther(client, two, call)).text()
  expect(heard).toContain('error')
  const stream = await fetch(client.url.replace(one.url, two.url), {
    headers: { ...client.headers, accept: 'text/event-stream' },
  })
  await client.ask('resources/subscribe', { uri: 'a:1' })
  await waitFor(() => JSON.stringify(heard).includes('"resourceSubscriptions":["a:1"]'))
  await stream.body?.cancel()
})

test('a session that ends at one gateway ends at the other, with its stream', async () => {
  const client = await startRawClient(one, (_message, _request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(
      'data: {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}}\n\n',
    )
  })
  const url = client.url.replace(one.url, two.url)
  const stream = await fetch(url, { headers: { ...client.headers, accept: 'text/event-stream' } })
  expect((await toOther(client, one, null, 'DELETE')).status).toBe(204)
  expect(await stream.text()).toBe('')
  expect((await toOther(client, two, call)).status).toBe(404)
})

test('a client whose every request goes to another gateway than the last misses nothing', async () => {
  const upstream = await startFixtureServer({ eras: 'modern' })
  onTestFinished(() => upstream.close())
  one.registry.addServer({ slug: 'fixture', url: upstream.url })
  let requests = 0
  const alternately: typeof fetch = (url, init) =>
    fetch(String(url).replace(/^http:\/\/[^/]+/, (requests++ % 2 === 0 ? one : two).url), init)
  const client = new Client(
    { name: 'old', version: '1' },
    { capabilities: { elicitation: {}, roots: {}, sampling: {} } },
  )
  client.setRequestHandler(ElicitRequestSchema, () => ({
    action: 'accept',
    content: { name: 'Ada', color: 'red' },
  }))
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [] }))
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'Hi' },
  }))
  const requestInit = { headers: { 'x-api-key': one.registry.addKey().key } }
  const url = new URL(`${one.url}/mcp/fixture`)
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit, fetch: alternately }))
  onTestFinished(() => client.close())
  for (let time = 0; time < 3; time += 1) {
    const call = (name: string) => client.callTool({ name, arguments: {} })
    const said = (text: string) => ({ content: [{ type: 'text', text }] })
    expect(await call('test_input_required_result_multi_round')).toEqual(said('Ada likes red'))
    expect(await call('test_input_required_result_multiple_inputs')).toEqual(said('Hi, Ada ()'))
    expect((await client.listTools()).tools.length).toBeGreaterThan(5)
  }
})
