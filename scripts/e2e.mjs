// `npm run e2e`: the whole product as processes, called by real clients and operated in a real browser.

import { pathToFileURL } from 'node:url'
import { playwright, sum, vitest } from './lib/suites.mjs'
import { ensureChromium, ensurePostgres } from './lib/system.mjs'
import { setup } from './setup.mjs'
import { buildConsole } from './start/console-build.mjs'

/**
 * @param args for the browser journeys alone, such as the name of one; the system tests are left out then
 * @returns {{passed: number, failed: number}}
 */
export async function e2e(args = []) {
  const chromium = await ensureChromium()
  await buildConsole()
  if (args.length > 0) return playwright('journeys', args, { CHROMIUM_PATH: chromium })
  await ensurePostgres()
  const system = await vitest('e2e', ['--project', 'e2e'])
  const journeys = await playwright('journeys', args, { CHROMIUM_PATH: chromium })
  return sum(system, journeys)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setup()
  const { passed, failed } = await e2e(process.argv.slice(2))
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}
