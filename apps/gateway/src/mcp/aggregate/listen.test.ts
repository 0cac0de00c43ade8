import { type FixtureServer, type Script, scripts, startFixtureServer, waitFor } from '@gatehouse/testkit'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { type Aggregate, modernHeaders, modernMeta, startAggregate } from '../../testing/aggregate.ts'

let world: Aggregate & { close(): Promise<void> }
beforeEach(async () => {
  world = await startAggregate()
})
afterEach(() => world.close())

async function fixture(eras: 'both' | 'legacy' | 'modern', slug: string): Promise<[FixtureServer, string]> {
  const server = await startFixtureServer({ eras })
  onTestFinished(() => server.close())
  return [server, await world.add(slug, server.url)]
}

interface Heard {
  readonly id?: unknown
  readonly method?: string
  readonly params?: Record<string, unknown> & { _meta?: Record<string, unknown> }
  readonly result?: Record<string, unknown> & { _meta?: Record<string, unknown> }
}

/** A stream as it comes over the wire. */
async function listen(notifications: object, id = '"sub"', capabilities = {}) {
  const leave = new AbortController()
  onTestFinished(() => leave.abort())
  const params = JSON.stringify({ notifications, _meta: modernMeta(capabilities) })
  const method = 'subscriptions/listen'
  const body = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`
  const response = await world.post(body, modernHeaders(method, {}), leave.signal)
  const heard: Heard[] = []
  const texts: string[] = []
  const ended = (async () => {
    let rest = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const events = (rest + chunk).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) {
        const text = /^data: (.*)$/m.exec(event)?.[1]
        if (text === undefined) continue
        texts.push(text)
        heard.push(JSON.parse(text) as Heard)
      }
    }
    return true
  })().catch(() => false)
  const methods = () => heard.map(({ method }) => method)
  return { response, heard, texts, methods, ended, leave: () => leave.abort() }
}

const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })
const toolsChanged = 'notifications/tools/list_changed'
const updated = 'notifications/resources/updated'

test('is acknowledged first, and every message has the mark of the subscription', async () => {
  const [one] = await fixture('modern', 'one')
  const [two] = await fixture('legacy', 'two')
  const stream = await listen(
    {
      toolsListChanged: true,
      resourceSubscriptions: ['two+test://watched-resource', 'none+test://x', 'nothing'],
    },
    '90071992547409931',
  )
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
  await waitFor(() => stream.heard.length > 0)
  expect(stream.heard[0]).toMatchObject({
    method: 'notifications/subscriptions/acknowledged',
    params: {
      notifications: { toolsListChanged: true, resourceSubscriptions: ['two+test://watched-resource'] },
    },
  })
  await waitFor(() => {
    one.notify.toolsChanged()
    two.notify.resourceUpdated('test://watched-resource')
    return stream.methods().includes(toolsChanged) && stream.methods().includes(updated)
  })
  one.notify.promptsChanged()
  one.notify.resourceUpdated('test://watched-resource')
  two.notify.toolsChanged()
  await waitFor(() => stream.methods().filter((method) => method === toolsChanged).length > 1)
  expect(new Set(stream.methods().slice(1))).toEqual(new Set([toolsChanged, updated]))
  for (const text of stream.texts) {
    expect(text).toContain('"io.modelcontextprotocol/subscriptionId":90071992547409931')
  }
  const uris = stream.heard.filter(({ method }) => method === updated).map(({ params }) => params?.uri)
  expect(new Set(uris)).toEqual(new Set(['two+test://watched-resource']))
})

test("a server's word that its list changed makes us ask for it again", async () => {
  const upstream = await startFixtureServer({ eras: 'modern' })
  onTestFinished(() => upstream.close())
  await world.add('one', upstream.url)
  const lists = () =>
    upstream.requests.filter(({ rawHeaders }) => rawHeaders.some((value) => value === 'tools/list')).length
  await world.modern('tools/list')
  const stream = await listen({ toolsListChanged: true })
  await waitFor(() => {
    upstream.notify.toolsChanged()
    return stream.methods().includes(toolsChanged)
  })
  const before = lists()
  await world.modern('tools/list')
  expect(lists()).toBe(before + 1)
  await world.modern('tools/list')
  expect(lists()).toBe(before + 1)
})

test('a server that appears or disappears changes the lists and does not end the stream', async () => {
  const stream = await listen({ toolsListChanged: true, promptsListChanged: true })
  const [one, id] = await fixture('modern', 'one')
  await waitFor(() => stream.methods().includes(toolsChanged))
  expect(stream.methods()).toContain('notifications/prompts/list_changed')
  const before = stream.heard.length
  await waitFor(() => {
    one.notify.promptsChanged()
    return stream.heard.length > before + 2 // its feed is there, whatever its appearance had told
  })
  const told = stream.heard.length
  await world.remove(id)
  await waitFor(() => stream.methods().slice(told).includes(toolsChanged))
  const [again] = await fixture('modern', 'again')
  const mark = stream.heard.length
  await waitFor(() => {
    again.notify.toolsChanged()
    return stream.heard.length > mark
  })
})

test('a server that breaks off is listened to again, and what its list became meanwhile is told', async () => {
  let tools = [tool('old')]
  const serve: Script = (request, response) => {
    const { method } = (request.json() ?? {}) as { method?: string }
    if (method !== 'subscriptions/listen') return scripts.modernServer({ tools })(request, response)
    const acknowledged = {
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { toolsListChanged: true } },
    }
    const broken = waitFor(() => listings() > 0).then(() => (tools = [tool('new')]))
    return scripts.sse([scripts.event(acknowledged), broken])(request, response)
  }
  const upstream = await world.recording(serve)
  const sent = (method: string) =>
    upstream.requests.filter((one) => (one.json() as { method?: string }).method === method).length
  const listings = () => sent('tools/list')
  await world.add('one', upstream.url)
  const stream = await listen({ toolsListChanged: true })
  await waitFor(() => stream.methods().includes(toolsChanged))
  expect(sent('subscriptions/listen')).toBeGreaterThan(1)
  expect((await world.modern('tools/list')).text).toContain('one__new')
})

test('a server that was away from the beginning is told of when it comes', async () => {
  const upstream = await world.recording(scripts.reset)
  await world.add('one', upstream.url)
  expect((await world.modern('tools/list')).result?.tools).toEqual([])
  const stream = await listen({ toolsListChanged: true })
  await waitFor(() => upstream.requests.length > 2)
  const serve: Script = (request, response) => {
    const { method } = (request.json() ?? {}) as { method?: string }
    if (method !== 'subscriptions/listen')
      return scripts.modernServer({ tools: [tool('t')] })(request, response)
    const acknowledged = { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: {} }
    return scripts.sse([scripts.event(acknowledged), new Promise(() => {})])(request, response)
  }
  upstream.answer(serve)
  await waitFor(() => stream.methods().includes(toolsChanged), { deadlineMs: 20_000 })
  expect((await world.modern('tools/list')).text).toContain('one__t')
}, 30_000)

test('ends with its result when the gateway stops', async () => {
  await fixture('modern', 'one')
  const stream = await listen({ toolsListChanged: true }, '7')
  await waitFor(() => stream.heard.length > 0)
  world.gateway.endStreams()
  expect(await stream.ended).toBe(true)
  expect(stream.heard.at(-1)).toMatchObject({
    id: 7,
    result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 7 } },
  })
})

test('ends when its key is taken away, and tells nothing from then on', async () => {
  const [one] = await fixture('modern', 'one')
  const stream = await listen({ toolsListChanged: true })
  await waitFor(() => {
    one.notify.toolsChanged()
    return stream.methods().includes(toolsChanged)
  })
  const { registry } = world.gateway
  const revision = registry.removeKey(world.key)
  await waitFor(() => registry.acknowledged() >= revision)
  one.notify.promptsChanged()
  const told = stream.heard.filter(({ method }) => method === toolsChanged).length
  one.notify.toolsChanged()
  expect(await stream.ended).toBe(true)
  expect(stream.heard.filter(({ method }) => method === toolsChanged).length - told).toBeLessThanOrEqual(0)
})

test.each([[undefined], ['x'], [{ resourceSubscriptions: [1] }]])(
  'with notifications %j is -32602',
  async (notifications) => {
    const answer = await world.modern('subscriptions/listen', { notifications })
    expect([answer.status, answer.error?.code]).toEqual([400, -32602])
  },
)

test.each(['legacy', 'modern'] as const)(
  'is heard by a real client, of a server that is %s',
  async (eras) => {
    const [one] = await fixture(eras, 'one')
    const client = await world.modernClient()
    const heard: string[] = []
    client.setNotificationHandler(
      'notifications/resources/updated',
      ({ params }) => void heard.push(params.uri),
    )
    const subscription = await client.listen({ resourceSubscriptions: ['one+test://watched-resource'] })
    onTestFinished(() => subscription.close())
    await waitFor(() => {
      one.notify.resourceUpdated('test://watched-resource')
      return heard.length > 0
    })
    expect(heard[0]).toBe('one+test://watched-resource')
    await subscription.close()
    await waitFor(() => one.sessions() === 0)
  },
)

test('tells of tasks by the ids that their client got, and of no others', async () => {
  const extensions = { 'io.modelcontextprotocol/tasks': {} }
  const task = (taskId: string) => ({ taskId, status: 'completed', result: { content: [link] } })
  const link = { type: 'resource_link', uri: 'a://b', name: 'n' }
  const notification = (method: string, params: object) =>
    scripts.event({ jsonrpc: '2.0', method: `notifications/${method}`, params })
  const serve: Script = (request, response) => {
    const { id, method, params } = (request.json() ?? {}) as { id: unknown; method?: string; params: Heard }
    if (method === 'tools/call') {
      const result = { resultType: 'task', taskId: 'own-1', status: 'working' }
      return scripts.json({ jsonrpc: '2.0', id, result })(request, response)
    }
    if (method !== 'subscriptions/listen')
      return scripts.modernServer({ tools: [tool('t')] })(request, response)
    const events = [
      notification('subscriptions/acknowledged', params),
      notification('tasks', task('own-2')),
      notification('tasks', task('own-1')),
      new Promise(() => {}),
    ]
    return scripts.sse(events)(request, response)
  }
  const upstream = await world.recording(serve)
  await world.add('one', upstream.url)
  const { result } = await world.modern('tools/call', { name: 'one__t', _meta: modernMeta({ extensions }) })
  const taskIds = [result?.taskId, 'one.x', 'none.y']
  expect((await world.modern('subscriptions/listen', { notifications: { taskIds } })).error?.code).toBe(
    -32021,
  )
  const stream = await listen({ taskIds }, '1', { extensions })
  await waitFor(() => stream.heard.length > 1)
  expect(stream.heard[0]?.params?.notifications).toEqual({ taskIds: [result?.taskId] })
  expect(stream.heard[1]).toMatchObject({
    method: 'notifications/tasks',
    params: { taskId: result?.taskId, result: { content: [{ ...link, uri: 'one+a://b' }] } },
  })
  expect(upstream.requests.at(-1)?.json()).toMatchObject({
    params: { notifications: { taskIds: ['own-1'] } },
  })
})
