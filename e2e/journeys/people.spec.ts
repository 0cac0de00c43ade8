// Somebody is invited, joins in a browser of their own, gets another role, a new password, is removed, and comes back: at each
// moment their page and their key can do what the role says.

import type { Page } from '@playwright/test'
import { expect, test } from '../src/browser.ts'
import { expectAccessible, expectNoSidewaysScroll } from '../src/screens.ts'
import { post } from '../src/stack.ts'

test('a person joins, is given another role, and is removed with everything that is theirs', async ({
  watched: page,
  browser,
  product,
}) => {
  test.setTimeout(120_000)
  const dialog = page.getByRole('dialog')
  const here = (path: string) => `${product.console_url}${path}`
  const guest = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const hers = await guest.newPage()
  const status = async (key: string) =>
    (await post(`${product.gateway_url}/mcp/sample`, key, { jsonrpc: '2.0', id: 1, method: 'tools/list' }))
      .status

  const invite = async (role: string, email = '') => {
    await page.getByRole('button', { name: 'Invite somebody' }).click()
    await dialog.getByRole('combobox', { name: 'Role' }).selectOption(role)
    await dialog.getByRole('textbox', { name: /^E-mail/ }).fill(email)
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Make invitation' }).click()
    return shownLink(page, 'invitation')
  }

  // The last owner is safe from themselves.
  await page.goto(here('/w/default/people'))
  const me = page.getByRole('row', { name: /Ada Owner \(you\)/ })
  await expect(me).toContainText('The last owner stays')
  await expect(me.getByRole('combobox')).toBeDisabled()
  await expect(page.getByText('None is open.')).toBeVisible()
  await expectAccessible(page)

  const link = await invite('Operator', 'bea@example.test')
  await expect(page.getByRole('row', { name: /bea@example.test/ })).toContainText('Operator')

  await hers.goto(link)
  await expect(hers.getByRole('heading', { name: 'Join Default' })).toBeVisible()
  await expect(hers.getByText(/Ada Owner invites you as operator/)).toBeVisible()
  await expectAccessible(hers)
  await hers.getByRole('textbox', { name: 'Name' }).fill('Bea')
  await hers.getByRole('textbox', { name: 'Password' }).fill('short')
  await hers.getByRole('button', { name: 'Make account and join' }).click()
  await expect(hers.getByText('At least 12 characters', { exact: true })).toBeVisible()
  await hers.getByRole('textbox', { name: 'Password' }).fill('a long password')
  await hers.getByRole('button', { name: 'Make account and join' }).click()
  await expect(hers).toHaveURL(/\/w\/default$/)
  await expect(hers.getByRole('link', { name: 'Servers', exact: true })).toBeVisible()
  await expect(hers.getByRole('link', { name: 'People' })).toBeHidden()
  await hers.goto(here('/w/default/people'))
  await expect(hers.getByText(/Members are managed by owners and admins/)).toBeVisible()

  const headers = { origin: product.console_url }
  const made = await guest.request.post(here('/api/registry/v1/api-keys'), {
    headers,
    data: { name: 'hers' },
  })
  const { key } = (await made.json()) as { key: string }
  expect(await status(key)).toBe(200)

  // An auditor calls nothing, from the next call on.
  await page.reload()
  const row = page.getByRole('row', { name: /^Bea/ })
  await row.getByRole('combobox', { name: 'Role of Bea' }).selectOption('Auditor')
  await expect(dialog).toContainText('Make Bea auditor?')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Change role' }).click()
  await expect(dialog).toBeHidden()
  await expect(row.getByRole('combobox')).toHaveValue('auditor')
  expect(await status(key)).not.toBe(200)
  await hers.goto(here('/w/default/connections'))
  await expect(hers.getByText(/Your role makes no calls/)).toBeVisible()

  // A lost password: her link wants a new one.
  await page.getByRole('button', { name: 'Reset password of Bea' }).click()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Make the link' }).click()
  await hers.goto(await shownLink(page, 'reset link'))
  await hers.getByRole('button', { name: 'Continue' }).click()
  await expect(hers.getByText('At least 12 characters', { exact: true })).toBeVisible()
  await hers.getByRole('textbox', { name: 'New password' }).fill('another long password')
  await hers.getByRole('button', { name: 'Continue' }).click()
  await expect(hers).toHaveURL(/\/w\/default$/)

  await page.getByRole('button', { name: 'Remove Bea' }).click()
  await expect(dialog).toContainText('1 API key')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Remove member' }).click()
  await expect(page.getByText('Member removed')).toBeVisible()
  await expect(row).toBeHidden()
  expect(await status(key)).toBe(401)
  // Her page finds out by itself.
  await expect(hers).toHaveURL(/\/sign-in/)

  // Her account is still hers, and leads nowhere until somebody invites her again.
  await hers.getByRole('textbox', { name: 'E-mail' }).fill('bea@example.test')
  await hers.getByRole('textbox', { name: 'Password' }).fill('another long password')
  await hers.getByRole('button', { name: 'Sign in' }).click()
  await hers.getByRole('link', { name: 'Go to your workspace' }).click()
  await expect(hers.getByRole('heading', { name: 'You are in no workspace' })).toBeVisible()
  await expectAccessible(hers)
  await hers.goto(await invite('Member'))
  await expect(hers.getByText('You are signed in as Bea')).toBeVisible()
  await expectAccessible(hers)
  await hers.getByRole('button', { name: 'Join', exact: true }).click()
  await expect(hers).toHaveURL(/\/w\/default$/)

  const unwanted = await invite('Admin')
  await page.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(page)
  await page.getByRole('button', { name: /^Withdraw the invitation/ }).click()
  await dialog.getByRole('button', { name: 'Withdraw' }).click()
  await expect(page.getByText('None is open.')).toBeVisible()
  await hers.goto(unwanted)
  await expect(hers.getByRole('heading', { name: 'This invitation does not work' })).toBeVisible()
  await expectAccessible(hers)
  await guest.close()
})

/** Closes the dialog that shows it. */
async function shownLink(page: Page, what: string): Promise<string> {
  const shown = page.getByRole('group', { name: what, exact: true })
  await expect(shown).toBeVisible()
  const link = (await shown.textContent())?.trim() ?? ''
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  return link
}
