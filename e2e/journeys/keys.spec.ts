// The life of an API key in the console, and what the gateway makes of it at each moment.

import { expect, test } from '../src/browser.ts'
import { expectAccessible } from '../src/screens.ts'
import { post } from '../src/stack.ts'

test('a key is shown once, works, is rotated, and is refused once revoked', async ({
  watched: page,
  product,
}) => {
  const status = async (key: string) =>
    (await post(`${product.gateway_url}/mcp/sample`, key, { jsonrpc: '2.0', id: 1, method: 'tools/list' }))
      .status
  const reveal = async () => {
    const shown = page.getByRole('group', { name: 'API key', exact: true })
    await expect(shown).toBeVisible()
    return (await shown.textContent())?.trim() ?? ''
  }
  const dialog = page.getByRole('dialog')

  await page.goto(`${product.console_url}/w/default/keys`)
  await page.getByRole('button', { name: 'Create API key' }).first().click()
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('journey client')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Create key' }).click()
  const first = await reveal()
  await expectAccessible(page)

  // Nothing but saying that it is stored closes it.
  await page.keyboard.press('Escape')
  await page.mouse.click(4, 4)
  await expect(dialog.getByRole('button', { name: 'Close' })).toBeHidden()
  await expect(dialog.getByRole('button', { name: 'Done' })).toBeDisabled()
  await dialog.getByRole('checkbox', { name: 'I have stored the key' }).check()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(dialog).toBeHidden()
  const row = page.getByRole('row', { name: /journey client/ })
  await expect(row).toContainText('Never')
  await expectAccessible(page)
  expect(await page.content()).not.toContain(first)
  expect(await status(first)).toBe(200)

  await page.getByRole('button', { name: 'Rotate journey client' }).click()
  await dialog.getByRole('combobox', { name: 'The present secret' }).selectOption('Ends now')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Rotate key' }).click()
  const second = await reveal()
  expect(second).not.toBe(first)
  expect([await status(first), await status(second)]).toEqual([401, 200])
  await dialog.getByRole('checkbox', { name: 'I have stored the key' }).check()
  await dialog.getByRole('button', { name: 'Done' }).click()

  await page.getByRole('button', { name: 'Revoke journey client' }).click()
  await expect(dialog).toContainText('Revoke journey client?')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Revoke key' }).click()
  await expect(page.getByText('Key revoked')).toBeVisible()
  await expect(row).toBeHidden()
  expect(await status(second)).toBe(401)
})
