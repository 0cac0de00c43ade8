// Invitations: a link that works once, for a new account or for one that is signed in.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testBrowser } from '../testing/browser.ts'
import { client } from '../testing/client.ts'
import { signIn } from '../testing/person.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'

let registry: TestRegistry
let workspace: TestWorkspace
let ask: ReturnType<typeof client>
let later = 0
beforeAll(async () => {
  registry = await startTestRegistry({ now: () => new Date(Date.now() + later) })
  workspace = await registry.workspace('Inviting')
  ask = client(registry.url, (await workspace.key({ role: 'owner' })).key)
})
afterAll(() => registry.stop())

const invite = async (role = 'member') => {
  const { body } = await ask('POST', '/v1/invitations', { body: { role, email: 'Bea@Example.test' } })
  return { id: String(body.id), token: String(body.link).split('#token=')[1] ?? '' }
}
let people = 0
const account = () => ({ name: 'Bea', email: `bea${++people}@example.test`, password: 'a long password' })
const accept = (page: ReturnType<typeof testBrowser>, body: unknown) =>
  page.post('/v1/invitations/accept', body)
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { code?: string }).code,
]
const browser = () => testBrowser(registry)

describe('an invitation', () => {
  test('makes an account with its role, and signs in', async () => {
    const { id, token } = await invite('operator')
    const page = browser()
    const told = await page.post('/v1/invitations/check', { token })
    expect(await told.json()).toEqual({
      ...{ workspace: { name: 'Inviting' }, role: 'operator', email: 'bea@example.test' },
      ...{ invited_by: 'a test key', expires_at: expect.any(String) },
    })
    const accepted = await accept(page, { token, account: account() })
    expect(await accepted.json()).toMatchObject({ workspace: { slug: workspace.slug } })
    const me = await (await page.get('/v1/me')).json()
    expect(me).toMatchObject({ user: { name: 'Bea' }, role: 'operator', workspace: { id: workspace.id } })
    const { body } = await ask('GET', `/v1/audit?object_id=${id}`)
    expect(body.data).toMatchObject([{ action: 'invitation.accepted' }, { action: 'invitation.created' }])
    expect(JSON.stringify(body)).not.toContain(token)
  })

  test('lets somebody in who is signed in, beside their other workspaces', async () => {
    const elsewhere = await registry.workspace('Home')
    const page = await signIn(registry, elsewhere)
    const { token } = await invite()
    const accepted = await accept(page, { token })
    expect(accepted.status).toBe(200)
    const me = (await (await page.get('/v1/me')).json()) as { workspaces: { name: string }[] }
    expect(me.workspaces.map(({ name }) => name)).toEqual(['Home', 'Inviting'])
    const again = await invite()
    expect(await codeOf(await accept(page, { token: again.token }))).toEqual([409, 'already_member'])
    expect((await page.post('/v1/invitations/check', { token: again.token })).status).toBe(200)
  })

  test('lets in who was a member of nothing any more', async () => {
    const userId = await workspace.member('member')
    await ask('DELETE', `/v1/members/${userId}`)
    const token = (await invite()).token
    const other = await registry.workspace('Passing')
    await registry.deps.db.asSystem((tx) =>
      tx.membership.create({ data: { id: userId, userId, workspaceId: other.id, role: 'member' } }),
    )
    const page = await signIn(registry, other, { userId })
    await registry.deps.db.asSystem((tx) => tx.membership.deleteMany({ where: { userId } }))
    expect((await page.get('/v1/me')).status).toBe(403)
    expect((await accept(page, { token })).status).toBe(200)
    expect((await page.get('/v1/me')).status).toBe(200)
  })

  test('is used by one, also of two at the same moment', async () => {
    const { token } = await invite()
    const answers = await Promise.all([1, 2].map(() => accept(browser(), { token, account: account() })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410])
    expect((await browser().post('/v1/invitations/check', { token })).status).toBe(410)
  })

  test('is refused where it is withdrawn, expired or nobody is there to accept it', async () => {
    const { id, token } = await invite()
    expect(await codeOf(await accept(browser(), { token }))).toEqual([422, 'sign_in_required'])
    const short = { ...account(), password: 'short' }
    expect(await codeOf(await accept(browser(), { token, account: short }))).toEqual([422, 'weak_password'])
    later = 7 * 86_400_000 + 1_000
    expect(await codeOf(await accept(browser(), { token, account: account() }))).toEqual([
      410,
      'link_invalid',
    ])
    expect((await ask('GET', '/v1/invitations')).body.data).toEqual([])
    later = 0
    expect((await ask('DELETE', `/v1/invitations/${id}`)).status).toBe(204)
    expect((await ask('DELETE', `/v1/invitations/${id}`)).status).toBe(204)
    expect(await codeOf(await accept(browser(), { token, account: account() }))).toEqual([
      410,
      'link_invalid',
    ])
  })

  test('keeps an address that has an account for that account, and stays good', async () => {
    const taken = account()
    await accept(browser(), { token: (await invite()).token, account: taken })
    const { token } = await invite()
    expect(await codeOf(await accept(browser(), { token, account: taken }))).toEqual([409, 'email_taken'])
    expect((await browser().post('/v1/invitations/check', { token })).status).toBe(200)
  })

  test('from a page of another origin takes nobody in', async () => {
    const page = await signIn(registry, await registry.workspace('Tricked'))
    const { token } = await invite()
    const response = await page.post('/v1/invitations/accept', { token }, { Origin: 'http://registry.test' })
    expect(await codeOf(response)).toEqual([403, 'origin_forbidden'])
  })

  test('made once is made once', async () => {
    const post = () =>
      ask('POST', '/v1/invitations', { body: { role: 'auditor' }, headers: { 'Idempotency-Key': 'once' } })
    const [first, second] = [await post(), await post()]
    expect([first.status, second.status, second.body.id]).toEqual([201, 200, first.body.id])
    expect(second.text).not.toContain('link')
  })

  test('goes with the service key that made it', async () => {
    const service = await workspace.key()
    const made = await client(registry.url, service.key)('POST', '/v1/invitations', {
      body: { role: 'member' },
    })
    await ask('DELETE', `/v1/api-keys/${service.id}`)
    const token = String(made.body.link).split('#token=')[1]
    expect((await browser().post('/v1/invitations/check', { token })).status).toBe(410)
  })
})
