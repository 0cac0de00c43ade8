// The GET stream of a bridged session, and the end of the session.

import type { ServerResponse } from 'node:http'
import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import { allOf, eventsOf, type RawClient, respond, type Says, startRawClient } from './raw-client.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ GATEHOUSE_KEEP_ALIVE_MS: '40' })
})
afterAll(() => gateway.close())

const offers = { tools: { listChanged: true }, resources: { subscribe: true } }

/** Takes subscriptions; `told` are their streams, in order. */
function listening(acknowledging: () => Promise<unknown> = async () => {}) {
  const told: { response: ServerResponse; id: unknown; filter: unknown }[] = []
  const says: Says = (message, _request, response) => {
    if (message.method !== 'subscriptions/listen')
      return respond(response, message, '{"resultType":"complete"}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const filter = message.params?.notifications
    told.push({ response, id: message.id, filter })
    const meta = { 'io.modelcontextprotocol/subscriptionId': message.id }
    const params = { notifications: filter, _meta: meta }
    void acknowledging().then(() =>
      tell(response, { method: 'notifications/subscriptions/acknowledged', params }),
    )
  }
  return { told, says }
}

const tell = (response: ServerResponse, message: object) =>
  response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)

const changed = (subscription: { id: unknown }) => ({
  method: 'notifications/tools/list_changed',
  params: { _meta: { 'io.modelcontextprotocol/subscriptionId': subscription.id } },
})

const get = (client: RawClient, more: Record<string, string> = {}) =>
  fetch(client.url, { headers: { ...client.headers, accept: 'text/event-stream', ...more } })

test('it asks for all that may change, and hands it on without subscription ids', async () => {
  const { told, says } = listening()
  const client = await startRawClient(gateway, says, { offers })
  const answer = await get(client)
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  await waitFor(() => told.length === 1)
  const [first] = told
  expect(first?.filter).toEqual({
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
  })
  if (first) tell(first.response, changed(first))
  const { value } = await eventsOf(answer).next()
  expect(value).toEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: {} })
})

test('while it is opened again for another subscription, the old one still tells', async () => {
  const second = Promise.withResolvers<void>()
  const { told, says } = listening(async () => told.length > 1 && second.promise)
  const client = await startRawClient(gateway, says, { offers })
  const events = eventsOf(await get(client))
  await waitFor(() => told.length === 1)
  await client.ask('resources/subscribe', { uri: 'a:1' })
  await waitFor(() => told.length === 2)
  if (told[0]) tell(told[0].response, changed(told[0]))
  expect((await events.next()).value).toMatchObject({ method: 'notifications/tools/list_changed' })
  second.resolve()
  await waitFor(() => told[0]?.response.destroyed)
  if (told[1]) tell(told[1].response, changed(told[1]))
  expect((await events.next()).value).toMatchObject({ method: 'notifications/tools/list_changed' })
})

test('it is opened again whenever the subscriptions change', async () => {
  const { told, says } = listening()
  const client = await startRawClient(gateway, says, { offers })
  const events = eventsOf(await get(client))
  await waitFor(() => told.length === 1)
  await client.ask('resources/subscribe', { uri: 'a:1' })
  await client.ask('resources/subscribe', { uri: 'a:2' })
  await waitFor(() => told.some(({ filter }) => JSON.stringify(filter).includes('a:2')))
  expect(told.at(-1)?.filter).toMatchObject({ resourceSubscriptions: ['a:1', 'a:2'] })
  await waitFor(() => told[0]?.response.destroyed)
  await client.ask('resources/unsubscribe', { uri: 'a:1' })
  await waitFor(() => JSON.stringify(told.at(-1)?.filter).includes('["a:2"]'))
  const last = told.at(-1)
  if (last) tell(last.response, { method: 'notifications/resources/updated', params: { uri: 'a:2' } })
  expect((await events.next()).value).toMatchObject({ params: { uri: 'a:2' } })
})

test('it stays when the server ends its own, and hears what comes after', async () => {
  const { told, says } = listening()
  const client = await startRawClient(gateway, says, { offers })
  const events = eventsOf(await get(client))
  await waitFor(() => told.length === 1)
  const [first] = told
  first?.response.end(
    `data: ${JSON.stringify({ jsonrpc: '2.0', id: first.id, result: { resultType: 'complete' } })}\n\n`,
  )
  await waitFor(() => told.length === 2)
  told[1]?.response.socket?.resetAndDestroy()
  await waitFor(() => told.length === 3)
  const last = told[2]
  if (last) tell(last.response, changed(last))
  expect((await events.next()).value).toMatchObject({ method: 'notifications/tools/list_changed' })
})

test('of two streams of a session, each message goes to one', async () => {
  const { told, says } = listening()
  const client = await startRawClient(gateway, says, { offers })
  const [older, newer] = [eventsOf(await get(client)), eventsOf(await get(client))]
  await waitFor(() => told.length === 2)
  for (const one of told) tell(one.response, changed(one))
  expect((await newer.next()).value).toMatchObject({ method: 'notifications/tools/list_changed' })
  await fetch(client.url, { method: 'DELETE', headers: client.headers })
  expect([await allOf(older), await allOf(newer)]).toEqual([[], []])
})

test('a server without subscriptions offers no stream, and a client without a session gets none', async () => {
  const client = await startRawClient(gateway, (message, _request, response) =>
    respond(response, message, '{"code":-32601,"message":"no"}', 'error', 404),
  )
  const refused = await get(client)
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST, DELETE'])
  const { 'mcp-session-id': _, ...headers } = client.headers
  expect((await fetch(client.url, { headers })).status).toBe(400)
  expect(await client.ask('resources/subscribe', { uri: 'a:1' })).toMatchObject({ error: { code: -32601 } })
})

test('DELETE ends the session and its streams, at the gateway alone', async () => {
  const { told, says } = listening()
  const client = await startRawClient(gateway, says, { offers })
  const answer = await get(client)
  await waitFor(() => told.length === 1)
  const before = client.upstream.requests.length
  const ended = gateway.registry.ended.length
  expect((await fetch(client.url, { method: 'DELETE', headers: client.headers })).status).toBe(204)
  await answer.text()
  await waitFor(() => told[0]?.response.destroyed)
  for (const method of ['POST', 'GET', 'DELETE']) {
    const body = method === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"ping"}' : null
    expect((await fetch(client.url, { method, headers: client.headers, body })).status).toBe(404)
  }
  expect(gateway.registry.ended.length).toBe(ended + 1)
  expect(client.upstream.requests.length).toBe(before)
})

test('a server that never acknowledges has a time to do so', async () => {
  const quick = await startGateway({ GATEHOUSE_FIRST_BYTE_TIMEOUT_MS: '200' })
  const client = await startRawClient(quick, (_message, _request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  })
  expect((await get(client)).status).toBe(502)
  await quick.close()
})

test('it ends when its key is revoked, and when its server gets another credential', async () => {
  for (const change of ['key', 'server'] as const) {
    const { told, says } = listening()
    const client = await startRawClient(gateway, says, { offers })
    const answer = await get(client)
    await waitFor(() => told.length === 1)
    if (change === 'key') gateway.registry.removeKey(client.key)
    else gateway.registry.changeServer(client.serverId, { headers: [['X-A', 'b']] })
    await answer.text()
    await waitFor(() => told[0]?.response.destroyed)
  }
})

test('comments keep it open while nothing changes', async () => {
  const { says } = listening()
  const client = await startRawClient(gateway, says, { offers })
  const reader = (await get(client)).body?.getReader()
  const { value } = (await reader?.read()) ?? {}
  expect(Buffer.from(value ?? []).toString()).toBe(':\n\n')
  await reader?.cancel()
})

test('a stop ends it cleanly', async () => {
  const stopping = await startGateway()
  const { says } = listening()
  const client = await startRawClient(stopping, says, { offers })
  const answer = await get(client)
  stopping.endStreams()
  expect(await answer.text()).toBe('')
  await stopping.close()
})

test('a revision that nobody speaks here is refused, and so is an array', async () => {
  const client = await startRawClient(gateway, () => {})
  const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
  const answer = await client.post(ping, { 'mcp-protocol-version': '1999-01-01' })
  expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: -32022 } }])
  expect((await client.post(`[${ping}]`, { 'mcp-protocol-version': '2025-03-26' })).status).toBe(400)
  expect(await (await client.post(ping)).json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} })
})
