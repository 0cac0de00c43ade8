// kill -9 of the registry that renews a token, in the worst moment: the authorization server has given the next one, and nothing
// of it is written yet. Another registry goes on when the dead one's claim has run out.

import { once } from 'node:events'
import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNotes } from '../src/notes.ts'
import { newPerson, type Person } from '../src/people.ts'
import { type Replicas, startReplicas } from '../src/replicas.ts'
import { modernHeaders, modernMeta, post } from '../src/stack.ts'

const livesS = 2

let stack: Replicas
let notes: Awaited<ReturnType<typeof startNotes>>
beforeAll(async () => {
  stack = await startReplicas({ gateways: [1, 1], registryEnv: { GATEHOUSE_TOKEN_TIMEOUT_MS: '1000' } })
  notes = await startNotes(stack, { metadata: { scopes_supported: ['read'] } })
}, 120_000)
afterAll(async () => {
  await stack?.stop()
  await notes?.close()
})

/** What a tool call at this gateway comes to, as text. */
async function call({ key }: Person, gateway: number): Promise<string> {
  const params = { name: 'echo', arguments: { text: 'hello' }, _meta: modernMeta }
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params }
  const address = `${stack.gateways[gateway]?.url}/mcp/notes`
  return (await post(address, key, body, modernHeaders('tools/call', 'echo'))).text()
}

/** @returns how many token requests there were before */
async function killBetween(person: Person, rotation: boolean): Promise<number> {
  notes.issuer.set({ accessTokenSeconds: livesS, rotation })
  await notes.connect(person, 'person')
  const over = performance.now() + livesS * 1_000
  await waitFor(() => performance.now() > over)
  const release = Promise.withResolvers<void>()
  notes.issuer.set({ rotation, faults: { token: { hold: release.promise, times: 1 } } })
  const before = notes.refreshes()
  const cut = call(person, 1).catch(() => '')
  await waitFor(() => notes.refreshes() > before)
  const dying = stack.registries[1]?.app.child ?? expect.fail('no second registry')
  const gone = once(dying, 'exit')
  dying.kill('SIGKILL')
  await gone
  release.resolve()
  await cut
  return before
}

test('where the server takes a refresh token once, the person is asked, once and for all', async () => {
  const person = await newPerson(stack, 'Once')
  const before = await killBetween(person, true)
  await waitFor(async () => (await call(person, 0)).includes('connect=notes'), { deadlineMs: 60_000 })
  for (let i = 0; i < 10; i += 1) expect(await call(person, 0)).toContain('connect=notes')
  expect([notes.refreshes() - before, notes.callers()]).toEqual([2, []])
  const { data } = await person.ask('GET', `/v1/connections?server_id=${notes.id}`)
  expect(data).toMatchObject([{ state: 'needs_reconnecting', last_refresh_result: 'invalid_grant' }])
  notes.issuer.set({})
  await notes.connect(person, 'person')
  expect(await call(person, 0)).toContain('hello')
  await stack.registries[1]?.restart()
}, 150_000)

test('where it takes it again, calls go on by themselves', async () => {
  const person = await newPerson(stack, 'Again')
  notes.upstream.callers.length = 0
  const before = await killBetween(person, false)
  await waitFor(async () => (await call(person, 0)).includes('hello'), { deadlineMs: 60_000 })
  expect([notes.refreshes() - before, new Set(notes.callers())]).toEqual([2, new Set(['person'])])
}, 150_000)
