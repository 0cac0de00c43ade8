// Calls that wait while their client is asked: what the client sees, what the server gets, and which retries are taken.

import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import { type Ask, modernClient, type Told } from './modern-client.fixture.ts'
import { type Handle, type Incoming, reply, startScriptedServer, stream } from './scripted-server.fixture.ts'

let gateway: TestGateway
let key: string
beforeAll(async () => {
  gateway = await startGateway()
  key = gateway.registry.addKey().key
})
afterAll(() => gateway.close())

const everything = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }
const form = (message: string) => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties: {} }, _meta: { progressToken: 3 } },
})
const sample = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } }
const accept = (content: object) => ({ action: 'accept', content })

/**
 * The server asks each list of questions in turn, the next when all of the last have been answered, and then answers the call with
 * what it was told.
 */
type Rounds = readonly (readonly object[])[]

let count = 0
async function serve(rounds: Rounds) {
  const open = new Map<string, (answer: Incoming) => void>()
  let asked = 0
  const handle: Handle = async (message, response) => {
    const { send, end } = stream(response)
    const answers: unknown[] = []
    for (const questions of rounds) {
      const waiting = questions.map((question) => {
        asked += 1
        const id = `q${asked}`
        const answered = new Promise<Incoming>((resolve) => open.set(id, resolve))
        send({ id, ...question })
        return answered
      })
      for (const { result, error } of await Promise.all(waiting)) answers.push(result ?? error?.code)
    }
    send({ id: message.id, result: { content: [], answers } })
    end()
  }
  const onAnswer = (message: Incoming) => open.get(String(message.id))?.(message)
  const server = await startScriptedServer({ tools: {} }, handle, { onAnswer })
  onTestFinished(() => server.close())
  const slug = `h${++count}`
  const serverId = gateway.registry.addServer({ slug, url: server.url, era: 'legacy' })
  const url = `${gateway.url}/mcp/${slug}`
  return { server, serverId, url, ask: modernClient(url, key) }
}

const call = (more: Partial<Ask> = {}): Ask => ({
  method: 'tools/call',
  params: '"name":"t"',
  capabilities: everything,
  ...more,
})

const keysOf = ({ last }: Told) => Object.keys(last.result?.inputRequests ?? {})

/** The same call with answers to the questions of the last. */
const retry = ({ last }: Told, answers: object, more: Partial<Ask> = {}): Ask =>
  call({
    params: `"name":"t","inputResponses":${JSON.stringify(answers)},"requestState":"${last.result?.requestState}"`,
    idRaw: '2',
    ...more,
  })

const answersIn = ({ last }: Told) => last.result?.answers

test('a question becomes an input-required result, its answer goes to the server, and the call goes on', async () => {
  const { server, ask } = await serve([[form('Name?')], [form('Colour?')]])
  const first = await ask(call())
  expect(first.status).toBe(200)
  expect(first.last.result).toMatchObject({
    resultType: 'input_required',
    inputRequests: { 'elicitation-1': { method: 'elicitation/create', params: { message: 'Name?' } } },
  })
  expect(first.last.result?.inputRequests?.['elicitation-1']?.params).not.toHaveProperty('_meta')
  expect(first.last.result).not.toHaveProperty('ttlMs')
  const second = await ask(retry(first, { 'elicitation-1': accept({ name: 'Ada' }), other: {} }))
  expect(keysOf(second)).toEqual(['elicitation-2'])
  const third = await ask(retry(second, { 'elicitation-2': { action: 'decline' } }, { idRaw: '3' }))
  expect(third.last.result).toMatchObject({
    resultType: 'complete',
    answers: [accept({ name: 'Ada' }), { action: 'decline' }],
  })
  expect(server.messages.filter(({ method }) => method === 'tools/call').length).toBe(1)
  expect(server.greetings[0]?.params?.capabilities).toEqual(everything)
})

test.each([
  ['prompts/get', '"name":"p"'],
  ['resources/read', '"uri":"a:b"'],
])(
  'a question during %s is asked too, and only its last answer is one for caches',
  async (method, params) => {
    const { ask } = await serve([[form('?')]])
    const first = await ask(call({ method, params }))
    expect(first.last.result?.resultType).toBe('input_required')
    const state = `"inputResponses":{"elicitation-1":{}},"requestState":"${first.last.result?.requestState}"`
    const second = await ask(call({ method, params: `${params},${state}` }))
    expect(answersIn(second)).toEqual([{}])
    expect('ttlMs' in (second.last.result ?? {})).toBe(method === 'resources/read')
  },
)

test('several questions at once are one round; what was not answered is asked again', async () => {
  const { ask } = await serve([[form('Name?'), sample, { method: 'roots/list' }]])
  const first = await ask(call())
  expect(keysOf(first)).toEqual(['elicitation-1', 'sampling-2', 'roots-3'])
  expect(first.last.result?.inputRequests?.['roots-3']).toEqual({ method: 'roots/list' })
  const second = await ask(retry(first, { 'sampling-2': { role: 'assistant' } }))
  expect(keysOf(second)).toEqual(['elicitation-1', 'roots-3'])
  const third = await ask(retry(second, { 'elicitation-1': { action: 'cancel' }, 'roots-3': { roots: [] } }))
  expect(answersIn(third)).toEqual([{ action: 'cancel' }, { role: 'assistant' }, { roots: [] }])
})

test('what the client did not declare, and during calls that take no questions, the server is refused', async () => {
  const url = {
    method: 'elicitation/create',
    params: { mode: 'url', message: 'Go', url: 'https://a.example' },
  }
  const tools = { ...sample, params: { ...sample.params, tools: [] } }
  const { ask } = await serve([[form('?'), url, sample, tools, { method: 'roots/list' }, { method: 'x/y' }]])
  expect(answersIn(await ask(call({ capabilities: {} })))).toEqual([
    -32601, -32601, -32601, -32601, -32601, -32601,
  ])
  const some = await ask(call({ capabilities: { elicitation: { url: {} }, sampling: {} } }))
  expect(keysOf(some)).toEqual(['elicitation-1', 'sampling-2'])
  const told = await ask(
    retry(some, { 'elicitation-1': { action: 'accept' }, 'sampling-2': {} }, { capabilities: {} }),
  )
  expect(answersIn(told)).toEqual([-32602, { action: 'accept' }, {}, -32602, -32601, -32601])
  expect(answersIn(await ask({ method: 'completion/complete', capabilities: everything }))).toEqual(
    Array(6).fill(-32601),
  )
})

test('a ping of the server is answered', async () => {
  const { ask } = await serve([[{ method: 'ping' }]])
  expect(answersIn(await ask(call()))).toEqual([{}])
})

describe('a state', () => {
  test('is good for one retry', async () => {
    const { ask } = await serve([[form('?')]])
    const first = await ask(call())
    expect((await ask(retry(first, { 'elicitation-1': { action: 'decline' } }))).last.result).toBeDefined()
    expect((await ask(retry(first, { 'elicitation-1': accept({}) }))).last.error?.code).toBe(-32602)
  })

  test('is good for its own caller, server, method, name and arguments only', async () => {
    const { ask, url } = await serve([[form('?')]])
    const { url: elsewhere } = await serve([[form('?')]])
    const first = await ask(call({ params: '"name":"t","arguments":{"a":1,"b":2}' }))
    const state = `"inputResponses":{},"requestState":"${first.last.result?.requestState}"`
    const another = gateway.registry.addKey().key
    const refused = [
      await modernClient(url, another)(call({ params: `"name":"t","arguments":{"a":1,"b":2},${state}` })),
      await modernClient(elsewhere, key)(call({ params: `"name":"t","arguments":{"a":1,"b":2},${state}` })),
      await ask(call({ params: `"name":"u","arguments":{"a":1,"b":2},${state}` })),
      await ask(call({ params: `"name":"t","arguments":{"a":1,"b":3},${state}` })),
      await ask(call({ method: 'prompts/get', params: `"name":"t","arguments":{"a":1,"b":2},${state}` })),
    ]
    expect(refused.map(({ last }) => last.error?.code)).toEqual(Array(5).fill(-32602))
    const taken = await ask(
      call({
        params: `"name":"t","arguments":{"b":2,"a":1},"inputResponses":{"elicitation-1":{}},"requestState":"${first.last.result?.requestState}"`,
      }),
    )
    expect(taken.last.result).toBeDefined()
  })

  test('is a string', async () => {
    const { server, ask } = await serve([[form('?')]])
    expect((await ask(call({ params: '"name":"t","requestState":7' }))).last.error?.code).toBe(-32602)
    expect(server.messages).toEqual([])
  })

  test('comes back with answers that are objects', async () => {
    const { ask } = await serve([[form('?')]])
    const first = await ask(call())
    expect((await ask(retry(first, { 'elicitation-1': 7 }))).last.error?.code).toBe(-32602)
    expect(answersIn(await ask(retry(first, { 'elicitation-1': {} })))).toEqual([{}])
  })
})

test('a caller may hold eight calls; the ninth is refused and cancelled', async () => {
  const { server, ask } = await serve([[form('?')]])
  const first = await Promise.all(Array.from({ length: 8 }, () => ask(call())))
  const ninth = await ask(call())
  expect(ninth).toMatchObject({ status: 503, last: { error: { code: 1002 } } })
  await waitFor(() => server.messages.some(({ method }) => method === 'notifications/cancelled'))
  for (const told of first) await ask(retry(told, { 'elicitation-1': {}, ...answers(told) }))
  expect((await ask(call())).last.result?.resultType).toBe('input_required')
})

const answers = (told: Told) => Object.fromEntries(keysOf(told).map((name) => [name, { action: 'decline' }]))

test('a call that waits is none that runs', async () => {
  const { serverId, ask } = await serve([[form('?')]])
  gateway.registry.changeServer(serverId, { maxConcurrent: 1 })
  const first = await ask(call())
  const second = await ask(call())
  expect([keysOf(first).length, keysOf(second).length]).toEqual([1, 1])
})

test('an answer of the server that comes meanwhile is what the retry gets, and what it told before', async () => {
  let finish = () => {}
  const server = await startScriptedServer({ tools: {} }, ({ id }, response) => {
    const { send, end } = stream(response)
    send({ id: 'q', ...form('?') })
    finish = () => {
      send({ method: 'notifications/progress', params: { progressToken: id, progress: 1 } })
      send({ id, result: { late: true } })
      end()
    }
  })
  onTestFinished(() => server.close())
  gateway.registry.addServer({ slug: 'late', url: server.url, era: 'legacy' })
  const ask = modernClient(`${gateway.url}/mcp/late`, key)
  const first = await ask(call({ meta: '"progressToken":"old"' }))
  finish()
  const second = await ask(retry(first, { 'elicitation-1': {} }, { meta: '"progressToken":"new"' }))
  expect(second.texts.length).toBe(2)
  expect(JSON.parse(second.texts[0] ?? '')).toMatchObject({ params: { progressToken: 'new' } })
  expect(second.last.result).toMatchObject({ late: true })
})

test('a question that the server takes back is not asked', async () => {
  const server = await startScriptedServer({ tools: {} }, ({ id }, response) => {
    const { send, end } = stream(response)
    send({ id: 'q', ...form('?') })
    send({ method: 'notifications/cancelled', params: { requestId: 'q' } })
    send({ id, result: { content: [] } })
    end()
  })
  onTestFinished(() => server.close())
  gateway.registry.addServer({ slug: 'taken-back', url: server.url, era: 'legacy' })
  const told = await modernClient(`${gateway.url}/mcp/taken-back`, key)(call())
  expect(told.last.result?.resultType).toBe('complete')
})

describe('an error that sends the person to a page', () => {
  const page = { mode: 'url', elicitationId: 'e', url: 'https://a.example/', message: 'Sign in' }
  async function start() {
    let signedIn = false
    const server = await startScriptedServer({ tools: {} }, ({ id }, response) => {
      if (signedIn) return void reply(response, { id, result: { content: [] } })
      reply(response, { id, error: { code: -32042, message: 'Sign in', data: { elicitations: [page] } } })
    })
    onTestFinished(() => server.close())
    const slug = `p${++count}`
    gateway.registry.addServer({ slug, url: server.url, era: 'legacy' })
    const ask = modernClient(`${gateway.url}/mcp/${slug}`, key)
    const signIn = () => {
      signedIn = true
    }
    return { server, ask, signIn }
  }

  test('is a question, and the retry a new call', async () => {
    const { server, ask, signIn } = await start()
    const first = await ask(call())
    expect(first.last.result?.inputRequests).toEqual({
      'page-1': {
        method: 'elicitation/create',
        params: { mode: 'url', url: 'https://a.example/', message: 'Sign in' },
      },
    })
    signIn()
    const second = await ask(retry(first, { 'page-1': { action: 'accept' } }))
    expect(second.last.result).toMatchObject({ resultType: 'complete', content: [] })
    expect(server.messages[1]?.params).toEqual({ name: 't' })
  })

  test('is not asked again of somebody who declined', async () => {
    const { server, ask } = await start()
    const second = await ask(retry(await ask(call()), { 'page-1': { action: 'decline' } }))
    expect(second.last.result).toMatchObject({ isError: true, resultType: 'complete' })
    expect(server.messages.length).toBe(1)
  })
})

test('a held call whose server is changed ends with its session, and its client is told to ask again', async () => {
  const { server, serverId, ask } = await serve([[form('?')]])
  const first = await ask(call())
  gateway.registry.changeServer(serverId, { maxConcurrent: 5 })
  const called = server.upstream.requests.find(({ body }) => body.includes('tools/call'))
  expect(await called?.over).toEqual({ aborted: true })
  await waitFor(() => server.openSessions() === 0)
  expect((await ask(retry(first, { 'elicitation-1': {} }))).last.result).toMatchObject({ isError: true })
})
