// Who is sent away on the way to a connection: other people, other browsers, used and late links and states, answers of other
// authorization servers. Whatever was refused, there is no token.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signIn } from '../testing/person.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { type Accounts, actionsIn, startAccounts, type Traveller, travel } from '../testing/visit.ts'

const base = '/v1/deepagents'

let registry: TestRegistry
let accounts: Accounts
let workspace: TestWorkspace
let ann: Traveller
let clock = 0

beforeAll(async () => {
  registry = await startTestRegistry({ now: () => new Date(Date.now() + clock) })
  accounts = await startAccounts()
})
afterAll(async () => {
  await accounts.close()
  await registry.stop()
})
beforeEach(async () => {
  clock = 0
  accounts.reset()
  workspace = await registry.workspace('A')
  ann = await travel(registry, workspace, accounts)
})

const tokens = () => registry.deps.db.inWorkspace(workspace.id, (tx) => tx.oAuthToken.count())
const state = async (id: string) => (await ann.ask('GET', `${base}/auth-sessions/${id}`)).body.status
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { code?: unknown }).code,
]
const notThere = [404, 'connect_link_not_found']
const unknownState = { status: 400, body: { code: 'oauth_state_unknown' } }

describe('a link', () => {
  test('works once', async () => {
    const { link } = await ann.begin()
    await ann.follow(link)
    expect(await codeOf(await ann.person.post(`/v1/connect/${link}`, {}))).toEqual(notThere)
    expect(await codeOf(await ann.person.get(`/v1/connect/${link}`))).toEqual(notThere)
  })

  test('works once, also for two who are as fast as each other', async () => {
    const { link } = await ann.begin()
    const both = [1, 2, 3].map(() => ann.person.post(`/v1/connect/${link}`, {}))
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 404, 404])
  })

  test('works for ten minutes; then the account is still to be connected', async () => {
    const { id, link } = await ann.begin()
    clock = 10 * 60_000 + 1_000
    expect(await codeOf(await ann.person.get(`/v1/connect/${link}`))).toEqual(notThere)
    expect(await codeOf(await ann.person.post(`/v1/connect/${link}`, {}))).toEqual(notThere)
    expect(await state(id)).toBe('CONNECTION_REQUIRED')
  })

  test('is for one person: to everybody else it is as if it were not there', async () => {
    const { id, link } = await ann.begin()
    const owner = await signIn(registry, workspace, { role: 'owner' })
    const stranger = await signIn(registry, await registry.workspace('B'), { role: 'owner' })
    for (const person of [owner, stranger]) {
      expect(await codeOf(await person.get(`/v1/connect/${link}`))).toEqual(notThere)
      expect(await codeOf(await person.post(`/v1/connect/${link}`, {}))).toEqual(notThere)
    }
    expect((await ann.ask('GET', `/v1/connect/${link}`)).body.code).toBe('connect_link_not_found') // a key has no browser
    expect(await state(id)).toBe('PENDING')
    expect((await ann.finish((await ann.follow(link)).back)).status).toBe(200)
  })

  test('is of no use to somebody who is no longer a member', async () => {
    const { link } = await ann.begin()
    await registry.deps.db.asSystem((tx) =>
      tx.membership.deleteMany({ where: { userId: ann.person.userId } }),
    )
    const elsewhere = await registry.workspace('B')
    await registry.deps.db.asSystem((tx) =>
      tx.membership.create({
        data: {
          id: crypto.randomUUID(),
          workspaceId: elsewhere.id,
          userId: ann.person.userId,
          role: 'owner',
        },
      }),
    )
    expect(await codeOf(await ann.person.post(`/v1/connect/${link}`, {}))).toEqual(notThere)
  })
})

describe('an answer of the authorization server', () => {
  test('is taken once', async () => {
    const { back } = await ann.follow((await ann.begin()).link)
    const all = await Promise.all([1, 2, 3].map(() => ann.finish(back)))
    expect(all.map(({ status }) => status).sort()).toEqual([200, 400, 400])
    expect(await ann.finish(back)).toMatchObject(unknownState)
    expect(accounts.issuer.requestsTo('token')).toHaveLength(1)
    expect(await tokens()).toBe(1)
  })

  test('is taken from the browser that went there, and from no other, not even of the same person', async () => {
    const { back } = await ann.follow((await ann.begin()).link)
    const other = await signIn(registry, workspace, { userId: ann.person.userId })
    const stranger = await signIn(registry, workspace, { role: 'owner' })
    for (const person of [other, stranger]) expect(await ann.finish(back, person)).toMatchObject(unknownState)
    expect(accounts.issuer.requestsTo('token')).toEqual([])
    expect(await ann.finish(back)).toMatchObject({ status: 200 })
  })

  test('is taken within ten minutes', async () => {
    const { id, link } = await ann.begin()
    const { back } = await ann.follow(link)
    clock = 10 * 60_000 + 1_000
    expect(await ann.finish(back)).toMatchObject(unknownState)
    expect([await state(id), await tokens()]).toEqual(['CONNECTION_REQUIRED', 0])
  })

  test('with a state that nobody gave out is refused', async () => {
    const { back } = await ann.follow((await ann.begin()).link)
    const other = await ann.begin()
    for (const wrong of [`${back.state}x`, back.state?.slice(1) ?? '', other.link, 'x'])
      expect(await ann.finish({ ...back, state: wrong })).toMatchObject(unknownState)
    expect(await tokens()).toBe(0)
  })

  test.each([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of an issuer that reads alike', { iss: 'slash' }],
    ['without the issuer that it promised', { iss: null }],
  ])('%s is refused before its code is looked at', async (_what, { iss }) => {
    accounts.issuer.set({ iss: iss === 'slash' ? `${accounts.issuer.issuer}/` : iss })
    const { id, link } = await ann.begin()
    const { status, body } = await ann.finish((await ann.follow(link)).back)
    expect([status, body.code]).toEqual([400, 'oauth_failed'])
    expect(accounts.issuer.requestsTo('token')).toEqual([])
    expect([await state(id), await tokens()]).toEqual(['CONNECTION_REQUIRED', 0])
  })

  test('of another issuer is not even heard where it refuses, and its state is used up', async () => {
    const words = 'canary-4f1d call this number'
    accounts.issuer.set({ iss: 'https://evil.example', denial: { error: 'x', description: words } })
    const response = await ann.person.post(`/v1/connect/${(await ann.begin()).link}`, {})
    const { authorization_url: url } = (await response.json()) as { authorization_url: string }
    const denied = Object.fromEntries((await accounts.issuer.deny(url, 'ann')).searchParams)
    const { status, body } = await ann.finish(denied)
    expect([status, body.code]).toEqual([400, 'oauth_failed'])
    expect(JSON.stringify(body) + registry.logged()).not.toContain('canary-4f1d')
    expect(await ann.finish({ ...denied, iss: accounts.issuer.issuer })).toMatchObject(unknownState)
  })

  test('that says no ends the visit at once, for whoever waits', async () => {
    const { id, link } = await ann.begin()
    const response = await ann.person.post(`/v1/connect/${link}`, {})
    const { authorization_url: url } = (await response.json()) as { authorization_url: string }
    const waiting = ann.ask('GET', `${base}/auth-sessions/${id}?wait_seconds=25`)
    const began = Date.now()
    const { status, body } = await ann.finish(
      Object.fromEntries((await accounts.issuer.deny(url, 'ann')).searchParams),
    )
    expect([status, body.code]).toEqual([400, 'oauth_denied'])
    expect((await waiting).body).toEqual({ id, status: 'CONNECTION_REQUIRED' })
    expect((await actionsIn(registry, workspace)).at(-1)).toBe('auth-session.failed')
    expect(Date.now() - began).toBeLessThan(10_000)
  })

  test('that has other words is told as one line of plain text, cut short', async () => {
    const hostile = `<img src=x onerror=alert(1)>\u202e\r\nSet-Cookie: a=b ${'x'.repeat(500)}`
    accounts.issuer.set({ denial: { error: 'server_error', description: hostile } })
    const response = await ann.person.post(`/v1/connect/${(await ann.begin()).link}`, {})
    const { authorization_url: url } = (await response.json()) as { authorization_url: string }
    const back = Object.fromEntries((await accounts.issuer.deny(url, 'ann')).searchParams)
    const { status, body } = await ann.finish(back)
    expect([status, body.code]).toEqual([400, 'oauth_failed'])
    expect(String(body.detail)).toMatch(/^[\x20-\x7e]{1,400}$/)
  })

  test.each([
    ['invalid_grant', { answer: { error: 'invalid_grant' } }],
    ['invalid_client', { answer: { error: 'invalid_client', status: 401 } }],
    ['server_error', { answer: { error: 'server_error', status: 500 } }],
    ['a page', { answer: { status: 200, body: '<html>canary-1c9e</html>' } }],
    ['a redirect', { answer: { status: 307, headers: { location: 'http://127.0.0.1:9/' } } }],
    ['nothing', { reset: 'before' as const }],
  ])('whose code is answered with %s leaves no connection and no secret in the log', async (_what, fault) => {
    accounts.issuer.set({ faults: { token: fault } })
    const { id, link } = await ann.begin()
    const { back } = await ann.follow(link)
    const { status, body } = await ann.finish(back)
    expect([status, body.code]).toEqual([400, 'oauth_failed'])
    expect([await state(id), await tokens()]).toEqual(['CONNECTION_REQUIRED', 0])
    expect(registry.logged()).not.toContain(back.code)
    expect(registry.logged() + JSON.stringify(body)).not.toContain('canary-1c9e')
  })

  test('that comes after its client was deleted is worth nothing', async () => {
    const { link, providerId } = await ann.begin()
    const { back } = await ann.follow(link)
    expect((await ann.ask('DELETE', `/v1/oauth-providers/${providerId}`)).status).toBe(204)
    expect(await ann.finish(back)).toMatchObject(unknownState)
  })
})

describe('an auth session', () => {
  test('begins with a provider that one may use, and no other', async () => {
    const { providerId } = await ann.begin()
    const bob = await travel(registry, workspace, accounts, 'bob')
    const theirs = await travel(registry, await registry.workspace('B'), accounts)
    for (const { ask } of [bob, theirs]) {
      const body = { provider_id: providerId, scopes: [], strategy: 'CREATE' }
      const answer = await ask('POST', `${base}/auth-sessions`, { body })
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_parameter'])
    }
  })

  test('is told to who began it', async () => {
    const { id } = await ann.begin()
    const bob = await travel(registry, workspace, accounts, 'bob')
    const { status, body } = await bob.ask('GET', `${base}/auth-sessions/${id}`)
    expect([status, body.code]).toEqual([404, 'auth_session_not_found'])
  })
})
