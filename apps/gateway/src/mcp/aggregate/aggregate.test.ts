import {
  type RecordingUpstream,
  scripts,
  startRecordingUpstream,
  startSdkUpstream,
  waitFor,
} from '@gatehouse/testkit'
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../testing/gateway.ts'
import type { TestKey } from '../../testing/internal-listener.ts'

let gateway: TestGateway
let key: TestKey
beforeAll(async () => {
  gateway = await startGateway({ GATEHOUSE_LIST_TIMEOUT_MS: '800' })
  key = gateway.registry.addKey()
})
afterAll(() => gateway.close())

const added: string[] = []
afterEach(async () => {
  let revision = 0
  for (const id of added.splice(0)) revision = gateway.registry.removeServer(id)
  await waitFor(() => gateway.registry.acknowledged() >= revision)
})

async function addServer(slug: string, url: string, more: object = {}): Promise<string> {
  const id = gateway.registry.addServer({ slug, url, ...more })
  added.push(id)
  await settled()
  return id
}

/** Every change so far is known to the gateway. */
async function settled() {
  const probe = gateway.registry.addServer({ slug: 'probe', url: 'https://probe.example/mcp' })
  const revision = gateway.registry.removeServer(probe)
  await waitFor(() => gateway.registry.acknowledged() >= revision)
}

async function recording(script: Parameters<typeof startRecordingUpstream>[0]): Promise<RecordingUpstream> {
  const upstream = await startRecordingUpstream(script)
  onTestFinished(() => upstream.close())
  return upstream
}

const both = 'application/json, text/event-stream'

function post(body: unknown, headers: Record<string, string> = {}, path = '/mcp/') {
  return fetch(gateway.url + path, {
    method: 'POST',
    headers: { accept: both, 'content-type': 'application/json', 'x-api-key': key.key, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const meta = (version = '2026-07-28') => ({
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
})

/** A modern request with the headers that belong to it. */
function modern(method: string, params: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  const named: Record<string, string> = typeof params.name === 'string' ? { 'mcp-name': params.name } : {}
  return post(
    { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta() } },
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...named, ...headers },
  )
}

const legacy = (method: string, params?: unknown) =>
  post({ jsonrpc: '2.0', id: 1, method, ...(params ? { params } : {}) })

interface Answer {
  readonly id?: unknown
  readonly result?: Record<string, unknown> & { tools?: { name: string }[]; content?: { text: string }[] }
  readonly error?: { code: number; message: string; data?: Record<string, unknown> }
}
const read = async (answer: Promise<Response>) => (await (await answer).json()) as Answer
const toolNames = async () => (await read(legacy('tools/list'))).result?.tools?.map(({ name }) => name)
const textOf = (answer: Answer) => answer.result?.content?.[0]?.text ?? ''

const tool = (name: string, more = {}) => ({ name, inputSchema: { type: 'object' }, ...more })

describe('the published contract', () => {
  const example = `
{
  "jsonrpc": "2.0",
  "id": "1",
  "method": "initialize",
  "params": {
    "clientInfo": {
      "name": "test_client",
      "version": "1.0.0"
    },
    "protocolVersion": "2024-11-05",
    "capabilities": {}
  }
}
`
  test.each(['/mcp', '/mcp/'])(
    "its own example of initialize is answered at %s in the client's revision",
    async (path) => {
      const answer = await post(example, {}, path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('mcp-session-id')).toBeNull()
      expect(await answer.json()).toMatchObject({ id: '1', result: { protocolVersion: '2024-11-05' } })
    },
  )

  test.each([
    ['application/json', 'text/event-stream'],
    ['text/event-stream', 'application/json'],
    ['*/*', 'application/json and text/event-stream'],
  ])('Accept: %s is refused, naming %s', async (accept, missing) => {
    const answer = await post(example, { accept })
    expect(answer.status).toBe(400)
    const { error } = (await answer.json()) as { error: string }
    expect(error).toContain('Send Accept: application/json, text/event-stream')
    expect(error).toContain(`does not name ${missing}`)
  })

  test('a notification or a response is 202 with no body', async () => {
    for (const message of [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 1, result: {} },
    ]) {
      const answer = await post(message)
      expect([answer.status, await answer.text()]).toEqual([202, ''])
    }
  })

  test('GET and other methods are 405, DELETE is 404 "Session not found"', async () => {
    const ask = (method: string) =>
      fetch(`${gateway.url}/mcp/`, { method, headers: { 'x-api-key': key.key, accept: both } })
    expect((await ask('GET')).status).toBe(405)
    expect((await ask('PUT')).status).toBe(405)
    const ended = await ask('DELETE')
    expect(ended.status).toBe(404)
    expect(await ended.text()).toContain('Session not found')
  })

  test('without a good key there is nothing to see', async () => {
    for (const wrong of ['', 'gth_live_x']) {
      const answer = await post(example, { 'x-api-key': wrong })
      expect([answer.status, await answer.json()]).toEqual([401, { error: 'Unauthorized' }])
    }
  })

  test('broken JSON, arrays and things that are no message are 400', async () => {
    expect((await post('{')).status).toBe(400)
    expect((await post([{ jsonrpc: '2.0', id: 1, method: 'ping' }])).status).toBe(400)
    const answer = await post({ jsonrpc: '1.0', id: 7, method: 'ping' })
    expect([answer.status, await answer.json()]).toMatchObject([400, { id: 7, error: { code: -32600 } }])
  })
})

describe('the server that clients see', () => {
  test('an id is repeated as it was written, whatever number it is', async () => {
    const answer = await post('{"jsonrpc":"2.0","id":90071992547409931,"method":"ping"}')
    expect(await answer.text()).toBe('{"jsonrpc":"2.0","id":90071992547409931,"result":{}}')
  })

  test('an unknown revision gets our newest, an unknown version header is refused', async () => {
    const hello = await read(legacy('initialize', { protocolVersion: '2023-01-01', capabilities: {} }))
    expect(hello.result).toMatchObject({ protocolVersion: '2025-11-25', capabilities: { tools: {} } })
    const answer = await post(
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { 'mcp-protocol-version': '2023-01-01' },
    )
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: -32022 } }])
  })

  test('server/discover tells versions, capabilities, how long it holds and for whom', async () => {
    const answer = await modern('server/discover')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      result: {
        resultType: 'complete',
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {} },
        ttlMs: expect.any(Number),
        cacheScope: 'private',
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'gatehouse' } },
      },
    })
  })

  test.each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'tasks/list', 'constructor'])(
    '%s is unknown in the modern era: 404',
    async (method) => {
      const answer = await modern(method)
      expect([answer.status, await answer.json()]).toMatchObject([404, { id: 1, error: { code: -32601 } }])
    },
  )

  test('a method that is unknown to a legacy client is an error in a 200, for a 404 would end its session', async () => {
    const answer = await legacy('resources/subscribe', { uri: 'one+a://b' })
    expect([answer.status, await answer.json()]).toMatchObject([200, { id: 1, error: { code: -32601 } }])
  })

  test.each([
    ['missing metadata', { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }, {}, -32602],
    ['a revision that nobody knows', meta('2030-01-01'), { 'mcp-protocol-version': '2030-01-01' }, -32022],
    ['an old revision in new clothes', meta('2025-11-25'), { 'mcp-protocol-version': '2025-11-25' }, -32022],
    ['another method in the header', meta(), { 'mcp-method': 'tools/call' }, -32020],
    ['another version in the header', meta(), { 'mcp-protocol-version': '2025-11-25' }, -32020],
  ])('%s is 400', async (_case, _meta, headers, code) => {
    const answer = await post(
      { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta } },
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list', ...headers },
    )
    expect([answer.status, await answer.json()]).toMatchObject([400, { id: 1, error: { code } }])
  })
})

describe('the merged list', () => {
  test("holds every server's tools in order of slugs, byte for byte but for their names", async () => {
    const odd =
      '{ "inputSchema": {"type":"object","properties":{"n":{"maximum":12345678901234567890}}},\n "name" : "b.dot" , "x":1.0}'
    const b = await recording(scripts.legacyServer())
    b.answer((request, response) => {
      const message = request.json() as { id?: number; method: string }
      if (message.method !== 'tools/list') return scripts.legacyServer()(request, response)
      return scripts.json(`{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":{"tools":[${odd}]}}`)(
        request,
        response,
      )
    })
    const a = await recording(scripts.modernServer({ tools: [tool('z'), tool('a')] }))
    await addServer('bb', b.url)
    await addServer('aa', a.url)

    const text = await (await legacy('tools/list')).text()
    const names = (JSON.parse(text) as Answer).result?.tools?.map(({ name }) => name) ?? []
    expect(names.slice(0, 2)).toEqual(['aa__z', 'aa__a'])
    expect(names[2]).toMatch(/^bb__b_dot_[0-9a-f]{8}$/)
    expect(text).toContain(odd.replace('"b.dot"', `"${names[2]}"`))
  })

  test('is private and says how long it holds in the modern era, and says nothing of that in the older one', async () => {
    const upstream = await recording(scripts.modernServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url)
    const { result } = await read(modern('tools/list'))
    expect(result).toMatchObject({ resultType: 'complete', cacheScope: 'private' })
    expect(result?.ttlMs).toBeGreaterThan(0)
    expect(result?.ttlMs).toBeLessThanOrEqual(60_000)
    expect(Object.keys((await read(legacy('tools/list'))).result ?? {})).toEqual(['tools'])
  })

  test('is asked for once while it is fresh, however many ask', async () => {
    const upstream = await recording(scripts.modernServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url)
    await Promise.all(Array.from({ length: 10 }, () => modern('tools/list')))
    await modern('tools/list')
    const lists = upstream.requests.filter(
      (one) => (one.json() as { method: string }).method === 'tools/list',
    )
    expect(lists).toHaveLength(1)
  })

  test('leaves a dead server out and waits for it only once', async () => {
    const alive = await recording(scripts.modernServer({ tools: [tool('t')] }))
    const dead = await recording(scripts.never)
    await addServer('alive', alive.url)
    await addServer('dead', dead.url)
    expect(await toolNames()).toEqual(['alive__t'])
    const startedAt = performance.now()
    expect(await toolNames()).toEqual(['alive__t'])
    expect(performance.now() - startedAt).toBeLessThan(400) // half of the time-out
  })

  test('keeps the last good answer of a server that fails later', async () => {
    const upstream = await recording(scripts.modernServer({ tools: [tool('t')] }))
    upstream.answer((request, response) => {
      const message = request.json() as { id?: number; method: string }
      if (message.method !== 'tools/list') return scripts.modernServer()(request, response)
      const result = { tools: [tool('t')], resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
      return scripts.json({ jsonrpc: '2.0', id: message.id, result })(request, response)
    })
    await addServer('one', upstream.url)
    expect(await toolNames()).toEqual(['one__t'])
    upstream.answer(scripts.status(500))
    expect(await toolNames()).toEqual(['one__t'])
    const metrics = await gateway.deps.metrics.metrics()
    expect(metrics).toContain(
      'gatehouse_gateway_list_failures_total{method="tools/list",code="upstream_unreachable"}',
    )
  })

  test("shows nobody another workspace's tools, nor servers that the key may not use", async () => {
    const upstream = await recording(scripts.modernServer({ tools: [tool('t')] }))
    const mine = await addServer('mine', upstream.url)
    await addServer('yours', upstream.url)
    gateway.registry.addServer({ slug: 'foreign', url: upstream.url }, '01900000-0000-7000-8000-000000000002')
    const narrow = gateway.registry.addKey({ servers: [mine] })
    const stranger = gateway.registry.addKey({ workspaceId: '01900000-0000-7000-8000-000000000002' })
    await settled()
    const namesFor = async ({ key }: TestKey) =>
      (
        await read(post({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { 'x-api-key': key }))
      ).result?.tools?.map(({ name }) => name)
    expect(await namesFor(narrow)).toEqual(['mine__t'])
    expect(await namesFor(stranger)).toEqual(['foreign__t'])
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'yours__t' } }
    expect(await read(post(call, { 'x-api-key': narrow.key }))).toMatchObject({ error: { code: -32602 } })
  })

  test('a key that may not invoke sees no tools and calls none', async () => {
    const upstream = await recording(scripts.modernServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url)
    const reader = gateway.registry.addKey({ permissions: ['mcp-servers:read'] })
    for (const message of [
      { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'one__t' } },
    ]) {
      const answer = await post(message, { 'x-api-key': reader.key })
      expect([answer.status, await answer.json()]).toMatchObject([403, { error: { code: 1001 } }])
    }
    expect(upstream.requests).toEqual([])
  })
})

describe('a call', () => {
  test('changes nothing in the body but the name, and the id in a session that others share', async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('do.it')] }))
    await addServer('one', upstream.url)
    const [exposed] = (await toolNames()) ?? []
    const body = (name: string, id: string) =>
      `{"params":{ "arguments":{"n":12345678901234567890,"constructor":1,"n":1.0},"name": "${name}"},"id":${id}, "jsonrpc":"2.0","method":"tools/call"}`
    const answers = await Promise.all([1, 2].map(() => post(body(exposed ?? '', '1e1'))))
    for (const answer of answers) expect(await answer.text()).toContain('"id":1e1,')
    const sent = upstream.requests.filter((one) => one.body.includes('tools/call'))
    const ids = sent.map((one) => JSON.stringify((one.json() as { id: unknown }).id))
    expect(new Set(ids).size).toBe(2)
    expect(sent.map((one) => one.body.toString())).toEqual(ids.map((id) => body('do.it', id)))
  })

  test("carries the stored header, and none of the caller's", async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url, { headers: [['X-Stored', 'the-secret']] })
    await post(
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'one__t' } },
      {
        cookie: 'c=1',
        authorization: `Bearer ${key.key}`,
        'mcp-name': 'x',
        'x-mine': '1',
        'mcp-session-id': 'mine',
      },
    )
    const sent = upstream.requests.at(-1)
    expect(sent?.header('x-stored')).toEqual(['the-secret'])
    for (const name of ['x-api-key', 'cookie', 'authorization', 'mcp-name', 'x-mine', 'mcp-session-id']) {
      expect(sent?.header(name)).toEqual([])
    }
    expect(sent?.header('via')).toEqual([gateway.deps.via()])
  })

  test('in the modern era carries the rewritten name in its header too', async () => {
    const upstream = await recording(scripts.modernServer({ tools: [tool('tö')] }))
    await addServer('one', upstream.url)
    const [exposed = ''] = (await toolNames()) ?? []
    const answer = await modern('tools/call', { name: exposed }, { 'mcp-param-region': 'eu' })
    expect(answer.status).toBe(200)
    const sent = upstream.requests.at(-1)
    expect(sent?.header('mcp-name')).toEqual([`=?base64?${Buffer.from('tö').toString('base64')}?=`])
    expect(sent?.header('mcp-param-region')).toEqual(['eu'])
    expect(sent?.json()).toMatchObject({ params: { name: 'tö' } })
  })

  test.each(['none__t', 'one__nothing', 'one', '__t'])('to %s is -32602 "Unknown tool"', async (name) => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url)
    const answer = await legacy('tools/call', { name })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      id: 1,
      error: { code: -32602, message: expect.stringContaining('Unknown tool') },
    })
  })

  test('to a tool that the server has since added finds it', async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url, { era: 'legacy' })
    await toolNames()
    upstream.answer(scripts.legacyServer({ tools: [tool('t'), tool('new')] }))
    await waitFor(async () => textOf(await read(legacy('tools/call', { name: 'one__new' }))) !== '', {
      deadlineMs: 10_000,
    })
  })

  test('of a legacy client reaches a server that is modern only, in the form that it takes', async () => {
    const upstream = await recording(scripts.modernServer({ tools: [tool('t')] }))
    await addServer('young', upstream.url)
    const body =
      '{"jsonrpc":"2.0","id":1e1,"method":"tools/call","params":{"name":"young__t","arguments":{"n":12345678901234567890},"_meta":{"progressToken":1.0}}}'
    const answer = await post(body)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toMatchObject({ id: 10, result: { content: [{ type: 'text' }] } })
    const sent = upstream.requests.at(-1)
    expect(sent?.header('mcp-name')).toEqual(['t'])
    expect(sent?.header('mcp-method')).toEqual(['tools/call'])
    expect(sent?.body.toString()).toContain('"name":"t","arguments":{"n":12345678901234567890}')
    expect(sent?.json()).toMatchObject({
      params: {
        _meta: {
          progressToken: 1,
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    })
  })

  test('whose credential the server refuses asks an operator to renew it', async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url)
    await toolNames()
    upstream.answer(scripts.status(401, { 'www-authenticate': 'Bearer' }))
    const answer = await legacy('tools/call', { name: 'one__t' })
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([200, null])
    expect(await answer.json()).toMatchObject({ result: { isError: true } })
  })

  test('streamed by the server reaches a legacy client as one JSON answer', async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url)
    await toolNames()
    upstream.answer((request, response) => {
      if ((request.json() as { method: string }).method !== 'tools/call')
        return scripts.legacyServer()(request, response)
      const progress = {
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progress: 1, progressToken: 1 },
      }
      const { id } = request.json() as { id: string }
      const result = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[],"n":12345678901234567890}}`
      return scripts.sse([scripts.event(progress), `data: ${result}\n\n`])(request, response)
    })
    const answer = await legacy('tools/call', { name: 'one__t' })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.text()).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"content":[],"n":12345678901234567890}}',
    )
  })

  test("that makes the server ask for input names the server's own address", async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url)
    await toolNames()
    upstream.answer((request, response) => {
      if ((request.json() as { method?: string }).method !== 'tools/call')
        return scripts.legacyServer()(request, response)
      const question = { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: { message: '?' } }
      return scripts.sse([scripts.event(question), new Promise(() => {})])(request, response)
    })
    const answer = await read(legacy('tools/call', { name: 'one__t' }))
    expect(answer.result?.isError).toBe(true)
    expect(textOf(answer)).toContain('/mcp/one')
  })

  test.each([
    ['never answers', scripts.never, 504, 'upstream_timeout'],
    ['resets', scripts.reset, 502, 'upstream_unreachable'],
    [
      'is no MCP server',
      scripts.json('<html>', { headers: { 'content-type': 'text/html' } }),
      502,
      'upstream_invalid',
    ],
    ['is overloaded', scripts.status(503), 502, 'upstream_unreachable'],
  ])('to a server that %s fails with a code of its own', async (_case, script, status, code) => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')] }))
    await addServer('one', upstream.url, { callTimeoutMs: 500 })
    await toolNames()
    await legacy('tools/call', { name: 'one__t' })
    upstream.answer(script)
    const answer = await legacy('tools/call', { name: 'one__t' })
    expect([answer.status, await answer.json()]).toMatchObject([status, { id: 1, error: { data: { code } } }])
  })

  test('takes a new credential at once, and never sends the old one again', async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')], sessionId: 's' }))
    const id = await addServer('one', upstream.url, { headers: [['X-Stored', 'old']] })
    await legacy('tools/call', { name: 'one__t' })
    const revision = gateway.registry.changeServer(id, { headers: [['X-Stored', 'new']] })
    await waitFor(() => gateway.registry.acknowledged() >= revision)
    const before = upstream.requests.length
    await Promise.all([1, 2, 3].map(() => legacy('tools/call', { name: 'one__t' })))
    const values = upstream.requests.slice(before).flatMap((one) => one.header('x-stored'))
    expect(values.length).toBeGreaterThan(3)
    expect(new Set(values)).toEqual(new Set(['new']))
  })

  test('is recorded with its server, its own tool name and its outcome', async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')] }))
    const id = await addServer('one', upstream.url, { headers: [['X-Stored', 'v']] })
    const answer = await legacy('tools/call', { name: 'one__t' })
    const requestId = answer.headers.get('x-request-id')
    await waitFor(() => gateway.registry.records.some((one) => one.request_id === requestId))
    expect(gateway.registry.records.find((one) => one.request_id === requestId)).toMatchObject({
      path: 'aggregate',
      server_id: id,
      method: 'tools/call',
      tool: 't',
      outcome: 'ok',
      http_status: 200,
      attached_headers: ['X-Stored'],
      ...{ authenticate_ms: expect.any(Number), policy_ms: expect.any(Number) },
      credential_ms: expect.any(Number),
    })
  })
})

describe('a session that a server needs', () => {
  const sent = (upstream: RecordingUpstream, method: string) =>
    upstream.requests.filter((one) => (one.json() as { method?: string } | undefined)?.method === method)

  test('is opened once for a caller and used again, and another caller gets another', async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')], sessionId: 's-1' }))
    await addServer('one', upstream.url)
    await toolNames()
    await Promise.all([1, 2, 3].map(() => legacy('tools/call', { name: 'one__t' })))
    expect(sent(upstream, 'initialize')).toHaveLength(1)
    const other = gateway.registry.addKey()
    await post(
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'one__t' } },
      { 'x-api-key': other.key },
    )
    expect(sent(upstream, 'initialize')).toHaveLength(2)
    expect(sent(upstream, 'tools/call').map((one) => one.header('mcp-session-id')[0])).toEqual(
      Array(4).fill('s-1'),
    )
  })

  test('is opened again when the server has forgotten it', async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')], sessionId: 's-1' }))
    await addServer('one', upstream.url)
    await legacy('tools/call', { name: 'one__t' })
    const renewed = scripts.legacyServer({ tools: [tool('t')], sessionId: 's-2' })
    upstream.answer((request, response) =>
      request.header('mcp-session-id')[0] === 's-1'
        ? scripts.status(404)(request, response)
        : renewed(request, response),
    )
    expect((await read(legacy('tools/call', { name: 'one__t' }))).result).toBeDefined()
    expect(upstream.requests.at(-1)?.header('mcp-session-id')).toEqual(['s-2'])
  })

  test('is ended before the removal of its server is acknowledged', async () => {
    const upstream = await recording(scripts.legacyServer({ tools: [tool('t')], sessionId: 's-1' }))
    const id = await addServer('one', upstream.url)
    await toolNames()
    await legacy('tools/call', { name: 'one__t' })
    const deletes = () => upstream.requests.filter((one) => one.method === 'DELETE').length
    const before = deletes()
    const revision = gateway.registry.removeServer(id)
    await waitFor(() => gateway.registry.acknowledged() >= revision)
    expect(deletes()).toBe(before + 1)
  })
})

describe('real clients and servers', () => {
  async function legacyClient() {
    const client = new LegacyClient({ name: 'v1', version: '1' })
    const transport = new LegacyTransport(new URL(`${gateway.url}/mcp/`), {
      requestInit: { headers: { 'x-api-key': key.key } },
    })
    await client.connect(transport as Parameters<LegacyClient['connect']>[0]) // v1's own types differ under exactOptionalPropertyTypes
    onTestFinished(() => client.close())
    return client
  }
  async function modernClient() {
    const client = new ModernClient({ name: 'v2', version: '1' }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(
      new ModernTransport(new URL(`${gateway.url}/mcp/`), {
        requestInit: { headers: { 'x-api-key': key.key } },
      }),
    )
    onTestFinished(() => client.close())
    return client
  }

  test.each([
    { eras: 'legacy', sessions: true },
    { eras: 'legacy', sessions: false },
    { eras: 'both', sessions: false },
  ] as const)('the v1 client lists and calls tools of a server with %o', async (options) => {
    const upstream = await startSdkUpstream({ ...options, requiredHeader: 'x-stored: s3cret' })
    onTestFinished(() => upstream.close())
    await addServer('real', upstream.url, { headers: [['x-stored', 's3cret']] })
    const client = await legacyClient()
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('real__echo')
    expect(await client.callTool({ name: 'real__echo', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ type: 'text', text: 'hi' }],
    })
    expect(await client.callTool({ name: 'real__fail', arguments: {} })).toMatchObject({ isError: true })
  })

  test.each(['both', 'modern'] as const)(
    'the v2 client in auto mode lists and calls tools of a server with eras %s',
    async (eras) => {
      const upstream = await startSdkUpstream({ eras, requiredHeader: 'x-stored: s3cret' })
      onTestFinished(() => upstream.close())
      await addServer('real', upstream.url, { headers: [['x-stored', 's3cret']] })
      const client = await modernClient()
      expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
      const { tools } = await client.listTools()
      expect(tools.map(({ name }) => name)).toContain('real__echo')
      expect(await client.callTool({ name: 'real__echo', arguments: { text: 'hi' } })).toMatchObject({
        content: [{ type: 'text', text: 'hi' }],
      })
      const seen: number[] = []
      await client.callTool(
        { name: 'real__count', arguments: { to: 3 } },
        { onprogress: ({ progress }) => void seen.push(progress) },
      )
      expect(seen).toEqual([1, 2, 3])
    },
  )
})
