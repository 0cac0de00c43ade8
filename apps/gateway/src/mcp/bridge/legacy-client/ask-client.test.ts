// Questions between the rounds of a call: who may answer them, how many may wait, and what becomes of those without an answer.

import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import {
  allOf,
  eventsOf,
  type FirstClient,
  joinAs,
  type RawClient,
  respond,
  type Says,
  startRawClient,
} from './raw-client.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const form =
  '{"method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{},"n":1.0}}}'
const page =
  '{"method":"elicitation/create","params":{"mode":"url","message":"Go","url":"https://example.com/"}}'
const required = (requests: string, state = '"s\\u00e4"') =>
  `{"resultType":"input_required","inputRequests":${requests},"requestState":${state}}`

/** Asks until it is answered, then says what it was sent. */
const asking =
  (requests: string): Says =>
  (message, _request, response) => {
    const { inputResponses } = message.params ?? {}
    if (inputResponses === undefined) respond(response, message, required(requests))
    else respond(response, message, '{"resultType":"complete","content":[]}')
  }

const toolCall = (id: string | number = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'a' } })

/** Starts a call and reads as many questions as it asks at once. */
async function begin(client: RawClient, count = 1, id: string | number = 1) {
  const events = eventsOf(await client.post(toolCall(id)))
  const questions: { id: string; params: Record<string, unknown>; method: string }[] = []
  while (questions.length < count) {
    const { value } = await events.next()
    questions.push(value as (typeof questions)[number]) // the tests say what it is
  }
  const rest = () => allOf(events)
  return { questions, question: questions[0] ?? { id: '', params: {}, method: '' }, rest }
}

const answerTo = (
  { id }: { id: string },
  result = '{"action":"accept","content":{"n":12345678901234567890}}',
) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`

test('all questions of a round go out at once; answers and state reach the server as they were written', async () => {
  const client = await startRawClient(gateway, asking(`{"k\\u00e4":${form},"roots":{"method":"roots/list"}}`))
  const { questions, rest } = await begin(client, 2)
  expect(questions.map(({ method }) => method)).toEqual(['elicitation/create', 'roots/list'])
  const [first, second] = questions
  await client.post(answerTo(second ?? { id: '' }, '{"roots":[]}'))
  expect((await client.post(answerTo(first ?? { id: '' }))).status).toBe(202)
  expect(await rest()).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }])
  const again = client.sent()[1]?.body.toString() ?? ''
  expect(again).toContain(
    '"inputResponses":{"kä":{"action":"accept","content":{"n":12345678901234567890}},"roots":{"roots":[]}}',
  )
  expect(again).toContain('"requestState":"s\\u00e4"')
  const ids = client.sent().map(({ json }) => (json() as { id: unknown }).id)
  expect(new Set(ids).size).toBe(2)
})

test('a state without questions is sent back at once', async () => {
  const client = await startRawClient(gateway, (message, _request, response) => {
    const done = message.params?.requestState === 'later'
    respond(
      response,
      message,
      done
        ? '{"resultType":"complete","content":[]}'
        : '{"resultType":"input_required","requestState":"later"}',
    )
  })
  expect(await client.ask('tools/call', { name: 'a' })).toMatchObject({ result: { content: [] } })
})

test('a page has an id for a legacy client', async () => {
  const client = await startRawClient(gateway, asking(`{"k":${page}}`))
  const { question, rest } = await begin(client)
  expect(question.params).toMatchObject({ mode: 'url', url: 'https://example.com/' })
  expect(question.params.elicitationId).toMatch(/^[0-9a-f-]{36}$/)
  await client.post(answerTo(question, '{"action":"accept"}'))
  expect(await rest()).toMatchObject([{ result: { content: [] } }])
})

test('a page that is wanted again is asked for again, but not at once', async () => {
  let wanted = 3
  const client = await startRawClient(gateway, (message, _request, response) => {
    const done = wanted === 0
    wanted -= 1
    respond(response, message, done ? '{"resultType":"complete","content":[]}' : required(`{"k":${page}}`))
  })
  const started = performance.now()
  const asked: unknown[] = []
  for await (const event of eventsOf(await client.post(toolCall()))) {
    if (event.method === undefined) expect(event).toMatchObject({ result: { content: [] } })
    else asked.push(await client.post(answerTo(event as { id: string }, '{"action":"accept"}'))) // a question
  }
  expect(asked).toHaveLength(3)
  expect(performance.now() - started).toBeGreaterThan(1_400)
})

test('a client without a stream is told of pages by an error, and else why it can not be asked', async () => {
  const client = await startRawClient(gateway, asking(`{"k":${page}}`))
  const accept = 'application/json'
  expect(await (await client.post(toolCall(), { accept })).json()).toMatchObject({
    id: 1,
    error: { code: -32042, data: { elicitations: [{ mode: 'url', url: 'https://example.com/' }] } },
  })
  const other = await startRawClient(gateway, asking(`{"k":${form}}`))
  expect(await (await other.post(toolCall(), { accept })).json()).toMatchObject({ result: { isError: true } })
})

test.each([
  ['forms', form, { elicitation: { url: {} } }],
  ['pages', page, { elicitation: {} }],
  ['its model', '{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}', {}],
  ['its roots', '{"method":"roots/list"}', {}],
  ['what nobody knows', '{"method":"other/thing"}', {}],
])('a client that has not declared %s is not asked', async (_what, request, capabilities) => {
  const client = await startRawClient(gateway, asking(`{"k":${request}}`), { capabilities })
  expect(await client.ask('tools/call', { name: 'a' })).toMatchObject({ result: { isError: true } })
  expect(await client.ask('prompts/get', { name: 'a' })).toMatchObject({ error: { code: -32603 } })
})

test('a server that asks more at once than anybody can answer is refused, and its client asked nothing', async () => {
  const many = Array.from({ length: 65 }, (_, i) => `"k${i}":{"method":"roots/list"}`)
  const client = await startRawClient(gateway, asking(`{${many.join(',')}}`))
  const told = { error: { message: expect.stringContaining('64 questions') } }
  expect(await client.ask('tools/call', { name: 'a' })).toMatchObject(told)
})

test("a client's refusal ends the call with its words, and takes back the other question", async () => {
  const client = await startRawClient(gateway, asking(`{"a":${form},"b":${form}}`))
  const { questions, rest } = await begin(client, 2)
  await client.post(
    JSON.stringify({ jsonrpc: '2.0', id: questions[0]?.id, error: { code: -1, message: 'not today' } }),
  )
  const [takenBack, response] = await rest()
  expect(takenBack).toMatchObject({
    method: 'notifications/cancelled',
    params: { requestId: questions[1]?.id },
  })
  expect(JSON.stringify(response)).toContain('not today')
})

test('only the same caller in the same session can answer', async () => {
  const client = await startRawClient(gateway, asking(`{"k":${form}}`))
  const stranger = await joinAs(client.url, client.upstream, gateway.registry.addKey().key)
  const second = await joinAs(client.url, client.upstream, client.headers['x-api-key'] ?? '')
  const { question, rest } = await begin(client)
  for (const other of [stranger, second]) {
    expect((await other.post(answerTo(question, '{"action":"decline"}'))).status).toBe(202)
  }
  const { 'mcp-session-id': session = '' } = client.headers
  expect((await stranger.post(answerTo(question), { 'mcp-session-id': session })).status).toBe(404)
  expect(client.sent()).toHaveLength(1)
  await client.post(answerTo(question))
  expect(await rest()).toMatchObject([{ result: { content: [] } }])
  expect(client.sent()[1]?.body.toString()).toContain('"action":"accept"')
})

test('eight calls may wait per caller, and they are none that run', async () => {
  const client = await startRawClient(gateway, asking(`{"k":${form}}`), { server: { maxConcurrent: 1 } })
  const waiting = []
  for (let id = 1; id <= 8; id += 1) waiting.push(await begin(client, 1, id))
  const ninth = await client.post(toolCall(9))
  expect(ninth.status).toBe(503)
  expect(ninth.headers.get('retry-after')).not.toBeNull()
  expect(await ninth.json()).toMatchObject({ id: 9, error: { code: 1002 } })
  for (const [index, { question, rest }] of waiting.entries()) {
    await client.post(answerTo(question))
    expect(await rest()).toMatchObject([{ id: index + 1, result: { content: [] } }])
  }
  await begin(client, 1, 10)
})

test('a call that waits for its client counts as one stream', async () => {
  const narrow = await startGateway({ GATEHOUSE_MAX_STREAMS_PER_CALLER: '1' })
  onTestFinished(() => narrow.close())
  const client = await startRawClient(narrow, asking(`{"k":${form}}`))
  const { question, rest } = await begin(client)
  expect((await client.post(toolCall(2))).status).toBe(503)
  await client.post(answerTo(question))
  expect(await rest()).toMatchObject([{ result: { content: [] } }])
})

test('a client that leaves while it is asked gives its places back', async () => {
  const client = await startRawClient(gateway, asking(`{"k":${form}}`))
  const leaving = new AbortController()
  for (let id = 1; id <= 8; id += 1) {
    const events = eventsOf(await client.post(toolCall(id), {}, leaving.signal))
    await events.next()
    events.next().catch(() => {}) // it breaks off
  }
  leaving.abort()
  await waitFor(async () => (await client.post(toolCall(9))).status === 200)
  await waitFor(() => gateway.registry.records.filter((one) => one.outcome === 'cancelled').length >= 8)
})

test('a cancelled call takes its questions back', async () => {
  const client = await startRawClient(gateway, asking(`{"k":${form}}`))
  const { question, rest } = await begin(client)
  await client.post('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}')
  expect(await rest()).toMatchObject([
    { method: 'notifications/cancelled', params: { requestId: question.id } },
  ])
  expect((await client.post(answerTo(question))).status).toBe(202)
  expect(client.sent()).toHaveLength(1)
})

test.each<[string, (client: FirstClient) => unknown]>([
  ['its key is revoked', ({ key }) => gateway.registry.removeKey(key)],
  ['its server is deleted', ({ serverId }) => gateway.registry.removeServer(serverId)],
  ['its session ends', ({ url, headers }) => fetch(url, { method: 'DELETE', headers })],
])('a call waits for its client no longer when %s', async (_what, lose) => {
  const client = await startRawClient(gateway, asking(`{"k":${form}}`))
  const { question, rest } = await begin(client)
  await lose(client)
  expect(await rest()).toMatchObject([
    { method: 'notifications/cancelled', params: { requestId: question.id } },
    { id: 1, result: { isError: true } },
  ])
  expect(client.sent()).toHaveLength(1)
})

test('a server that asks for ever is stopped', async () => {
  const client = await startRawClient(gateway, (message, _request, response) =>
    respond(response, message, required(`{"k":${form}}`)),
  )
  const events = eventsOf(await client.post(toolCall()))
  let asked = 0
  for await (const event of events) {
    if (event.method === undefined) expect(event).toMatchObject({ id: 1, error: { code: 1003 } })
    else await client.post(answerTo(event as { id: string })) // a question
    asked += 1
  }
  expect([asked, client.sent().length]).toEqual([32, 32])
})

test('a gateway that stops says that the call has to be made again', async () => {
  const stopping = await startGateway()
  const client = await startRawClient(stopping, asking(`{"k":${form}}`))
  const { rest } = await begin(client)
  stopping.endStreams()
  const [, response] = await rest()
  expect(JSON.stringify(response)).toContain('make the call again')
  await stopping.close()
  await waitFor(() => client.sent().length === 1)
})

test('many clients with equal ids at once: every answer reaches its asker', async () => {
  const says: Says = (message, _request, response) => {
    const { arguments: args, inputResponses } = message.params ?? {}
    const { who, ms } = args as { who: number; ms: number }
    const answer = () => {
      const given = JSON.stringify(inputResponses ?? {})
      if (inputResponses === undefined) respond(response, message, required(`{"k":${form}}`))
      else respond(response, message, JSON.stringify({ resultType: 'complete', content: [], who, given }))
    }
    setTimeout(answer, ms)
  }
  const first = await startRawClient(gateway, says)
  const keys = Array.from({ length: 25 }, () => gateway.registry.addKey().key)
  const run = async (who: number) => {
    const client = await joinAs(first.url, first.upstream, keys[who % 25] ?? '')
    const params = { name: 'a', arguments: { who, ms: (who * 37) % 50 } }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    const events = eventsOf(await client.post(body))
    const question = (await events.next()).value as { id: string } // the server asks first
    if (who % 4 === 0) {
      await client.post('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}')
      return expect(await allOf(events)).toMatchObject([{ method: 'notifications/cancelled' }])
    }
    await client.post(answerTo(question, `{"action":"accept","content":{"who":${who}}}`))
    const [response] = await allOf(events)
    const given = `{"k":{"action":"accept","content":{"who":${who}}}}`
    expect(response).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [], who, given } })
  }
  await Promise.all(Array.from({ length: 200 }, (_, who) => run(who)))
})
