// What a browser has to fetch before a screen can be used, as it comes over the wire.

import { expect, test } from '../src/browser.ts'

const budget = 300 * 1024
const screens = [
  '/sign-in',
  '/w/default',
  '/w/default/servers',
  '/w/default/connections',
  '/w/default/connections/providers',
  '/w/default/servers/register',
  '/w/default/keys',
  '/w/default/playground?server=sample&tool=roll-dice',
  '/w/default/calls',
  '/w/default/connect-client',
  '/w/default/settings/export',
  '/w/default/people',
  '/w/default/audit',
  '/w/default/settings',
  '/invitation',
  '/w/default/usage',
  '/connect/unknown',
]

for (const path of screens) {
  test(`${path} needs at most 300 KiB of compressed script`, async ({ watched: page, product }) => {
    const scripts: Promise<number>[] = []
    page.on('requestfinished', (request) => {
      if (new URL(request.url()).pathname.endsWith('.js'))
        scripts.push(request.sizes().then(({ responseBodySize }) => responseBodySize))
    })
    await page.goto(product.console_url + path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0)
    expect(bytes).toBeGreaterThan(50 * 1024)
    expect(bytes).toBeLessThanOrEqual(budget)
  })
}
