// From registering a server to deleting it without a mouse.

import { startSdkUpstream } from '@gatehouse/testkit'
import { expect, test } from '../src/browser.ts'
import { expectAccessible, tabTo } from '../src/screens.ts'

test('registers, looks at and deletes a server by keyboard alone', async ({ watched: page, product }) => {
  const upstream = await startSdkUpstream({ eras: 'both' })
  const press = (key: string) => page.keyboard.press(key)
  const go = async (target: Parameters<typeof tabTo>[1]) => {
    await tabTo(page, target)
    await press('Enter')
  }
  await page.goto(`${product.console_url}/w/default`)
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()

  // The palette leads to the form.
  await press('Control+k')
  await expect(page.getByRole('textbox', { name: 'Command palette' })).toBeFocused()
  await expectAccessible(page)
  await page.keyboard.type('register')
  await press('Enter')
  await tabTo(page, page.getByRole('textbox', { name: 'Name', exact: true }))
  await page.keyboard.type('By keyboard')
  await tabTo(page, page.getByRole('textbox', { name: 'URL' }))
  await page.keyboard.type(upstream.url)
  await go(page.getByRole('button', { name: 'Register server' }))
  await expect(page.getByText(/It lists \d+ tools/)).toBeVisible()
  await go(page.getByRole('link', { name: 'Go to the server' }))
  await expect(page.getByRole('heading', { name: 'By keyboard' })).toBeVisible()

  await tabTo(page, page.getByRole('tab', { name: 'Overview' }))
  for (const name of [
    ...['Tools', 'Resources', 'Prompts', 'Connection', 'Credentials', 'Calls', 'Settings'],
  ]) {
    await press('ArrowRight')
    await expect(page.getByRole('tab', { name })).toBeFocused()
  }
  await press('Enter')
  await go(page.getByRole('button', { name: /^Delete server/ }))
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  // Escape keeps it, and the focus comes back to where it was.
  await press('Escape')
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: /^Delete server/ })).toBeFocused()
  await press('Enter')
  await go(dialog.getByRole('button', { name: 'Delete server' }))
  await expect(page).toHaveURL(/\/servers$/)
  await expect(page.getByRole('link', { name: 'Sample server' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'By keyboard' })).toBeHidden()

  await press('/')
  await expect(page.getByRole('searchbox', { name: 'Search servers' })).toBeFocused()
  await upstream.close()
})
