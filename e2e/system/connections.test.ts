// Accounts at a server that wants OAuth, with real processes and a real authorization server: two people, one server, two tokens.

import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startNotes } from '../src/notes.ts'
import { newPerson, type Person } from '../src/people.ts'
import { type Replicas, startReplicas } from '../src/replicas.ts'
import { modernHeaders, modernMeta, post } from '../src/stack.ts'

/** What the server asks of everybody. */
const named = { metadata: { scopes_supported: ['read', 'write'] }, challenge: { scope: 'read' } }

let stack: Replicas
let notes: Awaited<ReturnType<typeof startNotes>>
let ann: Person
let bob: Person

beforeAll(async () => {
  stack = await startReplicas({ gateways: [2, 2] })
  notes = await startNotes(stack, named)
  ;[ann, bob] = [await newPerson(stack, 'Ann'), await newPerson(stack, 'Bob')]
}, 120_000)
afterAll(async () => {
  await stack?.stop()
  await notes?.close()
})
beforeEach(() => {
  notes.issuer.set({})
  notes.upstream.set(named)
  notes.upstream.callers.length = 0
})

async function disconnect(person: Person): Promise<void> {
  const { data } = await person.ask('GET', `/v1/connections?server_id=${notes.id}`)
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
  expect(notes.upstream.callers).toEqual([])

  await notes.connect(ann, 'ann')
  await notes.connect(bob, 'bob')
  for (const gateway of [0, 1]) {
    const results = await Promise.all([call(ann, gateway), call(bob, gateway)])
    expect(results.every(isAnswer)).toBe(true)
  }
  expect(notes.callers().toSorted()).toEqual(['ann', 'ann', 'bob', 'bob'])

  notes.upstream.callers.length = 0
  await disconnect(ann)
  for (const gateway of [0, 1]) {
    expect(await call(ann, gateway)).toMatchObject({ isError: true })
    expect(isAnswer(await call(bob, gateway))).toBe(true)
  }
  expect(notes.callers()).toEqual(['bob', 'bob'])

  await notes.connect(ann, 'ann')
  expect(isAnswer(await call(ann, 1))).toBe(true)
})

test('a call whose person is on the page meanwhile is answered once they are done there', async () => {
  await disconnect(ann)
  const asked = await call(ann, 0, { opens: true })
  expect(asked.resultType).toBe('input_required')
  const waiting = call(ann, 0, { opens: true, again: true })
  await notes.connect(ann, 'ann')
  expect(isAnswer(await waiting)).toBe(true)
})

test('a call that needs more than was granted names it on the page, and works once it is granted', async () => {
  const scope = 'write'
  await connected(ann, 'ann')
  notes.upstream.set({ ...named, needs: ({ method }) => (method === 'tools/call' ? [scope] : []) })
  const refused = await call(ann, 0, { opens: true })
  const { 'gatehouse/connect': question } = refused.inputRequests as Record<
    string,
    { params: { url: string } }
  >
  expect(new URL(question?.params.url ?? '').searchParams.get('scope')).toBe(scope)
  await notes.connect(ann, 'ann', [scope])
  await waitFor(async () => isAnswer(await call(ann, 0)))
  expect(notes.upstream.callers.at(-1)?.scopes).toContain(scope)
})

/** At all gateways in turn. */
const many = (count: number, whose: (index: number) => Person) =>
  Promise.all(Array.from({ length: count }, (_, i) => call(whose(i), i % 4)))

/** Connected anew and in use at every gateway. @returns the tokens */
async function connected(person: Person, login: string): Promise<ReadonlySet<string>> {
  await disconnect(person)
  await notes.connect(person, login)
  expect((await many(4, () => person)).every(isAnswer)).toBe(true)
  return new Set(notes.upstream.callers.filter(({ sub }) => sub === login).map(({ token }) => token))
}

test('a token that the server takes no more is renewed once, and others have no part in it', async () => {
  await connected(bob, 'bob')
  const old = await connected(ann, 'ann')
  expect(old.size).toBe(1)
  notes.upstream.set({ ...named, refuses: ({ token }) => old.has(token) })
  notes.upstream.callers.length = 0
  const before = notes.refreshes()
  expect((await many(40, (i) => (i % 3 === 0 ? bob : ann))).every(isAnswer)).toBe(true)
  expect(notes.refreshes() - before).toBe(1)
  expect(new Set(notes.upstream.callers.map(({ token }) => token)).size).toBe(2)
})

test('a thousand calls at the moment at which a token runs out cost one token request, however slow', async () => {
  const livesS = 6
  notes.issuer.set({ accessTokenSeconds: livesS })
  const old = await connected(ann, 'ann')
  const over = performance.now() + livesS * 1_000
  await waitFor(() => performance.now() > over, { deadlineMs: 20_000 })
  notes.issuer.set({ faults: { token: { wait: 5_000 } } })
  const before = notes.refreshes()
  expect((await many(1_000, () => ann)).every(isAnswer)).toBe(true)
  expect(notes.refreshes() - before).toBe(1)
  const used = new Set(notes.upstream.callers.map(({ token }) => token))
  expect(used.size).toBe(old.size + 1)
}, 60_000)
