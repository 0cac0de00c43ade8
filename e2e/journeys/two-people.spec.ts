// Two people at one server, each in a browser of their own: two accounts, each call under its own, and who leaves leaves alone.

import { spawnApp } from '@gatehouse/testkit'
import { startAuthorizationServer, startProtectedServer } from '@gatehouse/testkit/authorization-server'
import type { Browser, Page } from '@playwright/test'
import { expect, test } from '@playwright/test'
import { callTool } from '../src/clients.ts'
import { newPerson, type Person } from '../src/people.ts'
import { startReplicas } from '../src/replicas.ts'

test('two people, one server, two accounts', async ({ browser }) => {
  test.setTimeout(180_000)
  const login = await startAuthorizationServer({ switches: { openerPolicy: 'same-origin' } })
  const metadata = { scopes_supported: ['read'] }
  const upstream = await startProtectedServer({ authorizationServer: login, switches: { metadata } })
  const stack = await startReplicas({ gateways: [1] })
  const { consoleUrl, registryUrl } = stack
  const gatewayUrl = stack.gateways[0]?.url ?? ''
  const pages = await spawnApp('console', {
    PORT: new URL(consoleUrl).port,
    PUBLIC_URL: consoleUrl,
    REGISTRY_URL: registryUrl,
    GATEWAY_URL: gatewayUrl,
  })
  const [ann, bob] = [await newPerson(stack, 'Ann'), await newPerson(stack, 'Bob')]
  const made = await ann.ask('POST', '/v1/deepagents/mcp-servers', {
    ...{ name: 'Notes', slug: 'notes', url: upstream.url },
    ...{ auth_type: 'oauth', oauth_mode: 'per_user_dynamic_client' },
  })
  const call = (person: Person) =>
    callTool(`${gatewayUrl}/mcp/notes`, person.key, 'echo', {}).catch((error: unknown) => error)
  const callers = () => upstream.callers.filter(({ tool }) => tool === 'echo').map(({ sub }) => sub)

  const [hers, his] = [await open(browser, consoleUrl, ann), await open(browser, consoleUrl, bob)]
  await connect(hers, 'ann@notes')
  await call(bob)
  expect(callers()).toEqual([])
  await connect(his, 'bob@notes')
  await Promise.all([call(ann), call(bob), call(ann)])
  expect(callers().sort()).toEqual(['ann@notes', 'ann@notes', 'bob@notes'])

  // Her link is nothing to him, and his looking at it takes nothing from her.
  const begun = await ann.ask('POST', '/v1/connections', { server_id: made.id })
  const link = String(begun.verification_url)
  await his.goto(link)
  await expect(his.getByRole('heading', { name: 'This link does not work' })).toBeVisible()
  await hers.goto(link)
  await expect(hers.getByRole('main')).toContainText('Connect to Notes')

  for (const page of [hers, his]) {
    await page.goto(`${consoleUrl}/w/default/connections`)
    await expect(page.getByRole('row', { name: /Notes/ })).toHaveCount(1)
  }
  await hers.getByRole('button', { name: 'Disconnect Notes' }).click()
  await hers.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await expect(hers.getByRole('heading', { name: 'Not connected yet' })).toBeVisible()
  upstream.callers.length = 0
  await Promise.all([call(ann), call(bob)])
  expect(callers()).toEqual(['bob@notes'])

  await pages.stop()
  await stack.stop()
  await upstream.close()
  await login.close()
})

/** The page of somebody who is signed in, where the server asks them to connect. */
async function open(browser: Browser, consoleUrl: string, person: Person): Promise<Page> {
  const context = await browser.newContext()
  const named = person.cookies().map((one) => [one.split('=')[0] ?? '', one.split('=').slice(1).join('=')])
  await context.addCookies(named.map(([name = '', value = '']) => ({ name, value, url: consoleUrl })))
  const page = await context.newPage()
  await page.goto(`${consoleUrl}/w/default/connections?connect=notes`)
  return page
}

async function connect(page: Page, account: string) {
  const dialog = page.getByRole('dialog', { name: 'Connect to Notes' })
  const opened = page.context().waitForEvent('page')
  await dialog.getByRole('button', { name: 'Connect' }).click()
  const popup = await opened
  await popup.getByRole('button', { name: /^Continue to/ }).click()
  await popup.getByLabel('Name').fill(account)
  await popup.getByRole('button', { name: 'Allow' }).click()
  await expect(dialog).toContainText('You are connected')
}
