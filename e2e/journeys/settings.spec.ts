// What an owner sets, what everybody may know, and the audit trail that tells of it.

import { readFileSync } from 'node:fs'
import { expect, test } from '../src/browser.ts'
import { expectAccessible, expectNoSidewaysScroll } from '../src/screens.ts'

test('settings are saved and told in the audit trail, whose chain holds', async ({
  watched: page,
  product,
}) => {
  const main = page.locator('main')
  await page.goto(`${product.console_url}/w/default/settings`)
  const days = main.getByRole('textbox', { name: 'Call records, in days' })
  await expect(main.getByRole('row', { name: /Has heard of all/ })).toContainText('0.1.0')
  await expect(main.getByText('127.0.0.0/8')).toBeVisible()
  await expect(main.getByText(/^Gatehouse \d/)).toBeVisible()
  await days.fill('366')
  await main.getByRole('button', { name: 'Save' }).click()
  await expect(main.getByText('A whole number from 1 to 365, or nothing')).toBeVisible()
  await expectAccessible(page)
  await days.fill('7')
  await main.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Settings saved')).toBeVisible()
  await page.reload()
  await expect(days).toHaveValue('7')

  // Another owner is faster: nothing of either is lost.
  await days.fill('14')
  const other = await page.context().newPage()
  await other.goto(page.url())
  await other.getByRole('textbox', { name: 'Call records, in days' }).fill('21')
  await other.getByRole('button', { name: 'Save' }).click()
  await expect(other.getByText('Settings saved')).toBeVisible()
  await other.close()
  await main.getByRole('button', { name: 'Save' }).click()
  const note = main.getByRole('alert')
  await expect(note).toContainText('Call records, in days: 7 → 21')
  await expect(days).toHaveValue('14')
  await expectAccessible(page)
  await note.getByRole('button', { name: 'Go on with what I changed' }).click()
  await expect(note).toBeHidden()
  await main.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Settings saved')).toBeVisible()
  await page.reload()
  await expect(days).toHaveValue('14')

  await page.getByRole('link', { name: 'Audit', exact: true }).click()
  await expect(main.getByRole('row').nth(1)).toContainText('Settings updated')
  await main.getByRole('button', { name: 'Verify the chain' }).click()
  await expect(main.getByText(/^Whole: \d+ events?, none changed/)).toBeVisible()
  await expectAccessible(page)

  await main.getByRole('button', { name: 'Settings updated' }).first().click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByRole('row', { name: /call_record_days 21 14/ })).toBeVisible()
  await expectAccessible(page)
  await drawer.getByRole('button', { name: 'All of this object' }).click()
  await expect(drawer).toBeHidden()
  await expect(page).toHaveURL(/object_id=/)
  const saving = page.waitForEvent('download')
  await main.getByRole('button', { name: 'Export' }).click()
  const lines = readFileSync(await (await saving).path(), 'utf8')
    .trimEnd()
    .split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { action: string }).action)).toContain('settings.updated')

  await main.getByRole('button', { name: 'Clear filters' }).click()
  await main.getByRole('combobox', { name: 'What' }).selectOption('Server created')
  await expect(main.getByRole('row', { name: /Sample server/ })).toBeVisible()
  await main.getByRole('textbox', { name: 'To' }).fill('2020-01-01')
  await expect(main.getByText('No event passes these filters.')).toBeVisible()
  await expectAccessible(page)

  await page.setViewportSize({ width: 320, height: 640 })
  await main.getByRole('button', { name: 'Clear the filters' }).click()
  await expect(main.getByRole('row').nth(1)).toBeVisible()
  await expectNoSidewaysScroll(page)
  await page.goto(`${product.console_url}/w/default/settings`)
  await expect(days).toBeVisible()
  await days.fill('')
  await main.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Settings saved')).toBeVisible()
  await expectNoSidewaysScroll(page)
})
