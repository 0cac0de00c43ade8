// A modern client's subscription at a legacy server: what is acknowledged, what comes, and how it ends.

import type { ServerResponse } from 'node:http'
import { waitFor } from '@gatehouse/testkit'
import { createParser } from 'eventsource-parser'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import { send } from './modern-client.fixture.ts'
import { type Handle, reply, startScriptedServer, stream } from './scripted-server.fixture.ts'

let gateway: TestGateway
let key: string
beforeAll(async () => {
  gateway = await startGateway()
  key = gateway.registry.addKey().key
})
afterAll(() => gateway.close())

const offer = { tools: { listChanged: true }, resources: { subscribe: true } }
const changed = (part: string) => ({ method: `notifications/${part}/list_changed` })
const updated = (uri: string) => ({ method: 'notifications/resources/updated', params: { uri, x: 1 } })

/** A server that takes subscriptions for `a:` addresses, and keeps its GET streams for the test to write to. */
async function serve(get?: Handle, capabilities: object = offer) {
  const streams: ReturnType<typeof stream>[] = []
  const keep: Handle = (_message, response) => void streams.push(stream(response))
  const subscribe: Handle = ({ id, params }, response) => {
    if (String(params?.uri).startsWith('a:')) reply(response, { id, result: {} })
    else reply(response, { id, error: { code: -32602, message: 'No' } })
  }
  const server = await startScriptedServer(capabilities, subscribe, { get: get ?? keep })
  onTestFinished(() => server.close())
  return { server, streams }
}

let count = 0
async function listen(to: { url: string }, notifications: object, { url: base, registry } = gateway) {
  const slug = `l${++count}`
  registry.addServer({ slug, url: to.url, era: 'legacy' })
  const leaving = new AbortController()
  const response = await send(`${base}/mcp/${slug}`, key, {
    method: 'subscriptions/listen',
    params: `"notifications":${JSON.stringify(notifications)}`,
    idRaw: '"s\\u0031"',
    signal: leaving.signal,
  })
  const texts: string[] = []
  const parser = createParser({ onEvent: ({ data }) => void texts.push(data) })
  const over = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }))
  })().catch(() => {})
  return { response, texts, over, leave: () => leaving.abort() }
}

const mark = '"_meta":{"io.modelcontextprotocol/subscriptionId":"s\\u0031"}'
const acknowledged = (notifications: object) =>
  `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":${JSON.stringify(notifications)},${mark}}}`

test('what the server offers is acknowledged first, and what was asked for comes with the mark', async () => {
  const { server, streams } = await serve()
  const { texts, leave } = await listen(server, {
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: false,
    resourceSubscriptions: ['a:1', 'b:1', 'a:1'],
  })
  await waitFor(() => texts.length === 1)
  expect(texts[0]).toBe(acknowledged({ toolsListChanged: true, resourceSubscriptions: ['a:1'] }))
  for (const news of [
    changed('prompts'),
    changed('tools'),
    updated('a:1/part'),
    { method: 'notifications/message' },
  ])
    streams[0]?.send(news)
  await waitFor(() => texts.length === 3)
  expect(texts.slice(1)).toEqual([
    `{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{${mark}}}`,
    `{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1/part","x":1,${mark}}}`,
  ])
  leave()
  await waitFor(() => server.openSessions() === 0)
})

test('requests of the server are refused, its pings answered', async () => {
  const { server, streams } = await serve()
  await listen(server, { toolsListChanged: true })
  await waitFor(() => streams.length === 1)
  streams[0]?.send({ id: 'p', method: 'ping' })
  streams[0]?.send({ id: 'r', method: 'roots/list' })
  await waitFor(() => server.messages.length === 2)
  expect(server.messages).toContainEqual({ jsonrpc: '2.0', id: 'p', result: {} })
  expect(server.messages).toContainEqual(
    expect.objectContaining({ id: 'r', error: expect.objectContaining({ code: -32601 }) }),
  )
})

test.each([
  ['has no such stream', undefined, offer],
  ['declares nothing of it', 'stream', { tools: {} }],
])('a server that %s is asked for nothing, and nothing is acknowledged', async (_what, get, capabilities) => {
  const refuse: Handle = (_message, response) => void response.writeHead(405).end()
  const { server } = await serve(get === undefined ? refuse : undefined, capabilities)
  const { texts } = await listen(server, { toolsListChanged: true, resourceSubscriptions: ['a:1'] })
  await waitFor(() => texts.length === 1)
  expect(texts[0]).toBe(acknowledged({}))
  expect(server.messages).toEqual([])
})

test('a stream that the server ends is opened again where it was', async () => {
  const ids: string[][] = []
  const responses: ServerResponse[] = []
  const { server } = await serve((_message, response, request) => {
    ids.push(request.header('last-event-id'))
    responses.push(response)
    const { write, send } = stream(response)
    if (ids.length > 1) return send(changed('tools'))
    write('id: e7\nretry: 20\ndata: \n\n')
    response.end()
  })
  const { texts } = await listen(server, { toolsListChanged: true })
  await waitFor(() => texts.length === 2)
  expect(ids).toEqual([[], ['e7']])
})

test('a stream whose server wants to be left alone for years is not opened again at once', async () => {
  let gets = 0
  const { server } = await serve((_message, response) => {
    gets += 1
    const { write, end } = stream(response)
    write('retry: 99999999999\ndata: \n\n')
    end()
  })
  const { texts } = await listen(server, { toolsListChanged: true })
  await waitFor(() => texts.length === 1)
  for (let calls = 0; calls < 20; calls += 1) {
    const read = { method: 'resources/read', params: '"uri":"a:1"' }
    expect(await (await send(`${gateway.url}/mcp/l${count}`, key, read)).text()).toContain('"result"')
  }
  expect(gets).toBe(1)
})

test('it ends with its result when the gateway stops, without one when the server has no more', async () => {
  const stopping = await startGateway({}, gateway.registry)
  onTestFinished(() => stopping.close())
  const { server, streams } = await serve()
  const one = await listen(server, { toolsListChanged: true }, stopping)
  await waitFor(() => one.texts.length === 1)
  stopping.endStreams()
  await one.over
  expect(JSON.parse(one.texts[1] ?? '')).toMatchObject({
    id: 's1',
    result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 's1' } },
  })
  const two = await listen(server, { toolsListChanged: true })
  await waitFor(() => two.texts.length === 1)
  server.forgetSessions()
  streams[1]?.write('retry: 10\n\n')
  streams[1]?.end()
  await two.over
  expect(two.texts.length).toBe(1)
})

test('a filter that is none is refused', async () => {
  const { server } = await serve()
  for (const filter of [[], 7, { resourceSubscriptions: 'a:1' }, { resourceSubscriptions: [1] }])
    expect((await listen(server, filter as object)).response.status).toBe(400)
})
