// The calls screen: what came is listed, found by its filters, and opened.

import { expect, test } from '../src/browser.ts'
import { callTool } from '../src/clients.ts'
import { expectAccessible } from '../src/screens.ts'

test('calls are listed, filtered, opened, and come by themselves', async ({ watched: page, product }) => {
  const call = (tool: string) => callTool(`${product.gateway_url}/mcp/sample`, product.api_key, tool)
  await call('roll-dice')
  await call('no-such-tool')

  await page.goto(`${product.console_url}/w/default/calls`)
  const open = (name: string) => page.getByRole('button', { name, exact: true })
  await expect(open('roll-dice').first()).toBeVisible()
  await expect(open('no-such-tool').first()).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('textbox', { name: 'Tool' }).fill('roll-dice')
  await expect(open('no-such-tool')).toHaveCount(0)
  await expect(page).toHaveURL(/tool=roll-dice/)
  const rows = page.getByRole('table', { name: 'Calls' }).getByRole('row')
  await expect(rows.nth(1)).toBeVisible()
  const before = await rows.count()
  await call('roll-dice')
  await expect(rows).toHaveCount(before + 1)
  await call('no-such-tool')
  await page.reload()
  await expect(rows).toHaveCount(before + 1)

  await open('roll-dice').first().click()
  const drawer = page.getByRole('dialog', { name: 'Call' })
  await expect(drawer).toContainText('Answered')
  await expect(drawer).toContainText('local start')
  const timeline = drawer.getByRole('list', { name: 'Timeline' }).getByRole('listitem')
  for (const [at, phase] of ['Authenticate', 'Policy', 'Credential', 'Upstream', 'Rest'].entries())
    await expect(timeline.nth(at)).toHaveText(new RegExp(`^${phase}.*\\d ms$`))
  await expect(drawer.getByRole('link', { name: 'Replay in the playground' })).toHaveAttribute(
    'href',
    /\/playground\?server=[0-9a-f-]+&tool=roll-dice$/,
  )
  await expect(page).toHaveURL(/call=/)
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  await expect(open('roll-dice').first()).toBeFocused()

  await page.getByRole('textbox', { name: 'Tool' }).fill('never-called')
  await expect(page.getByText('No call passes these filters.')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(open('roll-dice').first()).toBeVisible()

  // Each column has its filter, and what the address says is shown.
  await page.getByRole('button', { name: 'More filters' }).click()
  await page.getByRole('spinbutton', { name: 'Took at least, ms' }).fill('3600000')
  await expect(page.getByText('No call passes these filters.')).toBeVisible()
  await expect(page).toHaveURL(/duration_ms_min=3600000/)
  await page.getByRole('spinbutton', { name: 'Took at least, ms' }).fill('')
  await page.getByRole('spinbutton', { name: 'HTTP status' }).fill('200')
  await expect(open('roll-dice').first()).toBeVisible()
  await expectAccessible(page)
  await page.goto(`${product.console_url}/w/default/calls?until=2026-01-01T00:00:00Z`)
  await expect(page.getByText('No call passes these filters.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeHidden()
  await expect(page.getByLabel('Until')).not.toHaveValue('')
})
