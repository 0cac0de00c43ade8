// An operator's way through the console: claim the account, register a server with a credential, see its tools, delete it,
// leave and come back. One page after the other, because each needs the one before.

import { type SdkUpstream, startSdkUpstream } from '@gatehouse/testkit'
import { expect, test } from '../src/browser.ts'
import { expectAccessible } from '../src/screens.ts'

test.describe.configure({ mode: 'serial' })
// A product that nobody has claimed, and a browser that knows nobody.
test.use({ world: 'operate', storageState: { cookies: [], origins: [] } })

let upstream: SdkUpstream
test.beforeAll(async () => {
  upstream = await startSdkUpstream({ eras: 'both', requiredHeader: 'x-stored: canary-9f3e' })
})
test.afterAll(() => upstream.close())

test('claims the owner by the one-time link, once', async ({ watched: page, product, owner }) => {
  await page.goto(product.console_link)
  await expect(page.getByRole('heading', { name: 'Claim your account' })).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Name').fill(owner.name)
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByRole('textbox', { name: 'Password' }).fill('short')
  await page.getByRole('button', { name: 'Claim account' }).click()
  await expect(page.getByText('At least 12 characters', { exact: true })).toBeVisible()
  await page.getByRole('textbox', { name: 'Password' }).fill(owner.password)
  await page.getByRole('button', { name: 'Claim account' }).click()
  await expect(page).toHaveURL(/\/w\/default/)
  await page.context().clearCookies()
  await page.goto('about:blank')
  await page.goto(product.console_link)
  await expect(page.getByRole('heading', { name: 'Claim your account' })).toBeHidden()
  await expect(page.getByText(/used|expired|new link/i).first()).toBeVisible()
})

test('registers a server with a header, sees its tools, and deletes it', async ({
  watched: page,
  product,
  owner,
}) => {
  // What is typed before the page comes alive counts.
  const scripts = Promise.withResolvers<void>()
  await page.route(/\.js(\?|$)/, async (route) => {
    await scripts.promise
    await route.continue()
  })
  await page.goto(`${product.console_url}/sign-in`, { waitUntil: 'commit' })
  await page.getByLabel('E-mail').fill(owner.email)
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeDisabled()
  scripts.resolve()
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled()
  await page.unrouteAll({ behavior: 'wait' })
  await expectAccessible(page)
  await page.getByRole('textbox', { name: 'Password' }).fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/w\/default/)

  await page.goto(`${product.console_url}/w/default/servers`)
  await expect(page.getByText('Sample server')).toBeVisible()
  await expectAccessible(page)

  await page.goto(`${product.console_url}/w/default/servers/register`)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Journey')
  await page.getByRole('textbox', { name: 'URL' }).fill('https://10.0.0.1/mcp')
  await page.getByRole('button', { name: 'Register server' }).click()
  await expect(page.getByRole('textbox', { name: 'URL' })).toHaveAttribute('aria-invalid', 'true')
  await page.getByRole('textbox', { name: 'URL' }).fill(upstream.url)
  await page.getByRole('button', { name: 'Add header' }).click()
  await page.getByRole('textbox', { name: 'Name of header 1' }).fill('x-stored')
  await page.getByRole('textbox', { name: 'Value of header 1' }).fill('canary-9f3e')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Register server' }).click()
  await expect(page.getByText(/It lists \d+ tools/)).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Go to the server' }).click()
  await expect(page.getByRole('heading', { name: 'Journey' })).toBeVisible()
  await expectAccessible(page)
  expect(await page.content()).not.toContain('canary-9f3e')
  const server = new URL(page.url()).pathname

  await page.goto(`${product.console_url}${server}/tools`)
  await expect(page.getByText('echo').first()).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('tab', { name: 'Credentials' }).click()
  const headers = page.getByRole('region', { name: 'Headers' })
  const stored = headers.getByRole('row', { name: /x-stored/ })
  const fingerprint = stored.getByText(/^[0-9a-f]{12}$/)
  const first = await fingerprint.textContent()
  await expectAccessible(page)
  await headers.getByRole('button', { name: 'Replace headers' }).click()
  await headers.getByRole('textbox', { name: 'Value of header 1' }).fill('canary-another')
  await headers.getByRole('button', { name: 'Save headers' }).click()
  await expect(fingerprint).not.toHaveText(first ?? '')
  await headers.getByRole('button', { name: /^Remove headers/ }).click()
  const question = page.getByRole('dialog', { name: 'Remove the headers of Journey?' })
  await expect(question).toContainText(/\d+ API keys? may use this server/)
  await expectAccessible(page)
  await question.getByRole('button', { name: 'Remove headers' }).click()
  await expect(headers).toContainText('None are stored.')
  expect(await page.content()).not.toContain('canary-')

  await page.goto(`${product.console_url}${server}/settings`)
  await expectAccessible(page)
  await page.getByRole('button', { name: /^Delete/ }).click()
  await expect(page.getByRole('dialog')).toContainText('Delete server Journey?')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete server' }).click()
  await expect(page).toHaveURL(/\/servers$/)
  await expect(page.getByText('Sample server')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Journey' })).toBeHidden()

  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in/)
  await page.goto(`${product.console_url}/w/default/servers`)
  await expect(page).toHaveURL(/\/sign-in/)
})
