import type {
  ChangeEvent,
  CredentialsAnswer,
  HelloEvent,
  ResolveAnswer,
  ResolvedCaller,
  ResolvedServer,
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
