// Calls to servers that want an account: each person's own token, another one where it ran out, and a page to open where there is
// none.

import { randomUUID } from 'node:crypto'
import {
  type RecordingUpstream,
  type Script,
  scripts,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { account } from '../testing/account.ts'
import { modernHeaders, modernMeta } from '../testing/aggregate.ts'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import type { TestKey } from '../testing/internal-listener.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const page = (slug: string) => `http://localhost:7402/w/test/connections?connect=${slug}`
const accepts = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
const urlMode = { elicitation: { url: {} } }

interface Answer {
  readonly status: number
  readonly body: {
    readonly result?: Record<string, unknown>
    readonly error?: { code: number; message: string; data: Record<string, unknown> }
  }
  readonly session: string | null
}

interface Place {
  readonly upstream: RecordingUpstream
  readonly slug: string
  readonly id: string
  /** Tokens that the server takes. */
  readonly good: Set<string>
  /** A person with an account there, by this token. */
  person(token?: string, freshForMs?: number): Person
  /** Resolves when the gateway knows. */
  told(revision: number): Promise<unknown>
}

interface Person extends TestKey {
  readonly userId: string
  modern(method: string, params?: Record<string, unknown>, capabilities?: object): Promise<Answer>
  legacy(method: string, params?: object, session?: string | null): Promise<Answer>
}

const tools = [{ name: 'echo', inputSchema: { type: 'object' } }]
const echo = { name: 'echo', arguments: { a: 1 } }

async function place(inner: Script = scripts.modernServer({ tools })): Promise<Place> {
  const { registry } = gateway
  const good = new Set<string>()
  const upstream = await startRecordingUpstream(account(good, inner))
  onTestFinished(() => upstream.close())
  const slug = `s-${randomUUID().slice(0, 8)}`
  const id = registry.addServer({ slug, url: upstream.url, oauth: true })
  onTestFinished(() => void registry.removeServer(id))
  return {
    upstream,
    slug,
    id,
    good,
    told: (revision) => waitFor(() => registry.acknowledged() >= revision),
    person(token, freshForMs) {
      const userId = randomUUID()
      const key = registry.addKey({ userId })
      if (token !== undefined) {
        good.add(token)
        registry.connections.connect(userId, id, token, freshForMs)
      }
      return { ...key, userId, ...caller(slug, key) }
    },
  }
}

function caller(slug: string, key: TestKey): Pick<Person, 'modern' | 'legacy'> {
  const post = async (body: object, headers: Record<string, string>): Promise<Answer> => {
    const answer = await fetch(`${gateway.url}/mcp/${slug}`, {
      method: 'POST',
      headers: { ...accepts, 'x-api-key': key.key, ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 7, ...body }),
    })
    const text = await answer.text()
    const last = text.startsWith('event:') ? (text.trimEnd().split('data: ').at(-1) ?? '') : text
    return {
      status: answer.status,
      body: last === '' ? {} : (JSON.parse(last) as Answer['body']),
      session: answer.headers.get('mcp-session-id'),
    }
  }
  return {
    modern: (method, params = {}, capabilities = {}) =>
      post({ method, params: { _meta: modernMeta(capabilities), ...params } }, modernHeaders(method, params)),
    legacy: (method, params = {}, session = null) =>
      post({ method, params }, session === null ? {} : { 'mcp-session-id': session }),
  }
}

const handshake = (capabilities: object) => ({
  protocolVersion: '2025-11-25',
  capabilities,
  clientInfo: { name: 'test', version: '1' },
})

const tokensSeen = ({ upstream }: Place, method?: string) =>
  upstream.requests
    .filter((request) => method === undefined || (request.json() as { method?: string }).method === method)
    .map((request) => request.header('authorization')[0])

describe('whose account is not connected is told which page to open, and nothing is sent', () => {
  test.each([
    ['tools/call', echo],
    ['prompts/get', { name: 'p' }],
    ['resources/read', { uri: 'file:///a' }],
  ])('%s of a modern client that opens pages becomes a question', async (method, params) => {
    const at = await place()
    const { status, body } = await at.person().modern(method, params, urlMode)
    expect(status).toBe(200)
    expect(body.result).toEqual({
      resultType: 'input_required',
      inputRequests: {
        'gatehouse/connect': {
          method: 'elicitation/create',
          params: { mode: 'url', url: page(at.slug), message: expect.stringContaining(at.slug) },
        },
      },
    })
    expect(at.upstream.requests).toEqual([])
  })

  test('tools/call of a modern client that does not is an error of the tool with the link', async () => {
    const at = await place()
    for (const capabilities of [{}, { elicitation: {} }, { elicitation: { form: {} } }]) {
      const { body } = await at.person().modern('tools/call', echo, capabilities)
      expect(body.result).toMatchObject({ isError: true, resultType: 'complete' })
      expect(JSON.stringify(body.result)).toContain(page(at.slug))
    }
    expect(at.upstream.requests).toEqual([])
  })

  test('everything else is a JSON-RPC error with the link', async () => {
    const at = await place()
    const person = at.person()
    const answers = [
      await person.modern('tools/list', {}, urlMode),
      await person.modern('prompts/get', { name: 'p' }),
      await person.modern('server/discover'),
      await person.legacy('initialize', handshake(urlMode)),
      await person.legacy('tools/list'),
    ]
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(body.error).toMatchObject({
        code: 1011,
        data: { code: 'connection_required', url: page(at.slug), request_id: expect.any(String) },
      })
    }
    expect(at.upstream.requests).toEqual([])
  })

  test('a legacy client that opens pages gets the error of its revision, by its session', async () => {
    const at = await place(scripts.legacyServer({ tools, sessionId: 'upstream-1' }))
    const person = at.person('t1')
    const { session } = await person.legacy('initialize', handshake(urlMode))
    await at.told(gateway.registry.connections.disconnect(person.userId, at.id))
    const seen = at.upstream.requests.length
    const { status, body } = await person.legacy('tools/call', echo, session)
    expect(status).toBe(200)
    expect(body.error).toMatchObject({
      code: -32042,
      data: {
        elicitations: [
          { mode: 'url', url: page(at.slug), elicitationId: expect.any(String), message: expect.any(String) },
        ],
      },
    })
    expect((await person.legacy('tools/list', {}, session)).body.error?.code).toBe(1011)
    expect(at.upstream.requests.length).toBe(seen)
  })

  test('tools/call of a legacy client that does not is an error of the tool with the link', async () => {
    const at = await place()
    const { body } = await at.person().legacy('tools/call', echo)
    expect(body.result).toEqual({
      content: [{ type: 'text', text: expect.stringContaining(page(at.slug)) }],
      isError: true,
    })
    expect(at.upstream.requests).toEqual([])
  })

  test('a service is told that an operator has to act', async () => {
    const at = await place()
    const service = caller(at.slug, gateway.registry.addKey())
    expect((await service.modern('tools/list', {}, urlMode)).body.error?.code).toBe(1010)
    const { body } = await service.modern('tools/call', echo, urlMode)
    expect(body.result).toMatchObject({ isError: true })
    expect(JSON.stringify(body.result)).toContain('operator')
    expect(at.upstream.requests).toEqual([])
  })

  test('what wants no answer is refused, in words without an id', async () => {
    const at = await place()
    const { key } = at.person()
    const tell = (init: RequestInit) =>
      fetch(`${gateway.url}/mcp/${at.slug}`, { ...init, headers: { ...accepts, 'x-api-key': key } })
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
    for (const init of [{ method: 'GET' }, { method: 'POST', body }]) {
      const response = await tell(init)
      expect(response.status).toBe(403)
      expect(await response.json()).toEqual({ error: expect.stringContaining('Connect your account') })
    }
    const mine = () => gateway.registry.records.filter((record) => record.server_id === at.id)
    await waitFor(() => mine().length === 2)
    for (const { outcome, error_code } of mine())
      expect([outcome, error_code]).toEqual(['refused', 'connection_required'])
    expect(at.upstream.requests).toEqual([])
  })

  test('it is recorded as such', async () => {
    const at = await place()
    const person = at.person()
    await person.modern('tools/call', echo, urlMode)
    await person.modern('tools/call', echo)
    const { records } = gateway.registry
    const mine = () => records.filter((record) => record.server_id === at.id)
    await waitFor(() => mine().length === 2)
    expect(mine().map(({ outcome, error_code }) => [outcome, error_code])).toEqual([
      ['input_required', 'connection_required'],
      ['refused', 'connection_required'],
    ])
  })
})

describe('once it is connected, the same call works', () => {
  test.each([
    ['modern', scripts.modernServer({ tools })],
    ['legacy', scripts.legacyServer({ tools })],
  ] as const)('%s', async (era, inner) => {
    const at = await place(inner)
    const person = at.person()
    expect((await person[era]('tools/call', echo)).body.result).toMatchObject({ isError: true })
    at.good.add('t1')
    await at.told(gateway.registry.connections.connect(person.userId, at.id, 't1'))
    const { body } = await person[era]('tools/call', echo)
    expect(JSON.stringify(body.result)).toContain('echo')
    expect(tokensSeen(at, 'tools/call')).toEqual(['Bearer t1'])
  })

  test('a retry that comes while the page is still open waits for it, and is forwarded as it is', async () => {
    const at = await place()
    const person = at.person()
    const inputResponses = { 'gatehouse/connect': { action: 'accept' } }
    const asked = gateway.registry.connections.asked()
    const waiting = person.modern('tools/call', { ...echo, inputResponses }, urlMode)
    await waitFor(() => gateway.registry.connections.asked() > asked)
    at.good.add('t1')
    gateway.registry.connections.connect(person.userId, at.id, 't1')
    const { body } = await waiting
    expect(JSON.stringify(body.result)).toContain('echo')
    const sent = at.upstream.requests.at(-1)?.json() as { params: { inputResponses: unknown } }
    expect(sent.params.inputResponses).toEqual(inputResponses)
  })

  test.each(['decline', 'cancel'])('who answers %s is not asked again', async (action) => {
    const at = await place()
    const inputResponses = { 'gatehouse/connect': { action } }
    const { body } = await at.person().modern('tools/call', { ...echo, inputResponses }, urlMode)
    expect(body.result).toMatchObject({ isError: true })
  })
})

describe('a token that ran out is replaced', () => {
  test('before its time nobody asks, after it the next one is used', async () => {
    const at = await place()
    const { connections } = gateway.registry
    const person = at.person('t1', 60_000)
    await person.modern('tools/call', echo)
    const asked = connections.asked()
    await person.modern('tools/call', echo)
    expect(connections.asked()).toBe(asked)

    const short = at.person('s1', 0)
    await short.modern('tools/call', echo)
    connections.willRefresh(short.userId, at.id, 's2')
    connections.runOut(short.userId, at.id)
    at.good.add('s2')
    await short.modern('tools/call', echo)
    expect(tokensSeen(at, 'tools/call')).toEqual(['Bearer t1', 'Bearer t1', 'Bearer s1', 'Bearer s2'])
    expect(connections.refusals).toEqual([])
  })

  test.each([
    ['modern client, modern server', 'modern', scripts.modernServer({ tools })],
    ['legacy client, legacy server', 'legacy', scripts.legacyServer({ tools })],
    ['modern client, legacy server', 'modern', scripts.legacyServer({ tools })],
    ['legacy client, modern server', 'legacy', scripts.modernServer({ tools })],
  ] as const)('a 401 is asked about once, and the call sent once more: %s', async (_what, era, inner) => {
    const at = await place(inner)
    const { connections } = gateway.registry
    const person = at.person('t1')
    const before = await person[era]('tools/call', echo)
    connections.willRefresh(person.userId, at.id, 't2')
    at.good.delete('t1')
    at.good.add('t2')
    const [seen, refusals] = [at.upstream.requests.length, connections.refusals.length]
    const { body } = await person[era]('tools/call', echo)
    expect(body).toEqual(before.body)
    expect(connections.refusals.length - refusals).toBe(1)
    expect(tokensSeen(at).slice(seen)).toEqual(['Bearer t1', 'Bearer t2'])
    await person[era]('tools/call', echo)
    expect(tokensSeen(at).at(-1)).toBe('Bearer t2')
    expect(connections.refusals.length - refusals).toBe(1)
  })

  test('a first call, before anything is known of the server, too', async () => {
    for (const inner of [scripts.modernServer({ tools }), scripts.legacyServer({ tools })]) {
      for (const era of ['modern', 'legacy'] as const) {
        const at = await place(inner)
        const person = at.person('t1')
        gateway.registry.connections.willRefresh(person.userId, at.id, 't2')
        at.good.delete('t1')
        at.good.add('t2')
        const { body } = await person[era]('tools/call', echo)
        expect(JSON.stringify(body.result)).toContain('echo')
      }
    }
  })

  test('many calls at once cost one question, and nobody is shut out for it', async () => {
    const at = await place()
    const { connections } = gateway.registry
    const person = at.person('t1')
    await person.modern('tools/call', echo)
    connections.willRefresh(person.userId, at.id, 't2')
    at.good.delete('t1')
    at.good.add('t2')
    const refusals = connections.refusals.length
    const answers = await Promise.all(Array.from({ length: 100 }, () => person.modern('tools/call', echo)))
    for (const { body } of answers) expect(JSON.stringify(body.result)).toContain('echo')
    expect(connections.refusals.length - refusals).toBe(1)
    expect(gateway.deps.pools.circuits().credential.open).toBe(0)
  })

  test('while none can be had the call is told when to come back, and others go on', async () => {
    const at = await place()
    const { connections } = gateway.registry
    const [short, other] = [at.person('s1', 0), at.person('o1')]
    await other.modern('tools/call', echo)
    connections.unavailable = true
    onTestFinished(() => {
      connections.unavailable = false
    })
    const seen = at.upstream.requests.length
    for (const method of ['tools/call', 'tools/list']) {
      const { status, body } = await short.modern(method, echo, urlMode)
      expect([status, body.error?.code]).toEqual([503, 1010])
      expect(body.error?.data.code).toBe('upstream_auth_unavailable')
    }
    expect(at.upstream.requests.length).toBe(seen)
    expect(JSON.stringify((await other.modern('tools/call', echo)).body.result)).toContain('echo')
    connections.unavailable = false
    expect(JSON.stringify((await short.modern('tools/call', echo)).body.result)).toContain('echo')
  })

  test('where no other token is to be had the person is asked to connect again', async () => {
    const at = await place()
    const person = at.person('t1')
    await person.modern('tools/call', echo)
    at.good.delete('t1')
    const seen = at.upstream.requests.length
    const first = await person.modern('tools/call', echo, urlMode)
    expect(first.body.result).toMatchObject({ resultType: 'input_required' })
    expect(at.upstream.requests.length - seen).toBe(1)
    await person.modern('tools/call', echo, urlMode)
    expect(at.upstream.requests.length - seen).toBe(1)
  })

  test('a server that refuses every token is left alone after a while, for this person only', async () => {
    const at = await place()
    const { connections } = gateway.registry
    const [unlucky, other] = [at.person('u1'), at.person('o1')]
    await unlucky.modern('tools/call', echo)
    await other.modern('tools/call', echo)
    at.good.delete('u1')
    connections.willRefresh(unlucky.userId, at.id, ...Array.from({ length: 50 }, (_, i) => `bad-${i}`))
    for (let i = 0; i < 20; i += 1) {
      const { body } = await unlucky.modern('tools/call', echo, urlMode)
      expect(body.result).toMatchObject({ resultType: 'input_required' })
    }
    const sent = tokensSeen(at).filter((token) => token?.startsWith('Bearer bad'))
    expect(sent.length).toBeLessThan(20)
    expect(JSON.stringify((await other.modern('tools/call', echo)).body.result)).toContain('echo')
  })

  test('a 403 is never sent again, and the page is told which scopes are missing', async () => {
    const at = await place()
    const person = at.person('t1')
    await person.modern('tools/call', echo)
    const wanted = 'Bearer error="insufficient_scope", scope="files:read files:write"'
    for (const [challenge, more] of [
      [wanted, '&scope=files%3Aread%20files%3Awrite'],
      ['Bearer scope="a\\"b"', ''],
      ['', ''],
    ] as const) {
      at.upstream.answer(scripts.status(403, { 'www-authenticate': challenge }))
      const seen = at.upstream.requests.length
      const { body } = await person.modern('tools/call', echo)
      expect(body.result).toMatchObject({ isError: true })
      expect(JSON.stringify(body.result)).toContain(`${page(at.slug)}${more} `)
      expect(at.upstream.requests.length - seen).toBe(1)
    }
  })

  test('a 403 sends its person for more rights twice at most, for one thing that is refused', async () => {
    const at = await place()
    const person = at.person('t0')
    const wanted = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="files:write"' }
    at.upstream.answer(scripts.status(403, wanted))
    const call = (params = echo) => person.modern('tools/call', params, urlMode)
    const asks = { resultType: 'input_required' }
    const connect = (token: string) =>
      at.told(gateway.registry.connections.connect(person.userId, at.id, token))
    for (const token of ['t1', 't2']) {
      // With one connection it is one round, however often the call is made.
      for (let i = 0; i < 4; i += 1) expect((await call()).body.result).toMatchObject(asks)
      await connect(token)
    }
    const { body } = await call()
    expect(body.result).toMatchObject({ isError: true, resultType: 'complete' })
    expect(JSON.stringify(body.result)).toMatch(/Ask the operator of the MCP server .* connected anew/)
    expect((await call({ ...echo, name: 'other' })).body.result).toMatchObject(asks)
    const listed = async () => (await person.modern('tools/list')).body.error?.code
    expect(await listed()).toBe(1011)
    // It is told and not kept from trying: what is granted later works.
    at.good.add('t3')
    at.upstream.answer(account(at.good, scripts.modernServer({ tools })))
    await connect('t3')
    expect(JSON.stringify((await call()).body.result)).toContain('echo')
  })

  test('who was sent for more rights waits for them, and the call is sent with what they bring', async () => {
    const at = await place()
    const person = at.person('little')
    const plenty = account(new Set(['plenty']), scripts.modernServer({ tools }))
    const forbidden = scripts.status(403, {
      'www-authenticate': 'Bearer error="insufficient_scope", scope="w"',
    })
    at.upstream.answer((request, response) =>
      (request.header('authorization')[0] === 'Bearer little' ? forbidden : plenty)(request, response),
    )
    expect((await person.modern('tools/call', echo, urlMode)).body.result).toMatchObject({
      resultType: 'input_required',
    })
    const seen = at.upstream.requests.length
    const inputResponses = { 'gatehouse/connect': { action: 'accept' } }
    const repeated = person.modern('tools/call', { ...echo, inputResponses }, urlMode)
    setTimeout(() => gateway.registry.connections.connect(person.userId, at.id, 'plenty'), 300)
    expect(JSON.stringify((await repeated).body.result)).toContain('echo')
    expect(tokensSeen(at).slice(seen)).not.toContain('Bearer little')
  })
})

describe('accounts are kept apart', () => {
  test('each call carries its own token, and a disconnected account leaves the others', async () => {
    const at = await place()
    const { connections } = gateway.registry
    const [ada, bob] = [at.person('ada'), at.person('bob')]
    await Promise.all([ada.modern('tools/call', echo), bob.modern('tools/call', echo)])
    expect(new Set(tokensSeen(at, 'tools/call'))).toEqual(new Set(['Bearer ada', 'Bearer bob']))
    const asked = connections.asked()
    await at.told(connections.disconnect(ada.userId, at.id))
    const seen = at.upstream.requests.length
    expect((await ada.modern('tools/call', echo)).body.result).toMatchObject({ isError: true })
    expect(JSON.stringify((await bob.modern('tools/call', echo)).body.result)).toContain('echo')
    expect(tokensSeen(at).slice(seen)).toEqual(['Bearer bob'])
    expect(connections.asked() - asked).toBe(1)
  })

  test('no two people, and no two connections of one, share a socket', async () => {
    const at = await place()
    const [ada, bob] = [at.person('ada'), at.person('bob')]
    await ada.modern('tools/call', echo)
    await bob.modern('tools/call', echo)
    at.good.add('ada2')
    await at.told(gateway.registry.connections.connect(ada.userId, at.id, 'ada2'))
    await ada.modern('tools/call', echo)
    const sockets = new Map<number, Set<string | undefined>>()
    for (const { connection, header } of at.upstream.requests)
      sockets.set(connection, (sockets.get(connection) ?? new Set()).add(header('authorization')[0]))
    for (const tokens of sockets.values()) expect(tokens.size).toBe(1)
    expect(new Set(tokensSeen(at)).size).toBe(3)
  })

  /** Each account has a session of its own there. */
  const keeping: Script = (request, response) => {
    const account = request.header('authorization')[0]?.replace('Bearer ', '')
    return scripts.legacyServer({ tools, sessionId: `of-${account}` })(request, response)
  }

  test('a client goes on in its session with the connection that takes the place of its own', async () => {
    const at = await place(keeping)
    const person = at.person('t1')
    const said = { ...handshake({ roots: { listChanged: true } }), protocolVersion: '2025-06-18' }
    const { session } = await person.legacy('initialize', said)
    expect((await person.legacy('tools/call', echo, session)).status).toBe(200)
    at.good.add('t2')
    await at.told(gateway.registry.connections.connect(person.userId, at.id, 't2'))
    const seen = at.upstream.requests.length
    const goOn = () => person.legacy('tools/call', echo, session)
    for (const answer of await Promise.all([goOn(), goOn()])) {
      expect(JSON.stringify(answer.body.result)).toContain('echo')
      expect([null, session]).toContain(answer.session)
    }
    const after = at.upstream.requests.slice(seen)
    expect(after.map(({ header }) => header('mcp-session-id')[0])).not.toContain('of-t1')
    expect(after.map((request) => (request.json() as { method: string }).method)).toEqual([
      ...['initialize', 'notifications/initialized', 'tools/call', 'tools/call'],
    ])
    expect(after[0]?.json()).toMatchObject({ params: said })
    // The server forgets it: the client is told, and then gets another one.
    at.upstream.answer(scripts.status(404))
    expect((await goOn()).status).toBe(404)
    at.upstream.answer(account(at.good, keeping))
    expect((await goOn()).status).toBe(200)
    const stranger = at.person('t2')
    expect((await stranger.legacy('tools/call', echo, session)).status).toBe(404)
  })

  test('a client that said too much for its session id shakes hands again', async () => {
    const at = await place(keeping)
    const person = at.person('t1')
    const much = handshake({ experimental: { much: { text: 'x'.repeat(3_000) } } })
    const { session } = await person.legacy('initialize', much)
    expect((await person.legacy('tools/call', echo, session)).status).toBe(200)
    at.good.add('t2')
    await at.told(gateway.registry.connections.connect(person.userId, at.id, 't2'))
    expect((await person.legacy('tools/call', echo, session)).status).toBe(404)
    const again = await person.legacy('initialize', much)
    expect((await person.legacy('tools/call', echo, again.session)).status).toBe(200)
  })

  test.each([
    ['bridged', scripts.modernServer({ tools })],
    ['of the server', scripts.legacyServer({ tools, sessionId: 'upstream-1' })],
  ])('a session without a connection, %s, is ended by its client', async (_what, inner) => {
    const at = await place(inner)
    const person = at.person('t1')
    const { session } = await person.legacy('initialize', handshake({}))
    await at.told(gateway.registry.connections.disconnect(person.userId, at.id))
    const end = await fetch(`${gateway.url}/mcp/${at.slug}`, {
      method: 'DELETE',
      headers: { ...accepts, 'x-api-key': person.key, 'mcp-session-id': session ?? '' },
    })
    expect(end.status).toBe(204)
    await at.told(gateway.registry.connections.connect(person.userId, at.id, 't1'))
    expect((await person.legacy('tools/call', echo, session)).status).toBe(404)
  })

  test.each([
    ['a legacy stream', 'GET', {}, undefined],
    ['a modern stream', 'POST', modernHeaders('subscriptions/listen', {}), 'subscriptions/listen'],
  ])("%s ends with its own person's connection only", async (_what, method, headers, rpc) => {
    const silent: Script = (request, response) => {
      const opens = request.method === 'GET' || String(request.body).includes('subscriptions/listen')
      if (opens) return scripts.sse([':\n\n', new Promise(() => {})])(request, response)
      return scripts.modernServer({ tools })(request, response)
    }
    const at = await place(silent)
    const [ada, bob] = [at.person('ada'), at.person('bob')]
    const open = async ({ key }: Person) => {
      const leave = new AbortController()
      onTestFinished(() => leave.abort())
      const params = { notifications: {}, _meta: modernMeta() }
      const response = await fetch(`${gateway.url}/mcp/${at.slug}`, {
        method,
        headers: { ...accepts, 'x-api-key': key, ...headers },
        signal: leave.signal,
        ...(rpc && { body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: rpc, params }) }),
      })
      expect(response.status).toBe(200)
      const state = { ended: false }
      const over = () => {
        state.ended = true
      }
      response.text().then(over, over)
      return state
    }
    const [adas, bobs] = [await open(ada), await open(bob)]
    await at.told(gateway.registry.connections.disconnect(ada.userId, at.id))
    await waitFor(() => adas.ended)
    expect(bobs.ended).toBe(false)
  })

  test('a call that is under way when its account is disconnected ends as it would; none is sent after', async () => {
    const at = await place()
    const { connections } = gateway.registry
    const person = at.person('t1')
    let isOver = false
    let late = 0
    at.upstream.answer((request, response) => {
      if (isOver && request.header('authorization')[0] === 'Bearer t1') late += 1
      return account(at.good, scripts.modernServer({ tools }))(request, response)
    })
    let calling = true
    const results: Answer[] = []
    const callers = Array.from({ length: 10 }, async () => {
      while (calling) results.push(await person.modern('tools/call', echo))
    })
    await waitFor(() => results.length > 20)
    await at.told(connections.disconnect(person.userId, at.id))
    const open = at.upstream.requests.length
    isOver = true
    const seen = results.length
    await waitFor(() => results.length > seen + 30)
    calling = false
    await Promise.all(callers)
    expect(late).toBe(0)
    expect(at.upstream.requests.length).toBe(open)
    for (const { status } of results) expect(status).toBe(200)
  })
})
