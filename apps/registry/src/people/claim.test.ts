// The link that claims the owner's account, once, and the cookie that comes with it.

import { permissions } from '@gatehouse/registry-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testBrowser } from '../testing/browser.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { ensureFirstOwner } from './first-owner.ts'
import { localStart } from './local-start.ts'

const person = { name: 'Ada', email: 'Ada@Example.test', password: 'correct horse battery' }

let registry: TestRegistry
let later = 0
beforeAll(async () => {
  registry = await startTestRegistry({ now: () => new Date(Date.now() + later) })
  await ensureFirstOwner(registry.deps.db)
})
afterAll(() => registry.stop())

const tokenAt = async ({ deps }: TestRegistry) =>
  (await localStart(deps)).console_link.split('#token=')[1] ?? ''
const newToken = () => tokenAt(registry)
const browser = () => testBrowser(registry)
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { code?: string }).code,
]

describe('claiming the owner', () => {
  test('a link says what it is for, and is not used up by that', async () => {
    const token = await newToken()
    for (let round = 0; round < 2; round += 1) {
      const response = await browser().post('/v1/links/check', { token })
      expect(await response.json()).toMatchObject({ kind: 'claim' })
    }
  })

  test('a weak password is refused and leaves the link good', async () => {
    const token = await newToken()
    const response = await browser().post('/v1/claim', { ...person, token, password: 'short' })
    expect(await codeOf(response)).toEqual([422, 'weak_password'])
    expect((await browser().post('/v1/links/check', { token })).status).toBe(200)
  })

  test('an unknown link is 410', async () => {
    for (const path of ['/v1/links/check', '/v1/sign-in-link'])
      expect(await codeOf(await browser().post(path, { token: 'x' }))).toEqual([410, 'link_invalid'])
  })

  test('an expired link is 410', async () => {
    const token = await newToken()
    later = 24 * 3_600_000 + 1_000
    const answer = await codeOf(await browser().post('/v1/claim', { ...person, token }))
    later = 0
    expect(answer).toEqual([410, 'link_invalid'])
  })

  test('of several claims at once, by one link or two, one wins and is signed in as the owner', async () => {
    const own = await startTestRegistry()
    await ensureFirstOwner(own.deps.db)
    const tokens = [await tokenAt(own), await tokenAt(own)]
    const browsers = [...tokens, ...tokens, ...tokens].map((token) => ({ token, page: testBrowser(own) }))
    const answers = await Promise.all(
      browsers.map(({ token, page }) => page.post('/v1/claim', { ...person, token })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410, 410, 410, 410])
    const winner = browsers[answers.findIndex(({ status }) => status === 200)]?.page
    const me = await (await winner?.get('/v1/me'))?.json()
    for (const token of tokens)
      expect((await testBrowser(own).post('/v1/links/check', { token })).status).toBe(410)
    await own.stop()
    expect(me).toMatchObject({
      user: { name: 'Ada', email: 'ada@example.test' },
      actor: { type: 'user', name: 'Ada' },
      workspace: { slug: 'default' },
      role: 'owner',
      permissions: permissions.filter((one) => !['users:act-as', 'calls:read-bodies'].includes(one)),
      workspaces: [{ slug: 'default', role: 'owner' }],
    })
  })
})

test('over https the cookie is Secure and bound to its host', async () => {
  const secure = await startTestRegistry({ env: { CONSOLE_PUBLIC_URL: 'https://console.test' } })
  await ensureFirstOwner(secure.deps.db)
  const token = await tokenAt(secure)
  const page = testBrowser(secure)
  const response = await page.post('/v1/claim', { ...person, token })
  const [cookie = ''] = response.headers.getSetCookie()
  const me = await page.get('/v1/me')
  await secure.stop()
  expect(cookie).toMatch(/^__Host-gatehouse=/)
  expect(cookie).toMatch(/; Secure/)
  expect(cookie).not.toMatch(/Domain/)
  expect(me.status).toBe(200)
})
