// A workspace goes out as a file and comes in again: what would happen is shown first, mistakes and conflicts too.

import { readFileSync } from 'node:fs'
import { expect, test } from '../src/browser.ts'
import { api } from '../src/product.ts'
import { expectAccessible, expectNoSidewaysScroll } from '../src/screens.ts'

test.use({ world: 'apart/workspace-file' })

test('exports, previews, imports, and says what is wrong or in the way', async ({
  watched: page,
  product,
  browser,
}) => {
  test.setTimeout(120_000) // each state, looked at in both themes
  const ask = (path: string, body: unknown) => api(product.registry_url + path, product.api_key, 'POST', body)
  const headers = [{ key: 'X-Key', value: 'secret' }]
  await ask('/v1/deepagents/mcp-servers', {
    name: 'Kept',
    slug: 'kept',
    url: 'https://kept.example.com/mcp',
    headers,
  })
  await page.goto(`${product.console_url}/w/default/settings/export`)
  await expectAccessible(page)
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the file' }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe('default.json')
  const text = readFileSync(await download.path(), 'utf8')
  const file = JSON.parse(text) as { servers: { slug: string; url: string }[] } // exported just now
  const [kept] = file.servers
  const choose = (content: unknown) =>
    page.locator('input[type="file"]').setInputFiles({
      ...{ name: 'file.json', mimeType: 'application/json' },
      buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
    })

  await choose(text)
  await expect(page.getByText('It would change nothing (1 as they are in the file).')).toBeVisible()
  await choose({
    ...file,
    servers: [
      { ...kept, slug: 'Not a slug' },
      { ...kept, enabled: 'yes' },
    ],
  })
  const mistakes = page.getByRole('list', { name: 'Mistakes in the file' })
  await expect(mistakes).toContainText('servers.0.slug')
  await expect(mistakes).toContainText('servers.1.enabled')
  await expectAccessible(page)

  await choose({
    ...file,
    servers: [
      { ...kept, url: 'https://elsewhere.example.com/mcp' },
      { ...kept, slug: 'new', name: 'New one' },
    ],
  })
  await expect(page.getByText(/^It would make 1 server and change 0 servers/)).toBeVisible()
  const steps = page.getByRole('table', { name: 'Servers of the file' })
  await expect(steps).toContainText('its stored headers would be lost')
  await expect(steps).toContainText('To be entered by hand: header X-Key')
  await expectAccessible(page)
  await page.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(page)
  await page.getByRole('button', { name: 'Import everything else' }).click()
  await expect(page.getByText(/^1 server made, 0 servers changed/)).toBeVisible()
  await page.setViewportSize({ width: 1280, height: 720 })
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Servers', exact: true }).click()
  await expect(page.getByRole('link', { name: 'New one' })).toBeVisible()

  const invited = await ask('/v1/invitations', { role: 'admin' })
  const token = new URLSearchParams(new URL((invited.body as { link: string }).link).hash.slice(1)).get(
    'token',
  )
  const other = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const account = { name: 'Bea', email: 'bea@example.com', password: 'correct horse battery' }
  const origin = product.console_url
  const accepted = await other.request.post(`${origin}/api/registry/v1/invitations/accept`, {
    data: { token, account },
    headers: { origin },
  })
  expect(accepted.ok()).toBe(true)
  const theirs = await other.newPage()
  await theirs.goto(`${origin}/w/default/settings/export`)
  await expect(theirs.getByText('Only an owner of the workspace may export and import it.')).toBeVisible()
  await expectAccessible(theirs)
  await other.close()

  await page.goto(`${product.console_url}/w/default/settings/export`)
  await expect(page.getByRole('button', { name: 'Download the file' })).toBeVisible()
  await product.registry?.kill()
  await page.getByRole('button', { name: 'Download the file' }).click()
  const alert = page.locator('main').getByRole('alert')
  await expect(alert).toContainText('registry_unreachable')
  await expectAccessible(page)
  await product.registry?.restart()
  await page.getByRole('button', { name: 'Download the file' }).click()
  await expect(alert).toHaveCount(0)
})
