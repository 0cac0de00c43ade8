// Fixtures of the browser journeys: one started product per worker, a page that watches for policy reports and script
// errors, and axe in both themes.

import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { dataFolder, type Product, startProduct } from './product.ts'

const owner = { name: 'Ada Owner', email: 'ada@example.com', password: 'correct horse battery' }

export const test = base.extend<{ watched: Page }, { product: Product; owner: typeof owner }>({
  owner: [async ({ browserName: _ }, use) => use(owner), { scope: 'worker' }],
  product: [
    async ({ browserName: _ }, use) => {
      const data = dataFolder()
      const product = await startProduct({ folder: data.folder })
      await use(product)
      await product.stop()
      data.remove()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  watched: async ({ page }, use) => {
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy|hydrat/i.test(message.text())) complaints.push(message.text())
    })
    await use(page)
    expect(complaints).toEqual([])
  },
})

/** WCAG 2.2 AA in the light and the dark theme. */
export async function expectAccessible(page: Page) {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', scheme)
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze()
    const found = violations.map(
      (v) => `${scheme}: ${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`,
    )
    expect(found).toEqual([])
  }
}

export { expect }
