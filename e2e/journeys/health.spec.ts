// A server that stops while it is on screen turns red within ten seconds, on the list, on its own page and on the home screen, and
// heals there by itself. Filters live in the address; the switch takes a server out.

import { freePort, type SdkUpstream, startFixtureServer, startSdkUpstream } from '@gatehouse/testkit'
import type { Page } from '@playwright/test'
import { expect, test } from '../src/browser.ts'
import { api } from '../src/product.ts'
import { expectAccessible, expectNoSidewaysScroll } from '../src/screens.ts'

test.use({ world: 'apart/health' })

const seen = { timeout: 10_000 }
const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })

test('a server that stops turns red within ten seconds wherever it is shown, and heals by itself', async ({
  watched: page,
  product,
  context,
}) => {
  const port = await freePort()
  const start = () => startSdkUpstream({ eras: 'both', port })
  let upstream: SdkUpstream = await start()
  const register = (name: string, url: string) =>
    api(`${product.registry_url}/v1/deepagents/mcp-servers`, product.api_key, 'POST', { name, url })
  expect((await register('Steady', upstream.url)).status).toBe(201)
  const other = await startSdkUpstream({ eras: 'both' })
  expect((await register('Other', other.url)).status).toBe(201)

  await page.goto(`${product.console_url}/w/default/servers`)
  const row = rowOf(page, 'Steady')
  await expect(row).toContainText('Healthy', seen)
  await expect(rowOf(page, 'Other')).toContainText('Healthy', seen)
  await expectAccessible(page)
  const home = await context.newPage()
  await home.goto(`${product.console_url}/w/default`)
  const servers = home.getByRole('region', { name: 'Servers' })
  await expect(servers).toContainText('2 of 2 servers reachable', seen)

  await upstream.close()
  await expect(row).toContainText('Unreachable', seen)
  await expect(row).toContainText('upstream_unreachable')
  await expect(servers).toContainText('1 of 2 servers reachable', seen)
  await expect(servers.getByRole('listitem')).toContainText('Steady: the connection was refused')
  await expectAccessible(page)

  await page.getByRole('combobox', { name: 'State' }).selectOption('down')
  await expect(page).toHaveURL(/state=down/)
  await expect(page.getByText('1 of 2 servers')).toBeVisible()
  await expect(rowOf(page, 'Other')).toBeHidden()
  await row.getByRole('link', { name: 'Steady' }).click()
  const state = page.getByRole('region', { name: 'State' })
  await expect(state).toContainText('Unreachable')
  await state.getByRole('button', { name: 'Look now' }).click()
  await expect(state.getByRole('status')).toContainText('It did not answer as it should')
  await expectAccessible(page)

  upstream = await start()
  await expect(state).toContainText('Healthy', seen)
  await expect(servers).toContainText('2 of 2 servers reachable', seen)
  await state.getByRole('button', { name: 'Look now' }).click()
  await expect(state.getByRole('status')).toContainText(/^It answered in/)

  await page.goto(`${product.console_url}/w/default/servers?q=other`)
  const off = rowOf(page, 'Other').getByRole('switch', { name: 'Enable Other' })
  await off.click({ force: true })
  await expect(rowOf(page, 'Other')).toContainText('Switched off', seen)
  await expect(servers).toContainText('1 of 1 server reachable', seen)
  await off.click({ force: true })
  await expect(rowOf(page, 'Other')).toContainText('Healthy', seen)

  for (const path of ['/servers', '']) {
    await page.setViewportSize({ width: 320, height: 640 })
    await page.goto(`${product.console_url}/w/default${path}`)
    await expect(
      page
        .locator('main')
        .getByText(/^Healthy$|servers reachable/)
        .first(),
    ).toBeVisible()
    await expectNoSidewaysScroll(page)
  }
  await Promise.all([upstream.close(), other.close()])
})

test('each part of a server has its own address', async ({ watched: page, product }) => {
  const upstream = await startFixtureServer({ eras: 'both' })
  const made = await api(`${product.registry_url}/v1/deepagents/mcp-servers`, product.api_key, 'POST', {
    name: 'Parts',
    url: upstream.url,
  })
  expect(made.status).toBe(201)
  await page.goto(`${product.console_url}/w/default/servers?q=parts`)
  await rowOf(page, 'Parts').getByRole('link', { name: 'Parts' }).click()
  const parts = [
    ['Resources', page.getByRole('heading', { name: 'Templates' })],
    ['Prompts', page.getByText(/^\d+ prompts$/)],
    [
      'Connection',
      page.getByRole('region', { name: 'What it says of itself' }).getByText('prompts', { exact: true }),
    ],
    ['Credentials', page.getByRole('region', { name: 'Headers' }).getByText('None are stored.')],
    ['Calls', page.getByRole('region', { name: 'Last calls' }).getByText('prompts/list').first()],
  ] as const
  for (const [name, sign] of parts) {
    await page.getByRole('tab', { name }).click()
    await expect(page).toHaveURL(new RegExp(`/${name.toLowerCase()}$`))
    await expect(sign).toBeVisible()
    await expectAccessible(page)
    await page.setViewportSize({ width: 320, height: 640 })
    await expectNoSidewaysScroll(page)
    await page.setViewportSize({ width: 1280, height: 720 })
  }
  await upstream.close()
})
