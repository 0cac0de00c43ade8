import { exposedUri } from '@gatehouse/protocol'
import { type Recorded, type Script, scripts, startFixtureServer, waitFor } from '@gatehouse/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Aggregate, modernHeaders, modernMeta, startAggregate } from '../../testing/aggregate.ts'

let world: Aggregate & { close(): Promise<void> }
beforeAll(async () => {
  world = await startAggregate()
})
afterAll(() => world.close())

const tool = (name: string, properties: object = {}) => ({
  name,
  inputSchema: { type: 'object', properties },
})
const region = { region: { type: 'string', 'x-mcp-header': 'Region' } }
const methodOf = (request: Recorded) => (request.json() as { method?: string } | undefined)?.method

/** A modern server that answers calls otherwise. */
const modernWith =
  (tools: readonly unknown[], onCall: Script): Script =>
  (request, response) =>
    methodOf(request) === 'tools/call'
      ? onCall(request, response)
      : scripts.modernServer({ tools })(request, response)

const answer =
  (outcome: object, status = 200): Script =>
  (request, response) =>
    scripts.json({ jsonrpc: '2.0', id: (request.json() as { id: unknown }).id, ...outcome }, { status })(
      request,
      response,
    )

describe('headers that repeat arguments', () => {
  test('are compared with the body, and refused where they disagree', async () => {
    const upstream = await world.recording(scripts.modernServer({ tools: [tool('t', region)] }))
    await world.add('one', upstream.url)
    const params = { name: 'one__t', arguments: { region: 'eu' } }
    for (const headers of [{}, { 'mcp-param-region': 'us' }, { 'mcp-param-region': '=?base64?x?=' }]) {
      const { status, error } = await world.modern('tools/call', params, headers)
      expect([status, error?.code]).toEqual([400, -32020])
    }
    expect(upstream.requests.map(methodOf)).not.toContain('tools/call')
    const { status } = await world.modern('tools/call', params, { 'mcp-param-region': '=?base64?ZXU=?=' })
    expect(status).toBe(200)
    expect(upstream.requests.at(-1)?.header('mcp-param-region')).toEqual(['eu'])
  })

  test('are made for a legacy client', async () => {
    const upstream = await world.recording(scripts.modernServer({ tools: [tool('t', region)] }))
    await world.add('one', upstream.url)
    await world.legacy('tools/call', { name: 'one__t', arguments: { region: 'Hello, 世界' } })
    expect(upstream.requests.at(-1)?.header('mcp-param-region')).toEqual(['=?base64?SGVsbG8sIOS4lueVjA==?='])
  })

  test.each(['legacy', 'modern'] as const)(
    'are made anew, once, where the server refuses them for a %s client, as its tool may have changed',
    async (era) => {
      const calls: (string | undefined)[] = []
      const changed = tool('t', region)
      const upstream = await world.recording(scripts.modernServer({ tools: [tool('t')] }))
      await world.add('one', upstream.url)
      await world.legacy('tools/list')
      const refuses = answer({ error: { code: -32020, message: 'Header mismatch' } }, 400)
      upstream.answer(
        modernWith([changed], (request, response) => {
          const [header] = request.header('mcp-param-region')
          calls.push(header)
          const plain = scripts.modernServer({ tools: [changed] })
          return (header === 'eu' ? plain : refuses)(request, response)
        }),
      )
      const params = { name: 'one__t', arguments: { region: 'eu' } }
      expect((await world[era]('tools/call', params)).result).toMatchObject({ content: [{ type: 'text' }] })
      expect(calls).toEqual([undefined, 'eu'])
      upstream.answer(modernWith([changed], refuses))
      const headers = { 'mcp-param-region': 'eu' }
      expect((await world[era]('tools/call', params, headers)).error?.code).toBe(-32020)
    },
  )
})

describe('the state of a call that waits for input', () => {
  const requestState = 'upstream-secret'
  const asks: Script = (request, response) => {
    const { params } = request.json() as { params: { requestState?: string } }
    return answer({
      result: params.requestState
        ? { resultType: 'complete', content: [{ type: 'text', text: params.requestState }] }
        : { resultType: 'input_required', requestState },
    })(request, response)
  }

  test('is sealed, and opens for the same call of the same caller only', async () => {
    const upstream = await world.recording(modernWith([tool('t'), tool('u')], asks))
    await world.add('one', upstream.url)
    await world.add('two', upstream.url)
    const call = { name: 'one__t', arguments: { b: 1.0, a: 'x' } }
    const { result, text } = await world.modern('tools/call', call)
    expect(result?.resultType).toBe('input_required')
    expect(text).not.toContain(requestState)
    const sealed = String(result?.requestState)
    const again = await world.modern('tools/call', {
      name: 'one__t',
      arguments: { a: 'x', b: 1 },
      requestState: sealed,
    })
    expect(again.result).toMatchObject({ content: [{ text: requestState }] })
    const before = upstream.requests.length
    const stranger = world.gateway.registry.addKey()
    for (const [params, headers] of [
      [{ ...call, name: 'one__u' }, {}],
      [{ ...call, name: 'two__t' }, {}],
      [{ ...call, arguments: { a: 'y' } }, {}],
      [{ ...call, requestState: `${sealed.slice(0, -1)}${sealed.endsWith('A') ? 'B' : 'A'}` }, {}],
      [{ ...call, requestState: requestState }, {}],
      [{ ...call, requestState: 7 }, {}],
      [call, { 'x-api-key': stranger.key }],
    ] as const) {
      const refused = await world.modern('tools/call', { requestState: sealed, ...params }, headers)
      expect([refused.status, refused.error?.code]).toEqual([400, -32602])
    }
    expect(upstream.requests.slice(before).map(methodOf)).not.toContain('tools/call')
  })

  test('is not what a legacy client gets: it is told where it can be asked', async () => {
    await world.add('one', (await world.recording(modernWith([tool('t')], asks))).url)
    const { result } = await world.legacy('tools/call', { name: 'one__t' })
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('/mcp/one') }] })
  })
})

describe('a task', () => {
  const extensions = { 'io.modelcontextprotocol/tasks': {} }
  const _meta = modernMeta({ extensions })
  const ofTask = (method: string, taskId: unknown, more = {}, headers = {}) =>
    world.modern(method, { taskId, _meta, ...more }, { 'mcp-name': String(taskId), ...headers })

  async function begin() {
    const fixture = await startFixtureServer({ eras: 'modern' })
    onTestFinished(() => fixture.close())
    await world.add('one', fixture.url)
    await world.add('two', fixture.url)
    const params = { name: 'one__slow_compute', arguments: { seconds: 30 }, _meta }
    const { result } = await world.modern('tools/call', params)
    expect(result).toMatchObject({ resultType: 'task', taskId: expect.stringMatching(/^one\./) })
    return String(result?.taskId)
  }

  test('is asked for and cancelled by the id that its client got, and knows itself by no other', async () => {
    const taskId = await begin()
    expect((await ofTask('tasks/get', taskId)).result).toMatchObject({ taskId, status: 'working' })
    expect((await ofTask('tasks/cancel', taskId)).result).toMatchObject({ resultType: 'complete' })
  })

  test("is nobody else's, at no other server, and not there for clients that don't declare tasks", async () => {
    const taskId = await begin()
    const stranger = world.gateway.registry.addKey()
    for (const refused of [
      ofTask('tasks/get', taskId, {}, { 'x-api-key': stranger.key }),
      ofTask('tasks/get', taskId.replace('one.', 'two.')),
      ofTask('tasks/get', `${taskId.slice(0, -1)}${taskId.endsWith('A') ? 'B' : 'A'}`),
      ofTask('tasks/get', 'one.x'),
      ofTask('tasks/get', 'x'),
    ]) {
      expect((await refused).error?.code).toBe(-32602)
    }
    const { status, error } = await ofTask('tasks/get', taskId, { _meta: modernMeta() })
    expect([status, error?.code]).toEqual([400, -32021])
    expect((await world.legacy('tasks/get', { taskId })).error?.code).toBe(-32601)
  })
})

describe('a call reaches the server as it was written, whatever it holds', () => {
  const json = fc.jsonValue({ stringUnit: 'binary' })

  /** @param check is given what was received and a way to write what was sent with another name and id */
  async function sendAnything(
    script: Script,
    meta: object,
    check: (received: Recorded | undefined, id: string, write: (name: string, id: unknown) => string) => void,
  ) {
    const upstream = await world.recording(script)
    await world.add('one', upstream.url)
    const [exposed] = ((await world.legacy('tools/list')).result?.tools ?? []) as { name: string }[]
    const name = exposed?.name ?? ''
    await fc.assert(
      fc.asyncProperty(json, fc.string(), fc.integer({ min: 0, max: 3 }), async (value, id, indent) => {
        const write = (as: string, with_: unknown) =>
          JSON.stringify(
            {
              id: with_,
              params: { arguments: value, other: value, name: as, _meta: { ...meta, 'x/y': value } },
              method: 'tools/call',
              jsonrpc: '2.0',
            },
            undefined,
            indent,
          ).replace('"other"', '"big": 12345678901234567890.0, "other"')
        const isModern = Object.keys(meta).length > 0
        await world.post(write(name, id), isModern ? modernHeaders('tools/call', { name }) : {})
        check(upstream.requests.at(-1), id, write)
      }),
      { numRuns: 60 },
    )
  }

  test('from a modern client to a modern server, but for the name', async () => {
    const script = scripts.modernServer({ tools: [tool('do.it')] })
    await sendAnything(script, modernMeta(), (received, id, write) =>
      expect(received?.body.toString()).toBe(write('do.it', id)),
    )
  })

  test('from a legacy client to a legacy server, but for the name, and the id in a shared session', async () => {
    const script = scripts.legacyServer({ tools: [tool('do.it')], sessionId: 's' })
    await sendAnything(script, {}, (received, _, write) => {
      const sent = received?.json() as { id: string } | undefined
      expect(received?.body.toString()).toBe(write('do.it', sent?.id))
    })
  })
})

describe('a client that leaves', () => {
  const told = (upstream: { requests: readonly Recorded[] }) => upstream.requests.map(methodOf)

  async function leaving(script: Script, era: 'legacy' | 'modern') {
    const upstream = await world.recording(script)
    await world.add('one', upstream.url)
    const leave = new AbortController()
    const params = { name: 'one__t', arguments: {} }
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call' }
    const sent =
      era === 'legacy'
        ? world.post({ ...body, params }, {}, leave.signal)
        : world.post(
            { ...body, params: { ...params, _meta: modernMeta() } },
            modernHeaders('tools/call', params),
            leave.signal,
          )
    await waitFor(() => told(upstream).includes('tools/call'))
    leave.abort()
    await sent.catch(() => {})
    const call = upstream.requests.find((request) => methodOf(request) === 'tools/call')
    expect((await call?.over)?.aborted).toBe(true)
    return upstream
  }

  test('cancels its call at a modern server', async () => {
    await leaving(modernWith([tool('t')], scripts.never), 'modern')
  })

  test('of the older revisions cancels nothing at a server of its kind', async () => {
    const serve = scripts.legacyServer({ tools: [tool('t')], sessionId: 's' })
    const upstream = await leaving(
      (request, response) => (methodOf(request) === 'tools/call' ? undefined : serve(request, response)),
      'legacy',
    )
    await world.legacy('tools/list')
    expect(told(upstream)).not.toContain('notifications/cancelled')
  })
})

test('a call that takes a legacy server too long is cancelled there', async () => {
  const serve = scripts.legacyServer({ tools: [tool('t')], sessionId: 's' })
  const upstream = await world.recording((request, response) =>
    methodOf(request) === 'tools/call' ? undefined : serve(request, response),
  )
  await world.add('one', upstream.url, { callTimeoutMs: 300 })
  expect((await world.legacy('tools/call', { name: 'one__t' })).status).toBe(504)
  await waitFor(() => upstream.requests.map(methodOf).includes('notifications/cancelled'))
  const [call, cancelled] = ['tools/call', 'notifications/cancelled'].map((method) =>
    upstream.requests.find((request) => methodOf(request) === method)?.json(),
  ) as { id?: string; params?: { requestId?: string } }[]
  expect(cancelled?.params?.requestId).toBe(call?.id)
})

test('answers that come as streams leave the connection for the next call', async () => {
  const streams = modernWith([tool('t')], (request, response) => {
    const { id } = request.json() as { id: unknown }
    const result = { resultType: 'complete', content: [] }
    const end = new Promise((resolve) => setImmediate(resolve))
    return scripts.sse([scripts.event({ jsonrpc: '2.0', id, result }), end])(request, response)
  })
  const upstream = await world.recording(streams)
  await world.add('one', upstream.url)
  for (let i = 0; i < 5; i += 1) await world.modern('tools/call', { name: 'one__t' })
  const calls = upstream.requests.filter((request) => methodOf(request) === 'tools/call')
  expect(new Set(calls.map(({ connection }) => connection)).size).toBeLessThan(3)
})

test('any URI is read as the server knows it', async () => {
  const upstream = await world.recording(scripts.modernServer())
  await world.add('one', upstream.url)
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.webUrl(), fc.string({ unit: 'binary' })), async (uri) => {
      const encoded = `=?base64?${Buffer.from(exposedUri('one', uri)).toString('base64')}?=`
      await world.modern('resources/read', { uri: exposedUri('one', uri) }, { 'mcp-name': encoded })
      expect(upstream.requests.at(-1)?.json()).toMatchObject({ params: { uri } })
    }),
    { numRuns: 60 },
  )
})

test.each(['legacy', 'modern'] as const)(
  'an answer to somebody else is none, in a list and in a call, however it comes (%s server)',
  async (era) => {
    const usual = era === 'modern' ? scripts.modernServer : scripts.legacyServer
    const listed = { tools: [{ name: 'theirs', inputSchema: { type: 'object' } }] }
    const said = { content: [{ type: 'text', text: 'theirs' }], tools: listed.tools, resultType: 'complete' }
    const others = { jsonrpc: '2.0', id: 'of somebody else', result: said }
    let isStream = false
    const upstream = await world.recording((request, response) => {
      const { method, id } = (request.json() ?? {}) as { method?: string; id?: unknown }
      if (method !== 'tools/list' && method !== 'tools/call')
        return usual({ tools: [{ name: 't' }] })(request, response)
      if (!isStream) return scripts.json(others)(request, response)
      const own =
        method === 'tools/list'
          ? { tools: [{ name: 't', inputSchema: { type: 'object' } }] }
          : { content: [] }
      const answer = { jsonrpc: '2.0', id, result: { ...own, resultType: 'complete', ttlMs: 60_000 } }
      return scripts.sse([scripts.event(others), scripts.event(answer)])(request, response)
    })
    const slug = `ids-${era}`
    const id = await world.add(slug, upstream.url, { era })
    for (const ask of [world.legacy, world.modern]) {
      expect((await ask('tools/list')).text).not.toContain('theirs')
      expect((await ask('tools/call', { name: `${slug}__t`, arguments: {} })).text).not.toContain('theirs')
    }
    await world.remove(id)
    isStream = true
    await world.add(slug, upstream.url, { era })
    for (const ask of [world.legacy, world.modern]) {
      const list = await ask('tools/list')
      expect(list.text).toContain(`"${slug}__t"`)
      const called = await ask('tools/call', { name: `${slug}__t`, arguments: {} })
      expect(called.result).toMatchObject({ content: [] })
      expect(list.text + called.text).not.toContain('theirs')
    }
  },
)
