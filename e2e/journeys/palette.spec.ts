// By typing one gets anywhere: to a tool, to a call by its request's id, to the shortcuts, which can be turned off, to the menus.

import { expect, test } from '../src/browser.ts'
import { callTool } from '../src/clients.ts'
import { api } from '../src/product.ts'
import { expectAccessible, expectNoSidewaysScroll } from '../src/screens.ts'

test('the palette leads to tools, calls, screens and shortcuts', async ({ watched: page, product }) => {
  await callTool(`${product.gateway_url}/mcp/sample`, product.api_key, 'roll-dice')
  const found = async () =>
    (await api(`${product.registry_url}/v1/calls?tool=roll-dice&limit=1`, product.api_key, 'GET')).body as {
      data: { id: string; request_id: string }[]
    }
  await expect.poll(async () => (await found()).data.length).toBe(1)
  const [call] = (await found()).data
  // The registry lists a server's tools by itself: nobody has looked at them.
  const listed = async () =>
    (await api(`${product.registry_url}/v1/tools?q=roll-d`, product.api_key, 'GET')).body as {
      data: object[]
    }
  await expect.poll(async () => (await listed()).data.length, { timeout: 20_000 }).toBe(1)
  await page.goto(`${product.console_url}/w/default`)
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
  const search = page.getByRole('textbox', { name: 'Command palette' })
  const type = async (text: string) => {
    await page.keyboard.press('Control+k')
    await expect(search).toBeFocused()
    await search.fill(text)
  }

  await type('roll-d')
  await page.getByRole('button', { name: 'roll-dice Tool of Sample server' }).click()
  await expect(page).toHaveURL(/\/tools\?q=roll-dice/)
  await expect(page.getByRole('searchbox', { name: 'Search tools' })).toHaveValue('roll-dice')

  await type(call?.request_id ?? '')
  await page.getByRole('button', { name: /^Call of roll-dice/ }).click()
  await expect(page).toHaveURL(new RegExp(`call=${call?.id}`))
  await expect(page.getByRole('dialog', { name: 'Call' })).toContainText('roll-dice')
  await page.keyboard.press('Escape')

  await type('export')
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Export and import' })).toBeVisible()
  // A screen without a search of its own.
  await page.keyboard.press('/')
  await expect(search).toBeFocused()
  await page.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(page)
  await page.keyboard.press('Escape')

  await page.keyboard.press('?')
  const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(shortcuts).toContainText('This overview')
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await shortcuts.getByRole('switch').uncheck()
  await page.keyboard.press('Escape')
  await expect(shortcuts).toBeHidden()
  await page.keyboard.press('?')
  await page.keyboard.press('/')
  await type('shortcuts')
  await expect(shortcuts).toBeHidden()
  await page.keyboard.press('Enter')
  await expect(shortcuts.getByRole('switch')).not.toBeChecked()
  await page.keyboard.press('Escape')

  // A menu of the header is fetched by the key that opens it, and closing it leads back to its button.
  const theme = page.getByRole('button', { name: /^Theme: / })
  await theme.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Dark' }).press('Escape')
  await expect(theme).toBeFocused()
  await page.keyboard.press('Enter')
  await expectAccessible(page)
  await page.getByRole('menuitem', { name: 'Dark' }).press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await expect(page.getByRole('button', { name: 'Theme: Dark' })).toBeFocused()
})
