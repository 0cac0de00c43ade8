import type {
  ChangeEvent,
  CredentialsAnswer,
  HelloEvent,
  ResolveAnswer,
  ResolvedCaller,
  ResolvedServer,
  UsedConnection,
} from '@gatehouse/registry-api/internal'
import { expect, test } from 'vitest'
import { createKnowledge, ServerChanged } from './knowledge.ts'
import { createLease } from './lease.ts'

const caller = { key_id: 'k', workspace_id: 'w' } as ResolvedCaller // the members that are looked at
const server = { id: 's', slug: 'one', credential_generation: 'g1' } as ResolvedServer
const hello = (revision: number): HelloEvent => ({
  revision,
  lease_ms: 60_000,
  installation_mark: 'm',
  sealing_keys: [],
  ended_sessions: [],
})
const change = (revision: number, workspace_id = 'w'): ChangeEvent => ({
  revision,
  workspace_id,
  subject: 'server',
  subject_id: 's',
})

/** The registry's answers, given by hand and in any order. */
function setUp() {
  const questions: { answer(value: ResolveAnswer | CredentialsAnswer): void }[] = []
  const ask = () =>
    new Promise<never>((resolve) => {
      questions.push({ answer: (value) => resolve(value as never) }) // each test gives what was asked for
    })
  const clock = { ms: 0 }
  const lease = createLease(() => clock.ms)
  lease.granted(0, 60_000)
  const gaps: number[] = []
  const knowledge = createKnowledge({
    client: { resolve: ask, credentials: ask, refused: ask },
    lease,
    now: () => clock.ms,
    onChange: async () => {},
    onGap: () => void gaps.push(clock.ms),
  })
  const next = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    const question = questions.shift()
    if (!question) throw new Error('nothing was asked')
    return question
  }
  return { knowledge, lease, clock, questions, next, gaps }
}

const resolved = (revision: number): ResolveAnswer => ({ revision, caller, servers: [server] })
const credential = (revision: number, generation = 'g1'): CredentialsAnswer => ({
  revision,
  generation,
  headers: [],
  connection: null,
  required: null,
})

/** Of a connection, by its generation and version. */
const account = (
  revision: number,
  version: number,
  more: Partial<UsedConnection> = {},
): CredentialsAnswer => ({
  ...credential(revision),
  connection: {
    generation: 'c1',
    token_id: 't',
    version,
    fresh_until_ms: null,
    url: 'https://console.example/connect',
    ...more,
  },
})
const person = { key_id: 'k', workspace_id: 'w', user_id: 'u' } as ResolvedCaller // the members that are looked at
const connection = (revision: number, subject_id: string): ChangeEvent => ({
  ...change(revision),
  subject: 'connection',
  subject_id,
})

test('before the first word of the registry nothing is answered', async () => {
  const { knowledge, lease, questions } = setUp()
  lease.end()
  await expect(knowledge.resolve('d', 'one')).rejects.toMatchObject({
    code: 'registry_unreachable',
    retryAfterS: 2,
  })
  expect(questions).toEqual([])
})

test('what is known is not asked again; many who wait for one answer ask once', async () => {
  const { knowledge, questions, next } = setUp()
  knowledge.hello(hello(1))
  const waiting = [knowledge.resolve('d', 'one'), knowledge.resolve('d', 'one')]
  ;(await next()).answer(resolved(1))
  expect((await Promise.all(waiting)).map(({ servers }) => servers)).toEqual([[server], [server]])
  await knowledge.resolve('d', 'one')
  expect(questions).toEqual([])
})

test('an answer that was read before a change and arrives after it is asked again', async () => {
  const { knowledge, next } = setUp()
  knowledge.hello(hello(1))
  const waiting = knowledge.credentials(caller, server)
  const early = await next()
  await knowledge.changed(change(2))
  early.answer(credential(1))
  ;(await next()).answer(credential(2))
  expect((await waiting).revision).toBe(2)
})

test('an answer is used however often other workspaces change, and a refusal only where nothing changed', async () => {
  const { knowledge, next } = setUp()
  knowledge.hello(hello(1))
  await knowledge.changed(change(2))
  const waiting = knowledge.credentials(caller, server)
  const early = await next()
  await knowledge.changed(change(3, 'another'))
  early.answer(credential(2))
  expect((await waiting).revision).toBe(2)
  const key = knowledge.resolve('d', 'one')
  ;(await next()).answer({ revision: 2, caller: null, servers: [] }) // whose key that is nobody knows
  ;(await next()).answer(resolved(2))
  expect((await key).caller).toEqual(caller)
})

test('a change makes its workspace forgotten, and every key that was unknown', async () => {
  const { knowledge, questions, next } = setUp()
  knowledge.hello(hello(1))
  const first = knowledge.resolve('d', 'one')
  ;(await next()).answer(resolved(1))
  await first
  const unknown = knowledge.resolve('u', 'one')
  ;(await next()).answer({ revision: 1, caller: null, servers: [] })
  await unknown
  await knowledge.changed(change(2, 'another'))
  await knowledge.resolve('d', 'one')
  expect(questions).toEqual([])
  const again = knowledge.resolve('u', 'one')
  ;(await next()).answer(resolved(2))
  expect((await again).caller).toBe(caller)
  await knowledge.changed(change(3))
  const afresh = knowledge.resolve('d', 'one')
  ;(await next()).answer(resolved(3))
  await afresh
})

test('a new credential is never given out for an old state of its server', async () => {
  const { knowledge, next } = setUp()
  knowledge.hello(hello(1))
  const waiting = knowledge.credentials(caller, server)
  ;(await next()).answer(credential(2, 'g2'))
  await expect(waiting).rejects.toBeInstanceOf(ServerChanged)
  const renewed = knowledge.credentials(caller, { ...server, credential_generation: 'g2' })
  ;(await next()).answer(credential(2, 'g2'))
  expect((await renewed).generation).toBe('g2')
})

test('after a gap everything is asked again; a hello on the same stream is no gap', async () => {
  const { knowledge, questions, next, gaps } = setUp()
  knowledge.hello(hello(1))
  const first = knowledge.resolve('d', 'one')
  ;(await next()).answer(resolved(1))
  await first
  knowledge.hello(hello(1))
  await knowledge.resolve('d', 'one')
  expect(questions).toEqual([])
  expect(gaps.length).toBe(1)
  knowledge.disconnected()
  knowledge.hello(hello(5))
  expect(gaps.length).toBe(2)
  const again = knowledge.resolve('d', 'one')
  ;(await next()).answer(resolved(5))
  await again
})

test('what is known is used up to a second before the end of the lease, without a change stream too, and not longer', async () => {
  const { knowledge, lease, clock, next } = setUp()
  knowledge.hello(hello(1))
  const first = knowledge.resolve('d', 'one')
  ;(await next()).answer(resolved(1))
  await first
  knowledge.disconnected()
  clock.ms = 58_999
  expect((await knowledge.resolve('d', 'one')).caller).toBe(caller)
  clock.ms = 59_000
  await expect(knowledge.resolve('d', 'one')).rejects.toMatchObject({ code: 'registry_unreachable' })
  await expect(knowledge.credentials(caller, server)).rejects.toMatchObject({ code: 'registry_unreachable' })
  knowledge.hello(hello(2))
  lease.granted(clock.ms, 60_000)
  const again = knowledge.resolve('d', 'one')
  ;(await next()).answer(resolved(2))
  await again
})

test('an answer that was asked for within the lease and comes after it is not used', async () => {
  const { knowledge, clock, next } = setUp()
  knowledge.hello(hello(1))
  const waiting = knowledge.credentials(caller, server)
  const late = await next()
  clock.ms = 59_000
  late.answer(credential(1))
  await expect(waiting).rejects.toMatchObject({ code: 'registry_unreachable' })
})

test('a token is used until its time, and asked for again then', async () => {
  const { knowledge, clock, questions, next } = setUp()
  knowledge.hello(hello(1))
  const first = knowledge.credentials(person, server)
  ;(await next()).answer(account(1, 0, { fresh_until_ms: 1_000 }))
  await first
  clock.ms = 999
  await knowledge.credentials(person, server)
  expect(questions).toEqual([])
  clock.ms = 1_000
  const second = knowledge.credentials(person, server)
  ;(await next()).answer(account(1, 1, { fresh_until_ms: 2_000 }))
  expect((await second).connection?.version).toBe(1)
})

test('a token that was replaced stays so, whatever answer comes last', async () => {
  const { knowledge, clock, questions, next } = setUp()
  knowledge.hello(hello(1))
  const first = knowledge.credentials(person, server)
  ;(await next()).answer(account(1, 0, { fresh_until_ms: 1 }))
  const used = (await first).connection
  if (!used) throw new Error('no connection')
  clock.ms = 1
  const asked = knowledge.credentials(person, server)
  const early = await next()
  const refused = knowledge.refused(person, server, used)
  ;(await next()).answer(account(1, 1))
  expect((await refused).connection?.version).toBe(1)
  early.answer(account(1, 0))
  expect((await asked).connection?.version).toBe(1)
  expect((await knowledge.refused(person, server, used)).connection?.version).toBe(1)
  expect(questions).toEqual([])
})

test('a connection that was made anew takes the place of the old one, whose tokens had been renewed', async () => {
  const { knowledge, clock, next } = setUp()
  knowledge.hello(hello(1))
  const first = knowledge.credentials(person, server)
  ;(await next()).answer(account(1, 5, { fresh_until_ms: 1 }))
  const used = (await first).connection
  if (!used) throw new Error('no connection')
  clock.ms = 1
  const again = knowledge.credentials(person, server)
  const anew = { generation: 'c2', fresh_until_ms: null }
  ;(await next()).answer(account(2, 1, anew)) // read before its change is told of
  expect((await again).connection?.generation).toBe('c2')
  expect((await knowledge.refused(person, server, used)).connection?.generation).toBe('c2')
})

test('a change of a connection makes those forgotten that have it, and nobody else', async () => {
  const { knowledge, questions, next } = setUp()
  knowledge.hello(hello(1))
  const other = { ...person, key_id: 'k2', user_id: 'u2' }
  const stored = { ...server, id: 's2' }
  for (const [who, where, answer] of [
    [person, server, account(1, 0)],
    [other, server, account(1, 0, { token_id: 't2' })],
    [person, stored, credential(1)],
  ] as const) {
    const asked = knowledge.credentials(who, where)
    ;(await next()).answer(answer)
    await asked
  }
  await knowledge.changed(connection(2, 'u'))
  await knowledge.credentials(other, server)
  await knowledge.credentials(person, stored)
  expect(questions).toEqual([])
  const again = knowledge.credentials(person, server)
  const required = { reason: 'not_connected', url: 'https://console.example/connect' } as const
  ;(await next()).answer({ ...credential(2), required })
  await expect(again).rejects.toMatchObject({ code: 'connection_required', data: { url: required.url } })
  await knowledge.changed(connection(3, server.id))
  const anew = knowledge.credentials(other, server)
  ;(await next()).answer(account(3, 0, { token_id: 't2' }))
  await anew
})

test('that nothing may be sent holds until the connection changes, or somebody insists', async () => {
  const { knowledge, questions, next } = setUp()
  knowledge.hello(hello(1))
  const first = knowledge.credentials(person, server)
  const required = { reason: 'needs_reconnecting', url: null } as const
  ;(await next()).answer({ ...credential(1), required })
  await expect(first).rejects.toMatchObject({ code: 'connection_required' })
  await expect(knowledge.credentials(person, server)).rejects.toMatchObject({ code: 'connection_required' })
  expect(questions).toEqual([])
  await knowledge.changed(connection(2, 'u'))
  const again = knowledge.credentials(person, server)
  ;(await next()).answer({ ...credential(2), required })
  await expect(again).rejects.toMatchObject({ code: 'connection_required' })
  const insists = knowledge.credentials(person, server, true)
  ;(await next()).answer(account(2, 0))
  await insists
  await knowledge.credentials(person, server, true)
  expect(questions).toEqual([])
})

test('a token of another connection is never given out for what was begun with an older one', async () => {
  const { knowledge, next } = setUp()
  knowledge.hello(hello(1))
  const waiting = knowledge.credentials(person, { ...server, connection: 'c0' })
  ;(await next()).answer(account(1, 0))
  await expect(waiting).rejects.toBeInstanceOf(ServerChanged)
  expect((await knowledge.credentials(person, { ...server, connection: 'c1' })).connection?.version).toBe(0)
})

test('a lease counts from the moment of asking, and a renewal that comes late takes nothing of it', () => {
  const clock = { ms: 0 }
  const lease = createLease(() => clock.ms)
  expect(lease.holds()).toBe(false)
  lease.granted(5_000, 60_000)
  lease.granted(0, 60_000)
  clock.ms = 63_999
  expect(lease.holds()).toBe(true)
  clock.ms = 64_000
  expect(lease.holds()).toBe(false)
})
