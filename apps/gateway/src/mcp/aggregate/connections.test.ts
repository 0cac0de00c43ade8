// Servers that want an account, beside others behind one address.

import { randomUUID } from 'node:crypto'
import { type Recorded, type Script, scripts, waitFor } from '@gatehouse/testkit'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { account } from '../../testing/account.ts'
import {
  type Aggregate,
  modernHeaders,
  modernMeta,
  type RpcAnswer,
  startAggregate,
} from '../../testing/aggregate.ts'

let world: Aggregate & { close(): Promise<void> }
const userId = randomUUID()

beforeEach(async () => {
  world = await startAggregate({}, userId)
})
afterEach(() => world.close())

const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })
const plain = scripts.modernServer({ tools: [tool('echo')] })
const names = ({ result }: RpcAnswer) =>
  (result?.tools as { name: string }[] | undefined)?.map(({ name }) => name)
const page = 'http://localhost:7402/w/test/connections?connect=mine'
const connections = () => world.gateway.registry.connections
const told = (revision: number) => waitFor(() => world.gateway.registry.acknowledged() >= revision)
const urlMode = { _meta: modernMeta({ elicitation: { url: {} } }) }

/** One server for everybody, and one, called mine, that takes these tokens. */
async function twoServers(inner: Script = plain) {
  const good = new Set<string>()
  const upstream = await world.recording(account(good, inner))
  await world.add('all', (await world.recording(plain)).url)
  const id = await world.add('mine', upstream.url, { oauth: true })
  return { good, upstream, id }
}

const methodOf = (request: Recorded) => (request.json() as { method?: string } | undefined)?.method

describe('a server where the account is not connected', () => {
  test('hides nothing of the others, and nothing is sent to it', async () => {
    const { upstream } = await twoServers()
    expect(names(await world.legacy('tools/list'))).toEqual(['all__echo'])
    const modern = await world.modern('tools/list')
    expect(names(modern)).toEqual(['all__echo'])
    expect(modern.result?.ttlMs).toBeGreaterThan(30_000)
    expect((await world.modern('tools/call', { name: 'all__echo' })).result?.isError).toBeUndefined()
    expect(upstream.requests).toEqual([])
  })

  test.each([
    ['tools/call', { name: 'mine__echo' }],
    ['prompts/get', { name: 'mine__p' }],
    ['resources/read', { uri: 'mine+file:///a' }],
  ])('%s is answered by the page, as a question where the client opens pages', async (method, params) => {
    const { upstream } = await twoServers()
    const asked = await world.modern(method, { ...params, ...urlMode })
    expect(asked.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { 'gatehouse/connect': { params: { mode: 'url', url: page } } },
    })
    expect(asked.result).not.toHaveProperty('requestState')
    for (const said of [await world.modern(method, params), await world.legacy(method, params)]) {
      expect(said.status).toBe(200)
      expect(said.text).toContain(page)
      if (method === 'tools/call') expect(said.result).toMatchObject({ isError: true })
      else expect(said.error).toMatchObject({ code: 1011, data: { url: page } })
    }
    expect(upstream.requests).toEqual([])
  })

  test('is there as soon as it is connected, and gone when it is not any more', async () => {
    const { good, id } = await twoServers()
    good.add('t1')
    await told(connections().connect(userId, id, 't1'))
    expect(names(await world.modern('tools/list'))).toEqual(['all__echo', 'mine__echo'])
    expect((await world.modern('tools/call', { name: 'mine__echo' })).text).toContain('echo')
    await told(connections().disconnect(userId, id))
    expect(names(await world.modern('tools/list'))).toEqual(['all__echo'])
  })

  test('a stream hears of both, and nobody else does', async () => {
    const { good, id } = await twoServers()
    const mine = await hear()
    const other = await hear(world.gateway.registry.addKey({ userId: randomUUID() }).key)
    const changes = ({ text }: { text: string }) => text.split('notifications/tools/list_changed').length - 1
    good.add('t1')
    connections().connect(userId, id, 't1')
    await waitFor(() => changes(mine) === 1)
    await told(connections().disconnect(userId, id))
    await waitFor(() => changes(mine) === 2)
    expect(changes(other)).toBe(0)
  })
})

test('a server whose tokens can not be renewed just now hides nothing of the others', async () => {
  const { good, id, upstream } = await twoServers()
  good.add('t1')
  await told(connections().connect(userId, id, 't1'))
  connections().unavailable = true
  expect(names(await world.modern('tools/list'))).toEqual(['all__echo'])
  const stream = await hear()
  connections().unavailable = false
  await waitFor(() => stream.text.includes('notifications/tools/list_changed'))
  expect(names(await world.modern('tools/list'))).toEqual(['all__echo', 'mine__echo'])
  expect(upstream.requests.length).toBeGreaterThan(0)
})

describe.each([
  ['modern', plain],
  ['legacy', scripts.legacyServer({ tools: [tool('echo')], sessionId: 'upstream-1' })],
] as const)('at a %s server', (_era, inner) => {
  test('lists and calls carry the own token, renewed where it is refused', async () => {
    const { good, id, upstream } = await twoServers(inner)
    good.add('t1')
    await told(connections().connect(userId, id, 't1'))
    connections().willRefresh(userId, id, 't2', 't3')
    good.delete('t1')
    good.add('t2')
    expect(names(await world.modern('tools/list'))).toEqual(['all__echo', 'mine__echo'])
    good.delete('t2')
    good.add('t3')
    const calls = [
      world.modern('tools/call', { name: 'mine__echo' }),
      world.legacy('tools/call', { name: 'mine__echo' }),
    ]
    for (const { text } of await Promise.all(calls)) expect(text).toContain('echo')
    expect(connections().refusals.length).toBe(2)
    const sent = upstream.requests.filter((request) => methodOf(request) === 'tools/call')
    expect(new Set(sent.map((request) => request.header('authorization')[0]))).toEqual(
      new Set(['Bearer t2', 'Bearer t3']),
    )
  })
})

test('what one account sees there is not what another one sees', async () => {
  const good = new Set(['ada', 'bob'])
  const own: Script = (request, response) => {
    const [token = ''] = request.header('authorization')
    return scripts.modernServer({ tools: [tool(token.replace('Bearer ', 'of-'))] })(request, response)
  }
  const upstream = await world.recording(account(good, own))
  const id = await world.add('mine', upstream.url, { oauth: true })
  const bob = { userId: randomUUID() }
  const key = world.gateway.registry.addKey(bob)
  connections().connect(userId, id, 'ada')
  await told(connections().connect(bob.userId, id, 'bob'))
  for (let i = 0; i < 2; i += 1) {
    expect(names(await world.modern('tools/list'))).toEqual(['mine__of-ada'])
    expect(names(await world.modern('tools/list', {}, { 'x-api-key': key.key }))).toEqual(['mine__of-bob'])
  }
})

/** Everything that a stream for changed tools brings, once it is acknowledged. */
async function hear(key = world.key.key): Promise<{ text: string }> {
  const leave = new AbortController()
  onTestFinished(() => leave.abort())
  const method = 'subscriptions/listen'
  const params = { notifications: { toolsListChanged: true }, _meta: modernMeta() }
  const headers = { ...modernHeaders(method, {}), 'x-api-key': key }
  const response = await world.post({ jsonrpc: '2.0', id: 'sub', method, params }, headers, leave.signal)
  const heard = { text: '' }
  const reading = async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) heard.text += chunk
  }
  void reading().catch(() => {}) // the test leaves it
  await waitFor(() => heard.text.includes('acknowledged'))
  return heard
}
