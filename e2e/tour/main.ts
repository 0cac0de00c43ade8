// Takes one picture per state, screen, width and theme into tour/, with an index.html to look through. Nothing is asserted: this
// is for eyes. Arguments name screens or states; without any it is all of them.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { startApart } from '../src/apart.ts'
import { claimOwner } from '../src/claim-owner.ts'
import { api, root } from '../src/product.ts'
import { type Screen, screens } from './screens.ts'
import { prepareStates, type State } from './states.ts'

const widths = [1440, 768, 320]
const schemes = ['light', 'dark'] as const
const folder = join(root, 'tour')
const wanted = new Set(process.argv.slice(2))

const { states, close } = await prepareStates()
const isWanted = (name: string, kind: readonly { name: string }[]) =>
  !kind.some((one) => wanted.has(one.name)) || wanted.has(name)
const product = await startApart()
const browser = await chromium.launch({
  ...(process.env.CHROMIUM_PATH && { executablePath: process.env.CHROMIUM_PATH }),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
const pictures: string[] = []
let serverId = '00000000-0000-4000-8000-000000000000'
rmSync(folder, { recursive: true, force: true })
try {
  const [strange, known] = [await browser.newContext(), await browser.newContext()]
  await claimOwner(known.request, product)
  for (const state of states) {
    await state.begin(product)
    serverId = (await firstServer()) ?? serverId
    if (!isWanted(state.name, states)) continue
    mkdirSync(join(folder, state.name), { recursive: true })
    for (const screen of screens.filter(({ name }) => isWanted(name, screens)))
      await photograph(screen.isSignedOut ? strange : known, state, screen)
    console.log(`${state.name}: ${pictures.length} pictures so far`)
  }
  writeFileSync(join(folder, 'index.html'), sheet())
  console.log(`Look through them: ${join(folder, 'index.html')}`)
} finally {
  await browser.close()
  await product.stop()
  await close()
}

async function photograph(context: BrowserContext, state: State, screen: Screen): Promise<void> {
  const page = await context.newPage()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(product.console_url + screen.path.replace('{server}', serverId))
  await settled(page)
  await state.whileOpen?.happen(product)
  // What is asked every few seconds has noticed then.
  if (state.whileOpen) await page.waitForTimeout(6_000)
  for (const width of widths) {
    await page.setViewportSize({ width, height: width === 320 ? 640 : 900 })
    if (width === widths[0] || screen.name === 'navigation') {
      await screen
        .act?.(page)
        .catch((error: unknown) => console.log(`${state.name} ${screen.name}: ${error}`))
      await settled(page)
    }
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme })
      const path = `${state.name}/${screen.name}-${width}-${colorScheme}.png`
      await page.screenshot({ path: join(folder, path), fullPage: true, animations: 'disabled' })
      pictures.push(path)
    }
  }
  await page.close()
  await state.whileOpen?.undo(product)
}

/** Its text has stood still for a while; moments and durations don't count. */
async function settled(page: Page): Promise<void> {
  const deadline = Date.now() + 8_000
  let before = ''
  while (Date.now() < deadline) {
    await page.waitForTimeout(350)
    const isLoading = await page.getByRole('status', { name: 'Loading' }).count()
    const now = ((await page.locator('body').textContent()) ?? '').replace(/\d+|just now/g, '')
    if (isLoading === 0 && now === before) return
    before = now
  }
}

/** The oldest of them: the one that the first state with data brings. */
async function firstServer(): Promise<string | undefined> {
  const path = '/v1/deepagents/mcp-servers'
  const answer = await api(product.registry_url + path, product.api_key, 'GET').catch(() => undefined)
  const servers = (answer?.body ?? []) as { id: string; slug: string }[] // of the contract
  return servers.find(({ slug }) => slug === 'weather')?.id
}

function sheet(): string {
  const figure = (path: string) =>
    `<figure><a href="${path}"><img src="${path}" loading="lazy" alt=""></a><figcaption>${path}</figcaption></figure>`
  return `<!doctype html><meta charset="utf-8"><title>Tour</title>
<style>body{font:14px system-ui;display:flex;flex-wrap:wrap;gap:16px}figure{margin:0}img{height:320px;border:1px solid #999}</style>
${pictures.map(figure).join('\n')}
`
}
