// Coming in, once the owner is claimed: passwords, sign-in links, and what a session may do where. The claim: claim.test.ts.

import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { testBrowser } from '../testing/browser.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { ensureFirstOwner, firstOwner } from './first-owner.ts'
import { makeLink } from './links.ts'
import { localStart } from './local-start.ts'

const person = { name: 'Ada', email: 'Ada@Example.test', password: 'correct horse battery' }
const signIn = { email: 'ada@example.test', password: person.password }

let registry: TestRegistry
let later = 0
beforeAll(async () => {
  registry = await startTestRegistry({ now: () => new Date(Date.now() + later) })
  await ensureFirstOwner(registry.deps.db)
  const claimed = await browser().post('/v1/claim', { ...person, token: await newToken() })
  expect(claimed.status).toBe(200)
})
afterAll(() => registry.stop())

const newToken = async () => (await localStart(registry.deps)).console_link.split('#token=')[1] ?? ''
const browser = () => testBrowser(registry)
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { code?: string }).code,
]

describe('signing in', () => {
  test('the cookie is out of reach of scripts and other sites', async () => {
    const response = await browser().post('/api/auth/sign-in/email', signIn)
    expect(response.status).toBe(200)
    const [cookie = '', ...others] = response.headers.getSetCookie()
    expect(others).toEqual([])
    expect(cookie).toMatch(/^gatehouse=/)
    expect(cookie).toMatch(/; HttpOnly/)
    expect(cookie).toMatch(/; SameSite=Lax/)
    expect(cookie).toMatch(/; Path=\//)
    expect(cookie).not.toMatch(/Secure|Domain/)
  })

  test('no answer tells the token that the cookie holds', async () => {
    const page = browser()
    const response = await page.post('/api/auth/sign-in/email', signIn)
    const [, token = ''] = /=([^;.%]+)/.exec(page.cookie() ?? '') ?? []
    expect(token.length).toBeGreaterThan(16)
    const session = await page.get('/api/auth/get-session')
    for (const text of [await response.text(), await session.text()]) {
      expect(text).toContain('ada@example.test')
      expect(text).not.toContain(token)
    }
  })

  test('a wrong password and an unknown e-mail answer the same', async () => {
    const wrong = await browser().post('/api/auth/sign-in/email', { ...signIn, password: 'x'.repeat(12) })
    const unknown = await browser().post('/api/auth/sign-in/email', { ...signIn, email: 'eve@example.test' })
    expect([wrong.status, await wrong.text()]).toEqual([401, await unknown.text()])
  })

  test('signing out ends the session, also for who kept the cookie', async () => {
    const page = browser()
    await page.post('/api/auth/sign-in/email', signIn)
    const kept = page.cookie() ?? ''
    expect((await page.get('/v1/me')).status).toBe(200)
    expect((await page.post('/api/auth/sign-out', {})).status).toBe(200)
    expect(page.cookie()).toBeUndefined()
    expect((await browser().get('/v1/me', { Cookie: kept })).status).toBe(401)
  })

  test('nobody signs up, and nothing else of the library is reachable', async () => {
    const page = browser()
    const stranger = { name: 'Eve', email: 'eve@example.test', password: 'x'.repeat(12) }
    for (const path of [
      'sign-up/email',
      'open-session',
      'update-user',
      'delete-user',
      'request-password-reset',
    ])
      expect(await codeOf(await page.post(`/api/auth/${path}`, stranger))).toEqual([404, 'not_found'])
  })

  test('a changed password is the only one that works afterwards', async () => {
    const page = browser()
    await page.post('/api/auth/sign-in/email', signIn)
    const change = { currentPassword: person.password, newPassword: 'another horse battery' }
    const short = await page.post('/api/auth/change-password', { ...change, newPassword: 'short' })
    expect(await codeOf(short)).toEqual([422, 'weak_password'])
    expect((await page.post('/api/auth/change-password', change)).status).toBe(200)
    expect((await browser().post('/api/auth/sign-in/email', signIn)).status).toBe(401)
    const back = { currentPassword: change.newPassword, newPassword: person.password }
    expect((await page.post('/api/auth/change-password', back)).status).toBe(200)
  })

  test('a sign-in link sets a new password where the old one is lost, and ends other sessions', async () => {
    const other = browser()
    await other.post('/api/auth/sign-in/email', signIn)
    const page = browser()
    const answer = await page.post('/v1/sign-in-link', { token: await newToken(), password: person.password })
    expect(answer.status).toBe(200)
    expect([(await page.get('/v1/me')).status, (await other.get('/v1/me')).status]).toEqual([200, 401])
  })

  test('a used sign-in link is 410', async () => {
    const token = await newToken()
    expect((await browser().post('/v1/sign-in-link', { token })).status).toBe(200)
    for (const path of ['/v1/links/check', '/v1/sign-in-link'])
      expect(await codeOf(await browser().post(path, { token }))).toEqual([410, 'link_invalid'])
  })

  test('a sign-in link ends after ten minutes', async () => {
    const token = await newToken()
    later = 10 * 60_000 + 1_000
    const answer = await codeOf(await browser().post('/v1/sign-in-link', { token }))
    later = 0
    expect(answer).toEqual([410, 'link_invalid'])
  })
})

describe('the audit trail', () => {
  const told = async (action: string) => {
    const owner = await registry.deps.db.asSystem(firstOwner)
    const workspaceId = owner?.workspaceId ?? ''
    const events = await registry.deps.db.inWorkspace(workspaceId, (tx) =>
      tx.auditEvent.findMany({
        where: { action },
        orderBy: { seq: 'asc' },
        select: { actorName: true, requestId: true, after: true },
      }),
    )
    return { events, chain: await verifyChain(registry.deps.db, workspaceId) }
  }

  test('tells who signed in, changed the password and signed out, by which request, and of no try that failed', async () => {
    const actions = ['user.signed-in', 'user.password-changed', 'user.signed-out']
    const before = await Promise.all(actions.map(async (action) => (await told(action)).events.length))
    const page = browser()
    await page.post('/api/auth/sign-in/email', { ...signIn, password: 'x'.repeat(12) })
    const came = await page.post('/api/auth/sign-in/email', signIn)
    const change = { currentPassword: 'x'.repeat(12), newPassword: person.password }
    await page.post('/api/auth/change-password', change)
    const changed = await page.post('/api/auth/change-password', {
      ...change,
      currentPassword: person.password,
    })
    const cookie = page.cookie() ?? ''
    const left = await page.post('/api/auth/sign-out', {})
    await browser().post('/api/auth/sign-out', {}, { Cookie: cookie })
    const after = [{ by: 'password' }, null, null]
    for (const [at, answer] of [came, changed, left].entries()) {
      const { events, chain } = await told(actions[at] ?? '')
      const requestId = answer.headers.get('x-request-id')
      expect([answer.status, events.slice(before[at])]).toEqual([
        200,
        [{ actorName: 'Ada', requestId, after: after[at] }],
      ])
      expect(chain).toMatchObject({ ok: true })
    }
  })

  test('keeps who can not be audited from coming in, changing a password or seeming signed out', async () => {
    const page = browser()
    await page.post('/api/auth/sign-in/email', signIn)
    const { prisma } = registry.deps.db
    await prisma.$executeRaw`ALTER TABLE audit_head RENAME TO audit_head_away`
    const change = { currentPassword: person.password, newPassword: 'another horse battery' }
    const refused = [
      await browser().post('/api/auth/sign-in/email', signIn),
      await page.post('/api/auth/change-password', change),
      await page.post('/api/auth/sign-out', {}),
    ]
    await prisma.$executeRaw`ALTER TABLE audit_head_away RENAME TO audit_head`
    expect(refused.map(({ status }) => status)).toEqual([500, 500, 500])
    expect(refused.flatMap((answer) => answer.headers.getSetCookie())).toEqual([])
    expect((await page.get('/v1/me')).status).toBe(200)
    expect((await browser().post('/api/auth/sign-in/email', signIn)).status).toBe(200)
  })
})

describe('a session', () => {
  test('chooses only among the workspaces of its person', async () => {
    const foreign = await registry.workspace('Foreign')
    const page = browser()
    await page.post('/api/auth/sign-in/email', signIn)
    const refused = await page.get('/v1/me', { 'X-Workspace-Id': foreign.id })
    expect(refused.status).toBe(403)

    const owner = await registry.deps.db.asSystem(firstOwner)
    const userId = owner?.userId ?? ''
    await registry.deps.db.asSystem((tx) =>
      tx.membership.create({ data: { id: uuidv7(), workspaceId: foreign.id, userId, role: 'member' } }),
    )
    const there = await page.get('/v1/me', { 'X-Workspace-Id': foreign.id })
    expect(await there.json()).toMatchObject({ workspace: { id: foreign.id }, role: 'member' })
    expect(await (await page.get('/v1/me')).json()).toMatchObject({ workspace: { slug: 'default' } })
    const making = await page.post(
      '/v1/api-keys',
      { name: 'too much', permissions: ['api-keys:all'] },
      { 'X-Workspace-Id': foreign.id },
    )
    expect(making.status).toBe(403)
  })

  test('changes nothing for a page of another origin, or of none', async () => {
    const page = browser()
    await page.post('/api/auth/sign-in/email', signIn)
    const body = { name: 'mine', kind: 'user' }
    const other = await page.post('/v1/api-keys', body, { Origin: 'http://evil.test' })
    const own = await page.post('/v1/api-keys', body, { Origin: 'http://registry.test' })
    const none = await fetch(`${registry.url}/v1/api-keys`, {
      method: 'POST',
      headers: { Cookie: page.cookie() ?? '', 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    for (const response of [other, own, none])
      expect(await codeOf(response)).toEqual([403, 'origin_forbidden'])
    expect((await page.post('/v1/api-keys', body)).status).toBe(201)
    const out = await page.post('/api/auth/sign-out', {}, { Origin: 'http://registry.test' })
    expect(await codeOf(out)).toEqual([403, 'origin_forbidden'])
  })

  test('of an owner has what the table says, and may still make a service key that acts as people', async () => {
    const page = browser()
    await page.post('/api/auth/sign-in/email', signIn)
    const me = (await (await page.get('/v1/me')).json()) as { permissions: string[] }
    expect(me.permissions).toContain('api-keys:all')
    expect(me.permissions).not.toContain('users:act-as')
    const wanted = { name: 'agents', kind: 'service', permissions: ['users:act-as'] }
    const made = await page.post('/v1/api-keys', wanted)
    expect([made.status, await made.json()]).toMatchObject([201, { permissions: ['users:act-as'] }])
  })

  test('with a key besides it is 400', async () => {
    const page = browser()
    await page.post('/api/auth/sign-in/email', signIn)
    const { api_key } = await localStart(registry.deps)
    const response = await page.get('/v1/me', { 'X-Api-Key': api_key })
    expect(await codeOf(response)).toEqual([400, 'ambiguous_credentials'])
  })

  test('ends with an altered cookie', async () => {
    const page = browser()
    await page.post('/api/auth/sign-in/email', signIn)
    const cookie = page.cookie() ?? ''
    const altered = cookie.replace(/=(.)/, (_, first) => `=${first === 'a' ? 'b' : 'a'}`)
    expect((await browser().get('/v1/me', { Cookie: altered })).status).toBe(401)
  })
})

describe('who and where', () => {
  test('a service key has no person', async () => {
    const { api_key } = await localStart(registry.deps)
    const response = await browser().get('/v1/me', { 'X-Api-Key': api_key })
    expect(await response.json()).toMatchObject({
      user: null,
      actor: { type: 'api-key', name: 'local start' },
      workspace: { slug: 'default' },
      role: null,
      workspaces: [],
    })
  })

  test('the installation tells what the console shows', async () => {
    const { api_key } = await localStart(registry.deps)
    const response = await browser().get('/v1/installation', { 'X-Api-Key': api_key })
    expect(await response.json()).toMatchObject({
      gateway_url: 'http://gateway.test',
      oauth_redirect_uri: 'http://localhost:7402/connect/callback',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      egress_allow: expect.arrayContaining(['localhost']),
    })
    expect((await browser().get('/v1/installation')).status).toBe(401)
  })

  test('a link of nobody else signs nobody in: a claim link is no sign-in link', async () => {
    const owner = await registry.deps.db.asSystem(firstOwner)
    const { userId, workspaceId } = owner ?? { userId: '', workspaceId: '' }
    const url = await registry.deps.db.inWorkspace(workspaceId, (tx) =>
      makeLink(tx, 'http://localhost:7402', { kind: 'claim', userId, workspaceId }, new Date()),
    )
    const token = url.split('#token=')[1]
    expect(await codeOf(await browser().post('/v1/sign-in-link', { token }))).toEqual([410, 'link_invalid'])
    expect(await codeOf(await browser().post('/v1/claim', { ...person, token }))).toEqual([
      410,
      'link_invalid',
    ])
  })
})
