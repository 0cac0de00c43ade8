// Accounts at a server that wants OAuth, with real processes and a real authorization server: two people, one server, two tokens.

import { waitFor } from '@gatehouse/testkit'
import {
  type AuthorizationServer,
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
} from '@gatehouse/testkit/authorization-server'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newPerson, type Person } from '../src/people.ts'
import { type Replicas, startReplicas } from '../src/replicas.ts'
import { modernHeaders, modernMeta, post } from '../src/stack.ts'

/** What the server asks of everybody. */
const named = { metadata: { scopes_supported: ['read', 'write'] }, challenge: { scope: 'read' } }

let stack: Replicas
let issuer: AuthorizationServer
let upstream: ProtectedServer
let serverId: string
let ann: Person
let bob: Person

beforeAll(async () => {
  ;[stack, issuer] = await Promise.all([startReplicas({ gateways: [2, 2] }), startAuthorizationServer()])
  upstream = await startProtectedServer({ authorizationServer: issuer, switches: named })
  ;[ann, bob] = [await newPerson(stack, 'Ann'), await newPerson(stack, 'Bob')]
  const body = { name: 'Notes', slug: 'notes', url: upstream.url }
  const oauth = { auth_type: 'oauth', oauth_mode: 'per_user_dynamic_client' }
  const made = await stack.registries[0]?.ask('POST', '/v1/deepagents/mcp-servers', { ...body, ...oauth })
  expect(made?.status).toBe(201)
  serverId = String((made?.body as { id: string } | undefined)?.id)
}, 120_000)
afterAll(async () => {
  await stack?.stop()
  await upstream?.close()
  await issuer?.close()
})
beforeEach(() => {
  issuer.set({})
  upstream.set(named)
  upstream.callers.length = 0
})

/** In the browser, up to the page that says that it is done. */
async function connect(person: Person, login: string, scopes: readonly string[] = []): Promise<void> {
  const begun = await person.ask('POST', '/v1/connections', { server_id: serverId, scopes })
  const link = String(begun.verification_url).split('/connect/')[1]
  const { authorization_url } = await person.ask('POST', `/v1/connect/${link}`, {})
  const back = await issuer.approve(String(authorization_url), login)
  const { state, code, iss } = Object.fromEntries(back.searchParams)
  const done = await person.ask('POST', '/v1/connect/callback', { state, code, iss })
  expect(done.status).toBe('COMPLETED')
}

async function disconnect(person: Person): Promise<void> {
  const { data } = await person.ask('GET', `/v1/connections?server_id=${serverId}`)
  for (const { id, owner } of data as { id: string; owner: { id: string } | null }[])
    if (owner?.id === person.userId) await person.ask('DELETE', `/v1/connections/${id}`)
}

type Result = Readonly<Record<string, unknown>>

interface Manner {
  /** Its client opens pages. */
  readonly opens?: boolean
  /** It comes again, as the page is open now. */
  readonly again?: boolean
}

/** A call at one of the gateways. */
async function call({ key }: Person, gateway = 0, { opens, again }: Manner = {}): Promise<Result> {
  const capabilities = opens ? { elicitation: { url: {} } } : {}
  const params = {
    name: 'echo',
    arguments: { text: 'hello' },
    ...(again && { inputResponses: { 'gatehouse/connect': { action: 'accept' } } }),
    _meta: { ...modernMeta, 'io.modelcontextprotocol/clientCapabilities': capabilities },
  }
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params }
  const address = `${stack.gateways[gateway]?.url}/mcp/notes`
  const response = await post(address, key, body, modernHeaders('tools/call', 'echo'))
  const text = await response.text()
  const last = text.includes('data: ') ? (text.trimEnd().split('data: ').at(-1) ?? '') : text
  const { result, error } = JSON.parse(last) as { result?: Result; error?: unknown }
  if (result === undefined) throw new Error(`the call was answered ${JSON.stringify(error)}`)
  return result
}

const callers = () => upstream.callers.filter(({ method }) => method === 'tools/call').map(({ sub }) => sub)
const isAnswer = ({ isError, resultType }: Result) => isError !== true && resultType !== 'input_required'

test('two people, one server, two tokens: each call carries its own; disconnecting one leaves the other', async () => {
  expect(await call(ann, 0, { opens: true })).toMatchObject({
    resultType: 'input_required',
    inputRequests: {
      'gatehouse/connect': {
        params: { url: expect.stringMatching(/\/w\/[^/]+\/connections\?connect=notes$/) },
      },
    },
  })
  expect(await call(ann)).toMatchObject({ isError: true })
  expect(upstream.callers).toEqual([])

  await connect(ann, 'ann')
  await connect(bob, 'bob')
  for (const gateway of [0, 1]) {
    const results = await Promise.all([call(ann, gateway), call(bob, gateway)])
    expect(results.every(isAnswer)).toBe(true)
  }
  expect(callers().toSorted()).toEqual(['ann', 'ann', 'bob', 'bob'])

  upstream.callers.length = 0
  await disconnect(ann)
  for (const gateway of [0, 1]) {
    expect(await call(ann, gateway)).toMatchObject({ isError: true })
    expect(isAnswer(await call(bob, gateway))).toBe(true)
  }
  expect(callers()).toEqual(['bob', 'bob'])

  await connect(ann, 'ann')
  expect(isAnswer(await call(ann, 1))).toBe(true)
})

test('a call whose person is on the page meanwhile is answered once they are done there', async () => {
  await disconnect(ann)
  const asked = await call(ann, 0, { opens: true })
  expect(asked.resultType).toBe('input_required')
  const waiting = call(ann, 0, { opens: true, again: true })
  await connect(ann, 'ann')
  expect(isAnswer(await waiting)).toBe(true)
})

test('a call that needs more than was granted names it on the page, and works once it is granted', async () => {
  const scope = 'write'
  await connected(ann, 'ann')
  upstream.set({ ...named, needs: ({ method }) => (method === 'tools/call' ? [scope] : []) })
  const refused = await call(ann, 0, { opens: true })
  const { 'gatehouse/connect': question } = refused.inputRequests as Record<
    string,
    { params: { url: string } }
  >
  expect(new URL(question?.params.url ?? '').searchParams.get('scope')).toBe(scope)
  await connect(ann, 'ann', [scope])
  await waitFor(async () => isAnswer(await call(ann, 0)))
  expect(upstream.callers.at(-1)?.scopes).toContain(scope)
})

const refreshes = () =>
  issuer.requestsTo('token').filter(({ params }) => params.get('grant_type') === 'refresh_token').length

/** At all gateways in turn. */
const many = (count: number, whose: (index: number) => Person) =>
  Promise.all(Array.from({ length: count }, (_, i) => call(whose(i), i % 4)))

/** Connected anew and in use at every gateway. @returns the tokens */
async function connected(person: Person, login: string): Promise<ReadonlySet<string>> {
  await disconnect(person)
  await connect(person, login)
  expect((await many(4, () => person)).every(isAnswer)).toBe(true)
  return new Set(upstream.callers.filter(({ sub }) => sub === login).map(({ token }) => token))
}

test('a token that the server takes no more is renewed once, and others have no part in it', async () => {
  await connected(bob, 'bob')
  const old = await connected(ann, 'ann')
  expect(old.size).toBe(1)
  upstream.set({ ...named, refuses: ({ token }) => old.has(token) })
  upstream.callers.length = 0
  const before = refreshes()
  expect((await many(40, (i) => (i % 3 === 0 ? bob : ann))).every(isAnswer)).toBe(true)
  expect(refreshes() - before).toBe(1)
  expect(new Set(upstream.callers.map(({ token }) => token)).size).toBe(2)
})

test('a thousand calls at the moment at which a token runs out cost one token request, however slow', async () => {
  const livesS = 6
  issuer.set({ accessTokenSeconds: livesS })
  const old = await connected(ann, 'ann')
  const over = performance.now() + livesS * 1_000
  await waitFor(() => performance.now() > over, { deadlineMs: 20_000 })
  issuer.set({ faults: { token: { wait: 5_000 } } })
  const before = refreshes()
  expect((await many(1_000, () => ann)).every(isAnswer)).toBe(true)
  expect(refreshes() - before).toBe(1)
  const used = new Set(upstream.callers.map(({ token }) => token))
  expect(used.size).toBe(old.size + 1)
}, 60_000)
