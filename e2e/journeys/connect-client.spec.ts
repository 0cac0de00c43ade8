// The page that tells a client about the gateway sees it arrive, with the key that was waited for.

import { expect, test } from '../src/browser.ts'
import { connectV1 } from '../src/clients.ts'
import { api } from '../src/product.ts'
import { expectAccessible, expectNoSidewaysScroll } from '../src/screens.ts'

test.use({ world: 'apart/connect-client' })

test('a client is told, waited for and seen; a registry that dies is said', async ({
  watched: page,
  product,
}) => {
  const made = await api(`${product.registry_url}/v1/api-keys`, product.api_key, 'POST', { name: 'laptop' })
  const { id, key } = made.body as { id: string; key: string }
  await page.goto(`${product.console_url}/w/default/connect-client`)
  const arrival = page.getByRole('region', { name: 'First connection' })
  await expect(arrival).toContainText('Waiting for the first connection')

  const tell = page.getByRole('region', { name: 'Tell the client' })
  await expect(tell).toContainText(`claude mcp add --transport http gatehouse ${product.gateway_url}/mcp/`)
  await expectAccessible(page)
  for (const [client, sign] of [
    ['Cursor', 'Add to Cursor'],
    ['VS Code', 'Add to VS Code'],
    ['Claude Desktop', 'mcp-remote'],
    ['curl', 'tools/list'],
  ] as const) {
    await tell.getByRole('combobox', { name: 'Client' }).selectOption(client)
    await expect(tell.getByText(sign).first()).toBeVisible()
  }
  await tell.getByRole('combobox', { name: 'Client' }).selectOption('VS Code')
  await expect(page).toHaveURL(/client=vs-code/)
  expect(await tell.getByRole('link', { name: 'Add to VS Code' }).getAttribute('href')).toMatch(/^vscode:/)
  await expectAccessible(page)

  await page.getByRole('combobox', { name: 'Wait for' }).selectOption('laptop')
  await expect(page).toHaveURL(new RegExp(`key=${id}`))
  await expect(arrival.getByText(/^Live/)).toBeVisible()
  const other = await connectV1(`${product.gateway_url}/mcp/`, product.api_key)
  await other.close()
  const client = await connectV1(`${product.gateway_url}/mcp/`, key)
  await expect(arrival).toContainText('Seen')
  await expect(arrival).toContainText('with the key laptop')
  await client.close()
  await expectAccessible(page)
  await page.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(page)

  await page.reload()
  await expect(arrival).toContainText('Waiting for a client')
  await expect(arrival).toContainText('The last one came')
  await product.registry?.kill()
  await expect(arrival.getByRole('alert')).toContainText('registry_unreachable')
  await product.registry?.restart()
  await expect(arrival.getByRole('alert')).toHaveCount(0)
  await arrival.getByRole('status').getByText('Waiting for a client').waitFor()
})
