// Fixtures of the browser journeys: a started product, somebody signed in to it, and a page that watches for policy reports and
// script errors. What is asserted of every screen: screens.ts.

import { test as base, expect, type Page, request } from '@playwright/test'
import { startApart } from './apart.ts'
import { claimOwner, owner } from './claim-owner.ts'
import { dataFolder, type Facts, startProduct } from './product.ts'

/** What a journey knows of the product that it walks through. */
export interface World extends Facts {
  /** Ends the registry without a goodbye, and starts it again: only where the apps run apart. */
  readonly registry?: { kill(): Promise<unknown>; restart(): Promise<void> }
  stop(): Promise<unknown>
}

/** Runs in the page. */
const reportPolicy = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))`

type Session = Awaited<ReturnType<typeof signIn>>

interface PerWorker {
  /** Files that name the same one share a product; `apart/…` runs the apps apart, with no server registered. */
  readonly world: string
  readonly owner: typeof owner
  readonly product: World
  /** The owner's cookies; the first to ask claims the account. */
  readonly session: Session
}

export const test = base.extend<{ watched: Page }, PerWorker>({
  world: ['shared', { option: true, scope: 'worker' }],
  owner: [async ({ browserName: _ }, use) => use(owner), { scope: 'worker' }],
  product: [
    async ({ world }, use) => {
      const product = await (world.startsWith('apart/') ? startApart() : startWhole())
      await use(product)
      await product.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  session: [async ({ product }, use) => use(await signIn(product)), { scope: 'worker' }],
  storageState: async ({ session }, use) => use(session),
  watched: async ({ page }, use) => {
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // A refused or failed request is also an error of the page's console; journeys cause them on purpose.
      const expected = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !expected) complaints.push(message.text())
    })
    await page.addInitScript(reportPolicy)
    await use(page)
    expect(complaints).toEqual([])
  },
})

/** `npm start`. */
async function startWhole(): Promise<World> {
  const data = dataFolder()
  const product = await startProduct({ folder: data.folder })
  return { ...product, stop: () => product.stop().finally(data.remove) }
}

/** Claims the owner's account with the one-time link, as its page does. */
async function signIn(product: World) {
  const browser = await request.newContext({ extraHTTPHeaders: { origin: product.console_url } })
  await claimOwner(browser, product)
  const session = await browser.storageState()
  await browser.dispose()
  return session
}

export { expect }
