// What an operator changes about a server at the gateway: tools off and on, the era pinned; and what clients get of it.

import { expect, test } from '../src/browser.ts'
import { callTool, connectV2 } from '../src/clients.ts'
import { expectAccessible, expectNoSidewaysScroll } from '../src/screens.ts'

test('a tool that is switched off is gone for clients until it is on again; the eras are shown and pinned', async ({
  watched: page,
  product,
}) => {
  const address = `${product.gateway_url}/mcp/sample`
  const listed = async () => {
    const client = await connectV2(address, product.api_key)
    const { tools } = await client.listTools()
    await client.close()
    return tools.map(({ name }) => name)
  }
  await page.goto(`${product.console_url}/w/default/servers`)
  await page.getByRole('link', { name: 'Sample server' }).first().click()
  await expect(page.getByRole('definition').filter({ hasText: '2026-07-28' })).toContainText('2025-11-25')
  await expectAccessible(page)

  await page.getByRole('tab', { name: 'Tools' }).click()
  const dice = page.getByRole('switch', { name: /roll-dice/ })
  await expect(dice).toBeChecked()
  await dice.press(' ')
  await expect(dice).not.toBeChecked()
  await expectAccessible(page)
  expect(await listed()).not.toContain('roll-dice')
  expect(await callTool(address, product.api_key, 'roll-dice')).toMatchObject({ code: -32602 })
  await page.reload()
  await expect(dice).not.toBeChecked()
  await dice.press(' ')
  await expect(dice).toBeChecked()
  expect(await listed()).toContain('roll-dice')

  await page.getByRole('tab', { name: 'Settings' }).click()
  const era = page.getByRole('combobox', { name: 'Protocol era' })
  await era.selectOption('Only 2026-07-28')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Save settings' }).click()
  await expect(page.getByText('Settings saved')).toBeVisible()
  await page.getByRole('tab', { name: 'Overview' }).click()
  await expect(page.getByText('Pinned by an operator: 2026-07-28')).toBeVisible()
  await page.getByRole('tab', { name: 'Settings' }).click()
  await era.selectOption('Find out')
  await page.getByRole('button', { name: 'Save settings' }).click()
  await page.setViewportSize({ width: 320, height: 700 })
  await expectNoSidewaysScroll(page)
})
