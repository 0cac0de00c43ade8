// Each role on each screen: what it may do is offered, what it may not is not, and no screen fails for it. What a role may do is
// asked of the registry, whose own tests hold it to the documentation's table.

import type { Locator, Page } from '@playwright/test'
import { expect, test } from '../src/browser.ts'
import { join } from '../src/join.ts'
import type { Facts } from '../src/product.ts'
import { follow } from '../src/screens.ts'

const roles = ['owner', 'admin', 'operator', 'member', 'auditor'] as const

/** Where it is, how it is found, and the permission without which it is not there. */
const controls = [
  ['/servers', 'link', 'Register server', 'mcp-servers:create'],
  ['/servers/register', 'button', 'Register server', 'mcp-servers:create'],
  ['/servers/{id}', 'tab', 'Settings', 'mcp-servers:update'],
  ['/servers/{id}/tools', 'switch', /roll-dice/, 'mcp-servers:update'],
  ['/servers/{id}/tools', 'link', /^Try/, 'mcp-servers:invoke'],
  ['/servers/{id}', 'button', 'Look now', 'mcp-servers:read'],
  ['/servers/{id}', 'link', 'Calls of this server', 'calls:own'],
  ['/servers/{id}/credentials', 'button', 'Change authentication', 'mcp-servers:update'],
  ['/servers/{id}/credentials', 'button', 'Set headers', 'mcp-servers:update'],
  ['/servers/{id}/settings', 'button', 'Save settings', 'mcp-servers:update'],
  ['/servers/{id}/settings', 'button', 'Start capture', 'settings:manage'],
  ['/servers/{id}/settings', 'button', 'Delete server…', 'mcp-servers:delete'],
  ['/connections/providers', 'button', 'Enter provider', 'mcp-servers:create'],
  ['/keys', 'button', 'Create API key', 'api-keys:own'],
  ['/keys', 'button', 'Revoke local start', 'api-keys:all'],
  ['/people', 'button', 'Invite somebody', 'members:manage'],
  ['/people', 'combobox', /^Role of/, 'members:manage'],
  ['/audit', 'button', 'Verify the chain', 'audit:read'],
  ['/audit', 'button', 'Export', 'audit:read'],
  ['/settings', 'button', 'Save', 'settings:manage'],
  ['/settings', 'link', 'Export and import', 'settings:manage'],
  ['/settings/export', 'button', 'Download the file', 'settings:manage'],
] as const
const screens = [
  '',
  '/connections',
  '/connect-client',
  '/calls',
  '/usage',
  '/playground',
  ...new Set(controls.map(([path]) => path)),
]

test('what a role may do is offered, and nothing else', async ({ watched: owner, product }) => {
  test.setTimeout(180_000)
  const pages = await Promise.all(roles.map((role) => join(owner, role, product)))
  const seen = await Promise.all(pages.map((page) => walk(page, product)))
  for (const { told, expected } of seen) expect(told).toEqual(expected)
  for (const page of pages) await page.context().close()
})

/** Looks at every screen. @returns what is there, and what should be */
async function walk(page: Page, product: Facts) {
  const ask = async (path: string) =>
    (await page.request.get(`${product.console_url}/api/registry/v1${path}`)).json()
  const { role, permissions } = (await ask('/me')) as { role: string; permissions: string[] }
  const [server] = (await ask('/deepagents/mcp-servers')) as { id: string }[]
  const told: unknown[] = []
  const expected: unknown[] = []
  const compare = async (what: string, found: Locator, permission: string) => {
    const may = permissions.includes(permission)
    if (may)
      await found
        .first()
        .waitFor()
        .catch(() => undefined) // what is missing is told below
    told.push([role, what, await found.first().isVisible()])
    expected.push([role, what, may])
  }
  await page.goto(`${product.console_url}/w/default`)
  for (const screen of screens) {
    await follow(page, `/w/default${screen.replace('{id}', server?.id ?? '')}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page.locator('[role="status"][aria-label="Loading"]')).toHaveCount(0)
    const main = page.locator('main')
    for (const [path, kind, name, permission] of controls) {
      const found = main.getByRole(kind, { name, exact: typeof name === 'string' })
      if (path === screen) await compare(`${screen} ${name}`, found, permission)
    }
    told.push([role, screen, await main.getByRole('alert').allTextContents()])
    expected.push([role, screen, []])
  }
  const nav = page.getByRole('navigation', { name: 'Main' })
  await compare('People', nav.getByRole('link', { name: 'People' }), 'members:manage')
  await compare('Audit', nav.getByRole('link', { name: 'Audit' }), 'audit:read')
  return { told, expected }
}
