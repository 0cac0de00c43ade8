// At 320 px, where WCAG's 400 % zoom ends up too, nothing has to be scrolled sideways.

import { expect, test } from '../src/browser.ts'
import { callTool } from '../src/clients.ts'
import { expectAccessible, expectNoSidewaysScroll, follow } from '../src/screens.ts'

test.use({ viewport: { width: 320, height: 640 } })

test('every screen fits into 320 px', async ({ watched: page, product }) => {
  await callTool(`${product.gateway_url}/mcp/sample`, product.api_key, 'roll-dice')
  const answer = await fetch(`${product.registry_url}/v1/deepagents/mcp-servers`, {
    headers: { 'x-api-key': product.api_key },
  })
  const [server] = (await answer.json()) as { id: string }[] // the sample server, as the start left it
  const sample = `/servers/${server?.id}`
  const main = page.locator('main')
  const screens = [
    ['', main.getByRole('button', { name: 'roll-dice' }).first()],
    ['/servers', main.getByRole('link', { name: 'Sample server' })],
    ['/servers/register', main.getByRole('textbox', { name: 'URL' })],
    [sample, main.getByText('Authentication')],
    [`${sample}/tools`, main.getByRole('heading', { name: 'roll-dice' })],
    [`${sample}/settings`, main.getByRole('heading', { name: 'Address' })],
    ['/connections', main.getByText('No server here asks for an account')],
    ['/connections/providers?enter=true', page.getByRole('dialog').getByText('Client id')],
    ['/keys', main.getByRole('link', { name: 'local start' })],
    ['/calls', main.getByRole('button', { name: 'roll-dice' }).first()],
    ['/usage?by=tool', main.getByRole('link', { name: 'roll-dice' })],
    ['/calls?since=2026-01-01T00:00:00Z', main.getByLabel('HTTP status')],
    ['/keys?create=true', page.getByRole('dialog').getByText('Permissions')],
    ['/people', main.getByText('Ada Owner (you)')],
    ['/nowhere', main.getByRole('heading')],
  ] as const
  await page.goto(`${product.console_url}/w/default`)
  for (const [path, sign] of screens) {
    await follow(page, `/w/default${path}`)
    await expect(sign).toBeVisible()
    await expectNoSidewaysScroll(page)
  }

  await follow(page, '/w/default/calls')
  await main.getByRole('button', { name: 'roll-dice' }).first().click()
  await expect(page.getByRole('dialog', { name: 'Call' })).toContainText('Answered')
  await expectNoSidewaysScroll(page)
  await page.keyboard.press('Escape')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Open navigation' }).click()
  await page.getByRole('link', { name: 'API keys', exact: true }).click()
  await expect(main.getByRole('link', { name: 'local start' })).toBeVisible()
  await expectAccessible(page)
})
