// More people at the console: each with a browser of their own, come by an invitation of the owner's.

import { expect, type Page } from '@playwright/test'
import type { Facts } from './product.ts'

/** A page of somebody new with this role. @param name of whom, where there is more than one of a role */
export async function join(owner: Page, role: string, product: Facts, name = role): Promise<Page> {
  const headers = { origin: product.console_url }
  const invited = await owner.request.post(`${product.console_url}/api/registry/v1/invitations`, {
    ...{ headers, data: { role } },
  })
  const { link } = (await invited.json()) as { link: string }
  const context = await owner
    .context()
    .browser()
    ?.newContext({ storageState: { cookies: [], origins: [] } })
  if (context === undefined) throw new Error('the browser is gone')
  const account = { name: `The ${name}`, email: `${name}@example.test`, password: 'a long password' }
  const joined = await context.request.post(`${product.console_url}/api/registry/v1/invitations/accept`, {
    ...{ headers, data: { token: link.split('#token=')[1], account } },
  })
  expect(joined.ok()).toBe(true)
  return context.newPage()
}
