// What holds on every screen: WCAG in both themes, no scrolling sideways, everything within reach of the keyboard.

import { expect, type Locator, type Page } from '@playwright/test'
import axe from 'axe-core'

/** WCAG 2.2 AA in the light theme, and in the dark one what colours can break: the rest of the page is the same. */
export async function expectAccessible(page: Page) {
  for (const [scheme, runOnly] of [
    ['light', levels],
    ['dark', colors],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', scheme)
    await page.evaluate(colorsAreThere)
    if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(axe.source)
    const violations = await page.evaluate(analyze, runOnly)
    expect(violations.map((violation) => `${scheme}: ${violation}`)).toEqual([])
  }
}

const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** The rules of those levels that look at colours. */
const colors = axe
  .getRules(levels)
  .filter(({ tags }) => tags.includes('cat.color'))
  .map(({ ruleId }) => ruleId)

/** In the page: resolves when nothing fades any more from one theme into the other. What turns for ever is no colour. */
const colorsAreThere = `Promise.allSettled(document.getAnimations()
  .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished)).then(() => {})`

/** Runs in the page, which has axe. @param runOnly names of rules or of groups of them */
async function analyze(runOnly: string[]): Promise<string[]> {
  const { axe } = globalThis as unknown as { axe: typeof import('axe-core') } // put there just before
  const { violations } = await axe.run({ resultTypes: ['violations'], runOnly })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
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

/** Goes where a link of the console would lead: the page is not loaded again, which takes most of a look at a screen. */
export async function follow(page: Page, path: string) {
  await page.evaluate(`next.router.push(${JSON.stringify(path)})`)
  await page.waitForURL(({ pathname }) => pathname === path.split('?')[0])
}
