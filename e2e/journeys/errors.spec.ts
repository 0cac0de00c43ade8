// What is broken is said, with whose side it is; what heals is seen without reloading.

import { freePort, startSdkUpstream } from '@gatehouse/testkit'
import { expect, test } from '../src/browser.ts'
import { api } from '../src/product.ts'
import { expectAccessible } from '../src/screens.ts'

test.use({ world: 'apart/errors' })

test('a registry that dies is named on the open screen, which heals by itself', async ({
  watched: page,
  product,
}) => {
  const upstream = await startSdkUpstream({ eras: 'both' })
  const made = await api(`${product.registry_url}/v1/deepagents/mcp-servers`, product.api_key, 'POST', {
    name: 'Alive',
    url: upstream.url,
  })
  expect(made.status).toBe(201)
  await page.goto(`${product.console_url}/w/default/servers`)
  await expect(page.getByRole('link', { name: 'Alive' })).toBeVisible()
  await product.registry?.kill()
  await page.getByRole('link', { name: 'API keys', exact: true }).click()
  const alert = page.locator('main').getByRole('alert')
  await expect(alert).toContainText("Gatehouse's side")
  await expect(alert).toContainText('registry_unreachable')
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await expect(alert.first()).toContainText('registry_unreachable')
  // The server may be fine or not: nothing is said of it.
  await expect(page.getByText(/servers? reachable$/)).toHaveCount(0)
  await expectAccessible(page)

  await product.registry?.restart()
  await expect(alert).toHaveCount(0)
  await expect(page.getByText(/^Live/)).toBeVisible()
  await expect(page.getByText(/^\d of \d servers? reachable$/)).toBeVisible()
  await upstream.close()
})

test('an unknown server, workspace and page say so and lead on', async ({ watched: page, product }) => {
  const at = (path: string) => page.goto(`${product.console_url}${path}`)
  await at('/w/default/servers/00000000-0000-4000-8000-000000000000')
  await expect(page.getByRole('heading', { name: 'No such server' })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'See the servers that are' }).click()
  await expect(page).toHaveURL(/\/servers$/)
  await at('/w/somewhere-else')
  await expect(page.getByRole('heading', { name: 'No such workspace' })).toBeVisible()
  await expectAccessible(page)
  await at('/nowhere')
  await expect(page.getByRole('heading', { name: 'Nothing is here' })).toBeVisible()
  await expectAccessible(page)
})

test('a server that nobody runs is registered, and said to be dead', async ({ watched: page, product }) => {
  await page.goto(`${product.console_url}/w/default/servers/register`)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Nobody')
  await page.getByRole('textbox', { name: 'URL' }).fill(`http://127.0.0.1:${await freePort()}/mcp`)
  await page.getByRole('button', { name: 'Register server' }).click()
  const alert = page.locator('main').getByRole('alert')
  await expect(alert).toContainText("The MCP server's side")
  await expect(alert).toContainText('upstream_unreachable')
  await expect(page.getByText(/^It lists/)).toBeHidden()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Change the URL' }).click()
  await expect(page.getByRole('heading', { name: 'Address' })).toBeVisible()
  await page.goto(`${product.console_url}/w/default`)
  const servers = page.getByRole('region', { name: 'Servers' })
  await expect(servers).toContainText('Nobody: the connection was refused')
  await expectAccessible(page)
})
