// The usage screen: what was called is counted, told apart and shown twice, as a picture and as a table, and leads to its calls.

import { expect, test } from '../src/browser.ts'
import { callTool } from '../src/clients.ts'
import { expectAccessible } from '../src/screens.ts'

test('usage is counted, told apart, filtered, and leads to the calls', async ({ watched: page, product }) => {
  for (const tool of ['roll-dice', 'roll-dice', 'no-such-tool'])
    await callTool(`${product.gateway_url}/mcp/sample`, product.api_key, tool)
  const usage = `${product.console_url}/w/default/usage`
  const rows = page.getByRole('table', { name: /^Usage by/ }).getByRole('row')

  await page.goto(`${usage}?range=1h`)
  await expect(rows.filter({ hasText: 'sample' })).toBeVisible()
  const chart = page.getByRole('img', { name: /^Calls over time/ })
  await expect(chart).toBeVisible()
  await expectAccessible(page)

  // The picture's numbers are in its table.
  await page.getByText('Calls over time as a table').click()
  const points = page.getByRole('table', { name: 'Calls over time' })
  await expect(points.getByRole('row')).toHaveCount(61)
  await expect(points.getByRole('columnheader', { name: 'sample' })).toBeVisible()
  await expectAccessible(page)

  // What is counted is in the address.
  await page.getByRole('radiogroup', { name: 'Group by' }).getByText('Tool').click()
  await expect(page).toHaveURL(/by=tool/)
  await expect(rows.filter({ hasText: 'roll-dice' })).toBeVisible()
  await page.getByRole('radiogroup', { name: 'Show' }).getByText('p95').click()
  await expect(page).toHaveURL(/show=p95/)
  await page.reload()
  await expect(page.getByRole('img', { name: /^p95 over time/ })).toBeVisible()
  await expect(rows.filter({ hasText: 'roll-dice' })).toBeVisible()

  await page.getByRole('textbox', { name: 'Tool' }).fill('never-called')
  await expect(page.getByText('No call of this time passes these filters.')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Clear the filters' }).click()

  await rows.filter({ hasText: 'roll-dice' }).getByRole('link').click()
  await expect(page).toHaveURL(/\/calls\?.*tool=roll-dice/)
  await expect(page.getByRole('button', { name: 'roll-dice', exact: true }).first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'no-such-tool', exact: true })).toHaveCount(0)

  await page.route('**/v1/usage?*', (route) => route.abort())
  await page.goto(usage)
  await expect(page.getByText('Usage could not be loaded')).toBeVisible()
  await expectAccessible(page)
  await page.unroute('**/v1/usage?*')
  // The page asks again by itself too, and may be first.
  const again = page.getByRole('button', { name: 'Try again' })
  await expect(async () => {
    if (await again.isVisible()) await again.click({ timeout: 1_000 })
    await expect(chart).toBeVisible({ timeout: 2_000 })
  }).toPass({ timeout: 20_000 })
})
