// Two gateways with one registry: a call that one of them holds can be gone on with at the other.

import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import { type Ask, modernClient, type Told } from './modern-client.fixture.ts'
import { type Incoming, type ScriptedServer, startScriptedServer, stream } from './scripted-server.fixture.ts'

let one: TestGateway
let two: TestGateway
let key: string
let server: ScriptedServer
beforeAll(async () => {
  one = await startGateway()
  two = await startGateway({}, one.registry)
  key = one.registry.addKey().key
  const waiting = new Map<unknown, (answer: Incoming) => void>()
  let asked = 0
  server = await startScriptedServer(
    { tools: {} },
    async ({ id, params }, response) => {
      const { send, end } = stream(response)
      const answers: unknown[] = []
      for (let round = 0; round < 3; round += 1) {
        asked += 1
        const question = `q${asked}`
        const answered = new Promise<Incoming>((resolve) => waiting.set(question, resolve))
        send({ id: question, method: 'elicitation/create', params: { message: `${round}` } })
        answers.push((await answered).result)
      }
      send({ method: 'notifications/progress', params: { progressToken: id, progress: 1 } })
      if (params?.name === 'stays') return
      send({ id, result: { content: [], answers, name: params?.name } })
      end()
    },
    { onAnswer: (message) => waiting.get(message.id)?.(message) },
  )
  one.registry.addServer({ slug: 'asks', url: server.url, era: 'legacy' })
})
afterAll(async () => {
  await two.close()
  await one.close()
  await server.close()
})

const at = ({ url }: TestGateway) => modernClient(`${url}/mcp/asks`, key)
const call: Ask = {
  method: 'tools/call',
  params: '"name":"t"',
  capabilities: { elicitation: {} },
  meta: '"progressToken":"p"',
}
const retry = ({ last }: Told, n: number, tool = 't'): Ask => {
  const [name = ''] = Object.keys(last.result?.inputRequests ?? {})
  const answers = JSON.stringify({ [name]: { action: 'accept', content: { n } } })
  return {
    ...call,
    params: `"name":"${tool}","inputResponses":${answers},"requestState":"${last.result?.requestState}"`,
  }
}

test('each round may go to another replica; progress and answer come back through it', async () => {
  const calls = () => server.messages.filter(({ method }) => method === 'tools/call').length
  const before = calls()
  const first = await at(one)(call)
  const second = await at(two)(retry(first, 1))
  const third = await at(two)(retry(second, 2))
  const { texts, last } = await at(two)(retry(third, 3))
  expect(last.result?.answers).toEqual([1, 2, 3].map((n) => ({ action: 'accept', content: { n } })))
  expect(JSON.parse(texts[0] ?? '')).toMatchObject({ params: { progressToken: 'p' } })
  expect(calls()).toBe(before + 1)
  expect(server.greetings.length).toBe(1)
  const rounds = () => one.registry.records.filter(({ tool }) => tool === 't')
  await waitFor(() => rounds().length >= 4)
  const outcomes = rounds().map(({ outcome }) => outcome)
  expect(outcomes.sort()).toEqual(['input_required', 'input_required', 'input_required', 'ok'])
})

test('a client that leaves its retry at another replica cancels its call', async () => {
  const third = await at(two)(
    retry(await at(two)(retry(await at(one)({ ...call, params: '"name":"stays"' }), 1, 'stays')), 2, 'stays'),
  )
  const leaving = new AbortController()
  const asked = at(two)({ ...retry(third, 3, 'stays'), signal: leaving.signal })
  const answers = () =>
    server.messages.filter(({ result }) => JSON.stringify(result ?? '').includes('"n":3')).length
  const before = answers()
  await waitFor(() => answers() > before)
  leaving.abort()
  await expect(asked).rejects.toThrow()
  await waitFor(() => server.messages.some(({ method }) => method === 'notifications/cancelled'))
})

test('a state is good for one retry, wherever it goes', async () => {
  const first = await at(one)(call)
  const told = await Promise.all([
    at(two)(retry(first, 1)),
    at(one)(retry(first, 1)),
    at(two)(retry(first, 1)),
  ])
  expect(told.filter(({ last }) => last.result?.resultType === 'input_required').length).toBe(1)
  expect(told.filter(({ last }) => last.error?.code === -32602).length).toBe(2)
})

test('where the replica that holds the call is gone, the client is told to ask again', async () => {
  const three = await startGateway({}, one.registry)
  let open = true
  onTestFinished(async () => {
    if (open) await three.close()
  })
  const first = await at(three)(call)
  await three.close()
  open = false
  await waitFor(() => server.messages.some(({ method }) => method === 'notifications/cancelled'))
  const told = await at(two)(retry(first, 1))
  expect(told).toMatchObject({ status: 200, last: { result: { isError: true, resultType: 'complete' } } })
  expect(JSON.stringify(told.last)).toContain('Send the request again')
})
