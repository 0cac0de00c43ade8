// What holds on every screen: WCAG in both themes, no scrolling sideways, everything within reach of the keyboard.

import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'

/** WCAG 2.2 AA in the light and the dark theme. */
export async function expectAccessible(page: Page) {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', scheme)
    const { violations } = await new AxeBuilder({ page })
      // No page has frames; without this each analysis opens a page of its own.
      .setLegacyMode()
      .options({ resultTypes: ['violations'] })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze()
    const found = violations.map(
      (v) => `${scheme}: ${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`,
    )
    expect(found).toEqual([])
  }
}

/** Nothing is wider than the window, neither the page nor a dialog on it. */
export async function expectNoSidewaysScroll(page: Page) {
  const tooWide = () =>
    page
      .locator('html, main, [role="dialog"]')
      .evaluateAll((elements) =>
        elements
          .filter((element) => element.scrollWidth > element.clientWidth)
          .map((element) => `${element.tagName}: ${element.scrollWidth} > ${element.clientWidth}`),
      )
  // A page that was just made narrower lays itself out anew.
  await expect.poll(tooWide).toEqual([])
}

/** Presses Tab until the focus is on `target`. @throws Error where Tab doesn't lead there */
export async function tabTo(page: Page, target: Locator, steps = 60) {
  await expect(target).toBeVisible()
  for (let step = 0; step < steps; step += 1) {
    await page.keyboard.press('Tab')
    if (await target.evaluate((element) => element.matches(':focus'))) return
  }
  throw new Error(`Tab does not lead to ${target}`)
}
