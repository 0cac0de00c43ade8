// `npm run e2e`: the whole product as processes, called by real clients and operated in a real browser.

import { pathToFileURL } from 'node:url'
import { vitest } from './lib/suites.mjs'
import { ensurePostgres } from './lib/system.mjs'
import { setup } from './setup.mjs'

/** @returns {{passed: number, failed: number}} */
export async function e2e(args = []) {
  await ensurePostgres()
  return vitest('e2e', ['--project', 'e2e', ...args])
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setup()
  const { passed, failed } = await e2e(process.argv.slice(2))
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}
