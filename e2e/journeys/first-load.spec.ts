// What a browser that was never here has to fetch before the screen behind a link can be used, as it comes over the wire.

import type { Page, Request } from '@playwright/test'
import { expect, test } from '../src/browser.ts'
import { api } from '../src/product.ts'

const budget = 300 * 1024

/** Path below the workspace, and a heading that is there when all of the screen is; its first one unless told. */
const screens = (serverId: string): readonly (readonly [path: string, heading?: string])[] => [
  ['', 'Last calls'],
  ['/servers'],
  ['/servers/register'],
  ...['', '/tools', '/resources', '/prompts', '/connection', '/credentials', '/calls', '/settings'].map(
    (tab) => [`/servers/${serverId}${tab}`] as const,
  ),
  ['/playground'],
  ['/playground?server=sample&tool=roll-dice', 'Arguments'],
  ['/connections'],
  ['/connections/providers'],
  ['/keys'],
  ['/calls'],
  ['/usage'],
  ['/audit'],
  ['/people'],
  ['/settings'],
  ['/settings/export'],
  ['/connect-client'],
]

test('every deep link needs at most 300 KiB of compressed script', async ({ browser, session, product }) => {
  test.setTimeout(180_000) // each screen is a first visit
  const { body } = await api(`${product.registry_url}/v1/servers`, product.api_key, 'GET')
  const { data } = body as { data: { id: string }[] } // the registry's own list
  const outside = ['/sign-in', '/invitation', '/claim', '/connect/unknown'].map((path) => [path] as const)
  const inside = screens(data[0]?.id ?? '').map(([path, heading]) => [`/w/default${path}`, heading] as const)
  for (const [path, heading] of [...outside, ...inside]) {
    const visitor = await browser.newContext({ storageState: session })
    const page = await visitor.newPage()
    const bytes = scriptBytes(page)
    await page.goto(product.console_url + path)
    await expect(page.getByRole('heading', heading ? { name: heading } : { level: 1 })).toBeVisible()
    const needed = await bytes()
    expect.soft(needed, `${path} loads its scripts`).toBeGreaterThan(50 * 1024)
    expect.soft(needed, path).toBeLessThanOrEqual(budget)
    await visitor.close()
  }
})

/** Counts what comes; the sum is told when nothing that was asked for is still missing. */
function scriptBytes(page: Page): () => Promise<number> {
  const asked = new Set<Request>()
  const came: Request[] = []
  const isScript = (request: Request) => new URL(request.url()).pathname.endsWith('.js')
  page.on('request', (request) => isScript(request) && asked.add(request))
  page.on('requestfinished', (request) => asked.delete(request) && came.push(request))
  return async () => {
    await expect.poll(() => asked.size).toBe(0)
    const sizes = await Promise.all(came.map((request) => request.sizes()))
    return sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0)
  }
}
