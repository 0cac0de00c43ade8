// Servers that ask on the session's GET stream, as many do, and not on that of the call.

import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import { type Ask, modernClient, send } from './modern-client.fixture.ts'
import { type Incoming, reply, startScriptedServer, stream } from './scripted-server.fixture.ts'

let gateway: TestGateway
let key: string
beforeAll(async () => {
  gateway = await startGateway()
  key = gateway.registry.addKey().key
})
afterAll(() => gateway.close())

let count = 0
/** Each call asks for a name on the GET stream, and answers with what it was told. */
async function serve({ hasStream = true } = {}) {
  const waiting = new Map<unknown, (answer: Incoming) => void>()
  let side: ReturnType<typeof stream> | undefined
  const gets: unknown[] = []
  const both = Promise.withResolvers<void>()
  let together = 0
  let refusal: number | undefined
  const server = await startScriptedServer(
    { tools: {} },
    async ({ id, params }, response) => {
      if (!hasStream) return void reply(response, { id, result: { content: [] } })
      await waitFor(() => side)
      const question = `of ${id}`
      const answered = new Promise<Incoming>((resolve) => waiting.set(question, resolve))
      if (params?.name === 'together' && ++together === 2) both.resolve()
      if (params?.name === 'together') await both.promise
      side?.send({ id: question, method: 'elicitation/create', params: { message: 'Name?' } })
      const { result, error } = await answered
      reply(response, { id, result: { content: [], answer: result ?? error?.code } })
    },
    {
      get(_message, response) {
        gets.push(1)
        const status = refusal ?? (hasStream ? 200 : 405)
        refusal = undefined
        if (status === 200) side = stream(response)
        else response.writeHead(status).end()
      },
      onAnswer: (message) => waiting.get(message.id)?.(message),
    },
  )
  onTestFinished(() => server.close())
  const slug = `s${++count}`
  gateway.registry.addServer({ slug, url: server.url, era: 'legacy', callTimeoutMs: 5_000 })
  const refuse = (status: number) => {
    refusal = status
  }
  return { server, gets, refuse, ask: modernClient(`${gateway.url}/mcp/${slug}`, key) }
}

const call = (name: string, capabilities: object = { elicitation: {} }, more = ''): Ask => ({
  method: 'tools/call',
  params: `"name":"${name}"${more}`,
  capabilities,
})

test('a question there is one of the only call that runs', async () => {
  const { gets, ask } = await serve()
  for (const name of ['one', 'two']) {
    const first = await ask(call(name))
    expect(Object.keys(first.last.result?.inputRequests ?? {})).toEqual(['elicitation-1'])
    const state = `,"inputResponses":{"elicitation-1":{"action":"decline"}},"requestState":"${first.last.result?.requestState}"`
    expect((await ask(call(name, undefined, state))).last.result?.answer).toEqual({ action: 'decline' })
  }
  expect(gets.length).toBe(1)
})

test('what the server logs there is told to the only call that wants it', async () => {
  let side: ReturnType<typeof stream> | undefined
  let finish = () => {}
  const server = await startScriptedServer(
    { tools: {}, logging: {} },
    async ({ id, method }, response) => {
      if (method !== 'tools/call') return reply(response, { id, result: {} })
      await waitFor(() => side)
      side?.send({ method: 'notifications/message', params: { level: 'info', data: 'x' } })
      finish = () => reply(response, { id, result: { content: [] } })
    },
    {
      get(_message, response) {
        side = stream(response)
      },
    },
  )
  onTestFinished(() => server.close())
  gateway.registry.addServer({ slug: 'logs', url: server.url, era: 'legacy' })
  const meta = '"io.modelcontextprotocol/logLevel":"info"'
  const response = await send(`${gateway.url}/mcp/logs`, key, { ...call('t', {}), meta })
  finish() // the head came with the message
  expect(await response.text()).toMatch(/"data":"x"[\s\S]*"result"/)
})

test('a stream that another one has is waited for', async () => {
  const { gets, ask, refuse } = await serve()
  refuse(409)
  const first = await ask(call('one'))
  expect(Object.keys(first.last.result?.inputRequests ?? {})).toEqual(['elicitation-1'])
  expect(gets.length).toBe(2)
})

test('where several run, nobody is asked', async () => {
  const { ask } = await serve()
  const told = await Promise.all([ask(call('together')), ask(call('together'))])
  expect(told.map(({ last }) => last.result?.answer)).toEqual([-32603, -32603])
})

test('a client that can be asked nothing costs no stream, and a server without one is not asked for it again', async () => {
  const { gets, ask } = await serve({ hasStream: false })
  await ask(call('a', {}))
  expect(gets.length).toBe(0)
  await ask(call('a'))
  await waitFor(() => gets.length === 1)
  await ask(call('a'))
  await ask(call('a'))
  expect(gets.length).toBe(1)
})
