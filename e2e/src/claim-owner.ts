// The owner of a started product, whose account is claimed with the one-time link as its page does.

import type { APIRequestContext } from '@playwright/test'
import type { Facts } from './product.ts'

export const owner = { name: 'Ada Owner', email: 'ada@example.com', password: 'correct horse battery' }

/** The session's cookies are the context's. */
export async function claimOwner(
  browser: APIRequestContext,
  { console_link, console_url }: Pick<Facts, 'console_link' | 'console_url'>,
): Promise<void> {
  const token = new URLSearchParams(new URL(console_link).hash.slice(1)).get('token')
  const claimed = await browser.post(`${console_url}/api/registry/v1/claim`, {
    data: { token, ...owner },
    headers: { origin: new URL(console_url).origin },
  })
  if (!claimed.ok()) throw new Error(`claiming answered ${claimed.status()}: ${await claimed.text()}`)
}
