// Where nothing is yet, each screen says so in one sentence, with the next step.

import { expect, test } from '../src/browser.ts'
import { expectAccessible } from '../src/screens.ts'

test.use({ world: 'apart/empty' })

test('empty screens name the next step', async ({ watched: page, product }) => {
  const at = (path: string) => page.goto(`${product.console_url}/w/default${path}`)
  await at('')
  await expect(page.getByText('No server is registered yet.')).toBeVisible()
  await expect(page.getByText(/^No call yet/)).toBeVisible()
  await expect(page.getByRole('link', { name: 'Register a server' }).first()).toBeVisible()
  await expectAccessible(page)

  await at('/servers')
  await expect(page.getByText('No server is registered yet. Register one by its URL.')).toBeVisible()
  await expectAccessible(page)

  await at('/calls')
  await expect(page.getByText(/^No call came yet/)).toBeVisible()
  await expectAccessible(page)

  await at('/usage?range=90d')
  await expect(page.getByText(/^Nothing was called yet/)).toBeVisible()
  await expectAccessible(page)

  await at('/connections/providers')
  await expect(page.getByText(/^There is none yet/)).toBeVisible()
  await expectAccessible(page)

  await at('/keys')
  await page.getByRole('button', { name: /^Revoke / }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click()
  await expect(page.getByText('There is no API key yet. Create one for each client.')).toBeVisible()
  await expectAccessible(page)
})
