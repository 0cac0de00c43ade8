// The home screen ticks its list by what really happened, and shows a call within two seconds of its end.

import { expect, test } from '../src/browser.ts'
import { callTool } from '../src/clients.ts'
import { expectAccessible } from '../src/screens.ts'

test.use({ world: 'home' })

test('the first tool call ticks the last step and is seen within 2 s', async ({ watched: page, product }) => {
  await page.goto(`${product.console_url}/w/default`)
  const steps = page.getByRole('region', { name: 'First steps' })
  await expect(steps).toContainText('4 of 5 done')
  await expect(steps.getByRole('listitem').filter({ hasText: 'Call a tool' })).toContainText('to do')
  await expect(page.getByText('1 of 1 server reachable')).toBeVisible()
  await expect(page.getByText(/^Live/)).toBeVisible()
  await expectAccessible(page)

  await callTool(`${product.gateway_url}/mcp/sample`, product.api_key, 'roll-dice')
  const ended = Date.now()
  const seen = page.getByRole('button', { name: 'roll-dice', exact: true })
  await expect(seen).toBeVisible({ timeout: 2_000 })
  expect(Date.now() - ended).toBeLessThan(2_000)
  await expect(steps).toContainText('5 of 5 done')

  await seen.click()
  await expect(page.getByRole('dialog', { name: 'Call' })).toContainText('roll-dice')
})

// Over HTTP/1.1 a browser has six connections to a host, whatever the number of tabs.
test('eight tabs side by side load, and each shows a call by itself', async ({ context, product }) => {
  const tabs = await Promise.all(Array.from({ length: 8 }, () => context.newPage()))
  for (const tab of tabs) await tab.goto(`${product.console_url}/w/default`)
  for (const tab of tabs)
    await expect(tab.getByRole('region', { name: 'First steps' })).toContainText('5 of 5 done')
  await callTool(`${product.gateway_url}/mcp/sample`, product.api_key, 'echo', { text: 'x' })
  const shown = (tab: (typeof tabs)[number]) => tab.getByRole('button', { name: 'echo', exact: true })
  for (const tab of tabs) await expect(shown(tab)).toHaveCount(1)
  // A tab that has no stream asks; when others are closed it takes the place of one.
  const streams = await Promise.all(tabs.map((tab) => tab.getByText(/^Live/).count()))
  const waiting = tabs[streams.indexOf(0)]
  if (waiting === undefined) throw new Error('every tab has a stream')
  for (const tab of tabs) if (tab !== waiting) await tab.close()
  await expect(waiting.getByText(/^Live/)).toBeVisible()
})
