// An OAuth provider is entered by hand, shared by a server, given up for headers and taken again, and deleted. Addresses without a
// workspace lead to its screens.

import {
  type AuthorizationServer,
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
} from '@gatehouse/testkit/authorization-server'
import { expect, test } from '../src/browser.ts'
import { expectAccessible } from '../src/screens.ts'

test.use({ world: 'connect' })

const secret = 'canary-51cc-secret'
let login: AuthorizationServer
let upstream: ProtectedServer
test.beforeAll(async () => {
  login = await startAuthorizationServer()
  upstream = await startProtectedServer({ authorizationServer: login })
})
test.afterAll(async () => {
  await upstream.close()
  await login.close()
})

test('a provider is entered, shared by a server, and deleted', async ({ watched: page, product }) => {
  test.setTimeout(90_000)
  await page.goto(`${product.console_url}/connections/providers`)
  await expect(page).toHaveURL(/\/w\/default\/connections\/providers$/)
  await page.getByRole('button', { name: 'Enter provider' }).click()
  const dialog = page.getByRole('dialog', { name: 'Enter an OAuth provider' })
  const redirect = dialog.getByRole('group', { name: 'redirect URI' })
  await expect(redirect).toHaveText(`${product.console_url}/connect/callback`)
  await expectAccessible(page)
  const field = (name: string) => dialog.getByRole('textbox', { name })
  await field('Name').fill('For all')
  await field('URL of the MCP server').fill('http://10.0.0.1/mcp')
  await dialog.getByRole('button', { name: 'Save provider' }).click()
  await expect(dialog).toContainText('What the authorization server calls us')
  await field('Client id').fill('for-all')
  await field('Client secret').fill(secret)
  await dialog.getByRole('button', { name: 'Save provider' }).click()
  await expect(dialog).toContainText('plain http is used for hosts that the operator allows')
  await field('URL of the MCP server').fill(upstream.url)
  await dialog.getByRole('combobox').selectOption('client_secret_post')
  await dialog.getByRole('button', { name: 'Save provider' }).click()
  await expect(dialog).toBeHidden()
  const row = page.getByRole('row', { name: /For all/ })
  await expect(row).toContainText(login.issuer)
  await expect(row).toContainText('Entered by hand')
  await expect(row).toContainText('Everybody')
  await expectAccessible(page)

  await page.goto(`${product.console_url}/w/default/servers/register`)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Shared')
  await page.getByRole('textbox', { name: 'URL' }).fill(upstream.url)
  await page.getByRole('radio', { name: /all share/ }).check()
  const choice = page.getByRole('combobox', { name: 'OAuth provider' })
  await choice.selectOption({ label: `For all (${login.issuer})` })
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Register server' }).click()
  await page.getByRole('link', { name: 'Go to the server' }).click()
  await expect(page.getByText('OAuth, a shared provider')).toBeVisible()

  const serverPath = new URL(page.url()).pathname
  await page.goto(`${product.console_url}${serverPath.replace('/w/default', '')}/credentials`)
  await expect(page).toHaveURL(new RegExp(`${serverPath}/credentials$`))
  const auth = page.getByRole('region', { name: 'Authentication' })
  const save = async (kind: RegExp) => {
    await auth.getByRole('button', { name: 'Change authentication' }).click()
    await auth.getByRole('radio', { name: kind }).check()
    if (/share/.test(kind.source)) await choice.selectOption({ label: `For all (${login.issuer})` })
    await expectAccessible(page)
    await auth.getByRole('button', { name: 'Save authentication' }).click()
  }
  await save(/^None/)
  await expect(auth).toContainText('None')
  const headers = page.getByRole('region', { name: 'Headers' })
  await headers.getByRole('button', { name: 'Set headers' }).click()
  await headers.getByRole('textbox', { name: 'Name of header 1' }).fill('Authorization')
  await headers.getByRole('textbox', { name: 'Value of header 1' }).fill('Bearer canary')
  await headers.getByRole('button', { name: 'Save headers' }).click()
  await expect(auth).toContainText('1 stored header')
  await save(/each person/)
  await expect(auth).toContainText('OAuth, each person their own')
  await expect(headers).toBeHidden()
  await save(/all share/)
  await expect(auth).toContainText('OAuth, a shared provider')

  await page.goto(`${product.console_url}/w/default/connections/providers`)
  await expect(row.getByRole('link', { name: 'Shared' })).toBeVisible()
  await row.getByRole('button', { name: 'Delete provider For all' }).click()
  const question = page.getByRole('dialog', { name: 'Delete provider For all?' })
  await expect(question).toContainText('Used by Shared.')
  await expectAccessible(page)
  await question.getByRole('button', { name: 'Delete provider' }).click()
  await expect(question).toBeHidden()
  await expect(row).toHaveCount(0)
  expect(await page.content()).not.toContain(secret)
  await page.goto(`${product.console_url}${serverPath}`)
  await expect(page.getByText('OAuth, but its shared provider is gone')).toBeVisible()
})
