// `npm run verify`: format, lint, types, boundaries, dead code, documentation. Seconds, without a database.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bin, environment, node } from './lib/paths.mjs'
import { capture } from './lib/run.mjs'
import { say } from './lib/say.mjs'
import { setup } from './setup.mjs'

const checks = [
  ['format and lint', join(bin, 'biome'), ['check', '--error-on-warnings', '.'], 'npx biome check --write .'],
  [
    'types',
    join(bin, 'turbo'),
    ['run', 'typecheck', '--output-logs=errors-only', '--no-daemon'],
    'read the messages above',
  ],
  ['boundaries', join(bin, 'turbo'), ['boundaries'], 'import the package by its name and declare it'],
  ['dead code', join(bin, 'knip'), ['--no-progress', '--no-config-hints'], 'remove what nothing uses'],
  ['documentation', node, ['scripts/docs.mjs', '--check'], 'node scripts/docs.mjs writes it anew'],
  ['one way out', node, ['scripts/check-outbound.mjs'], 'go through @gatehouse/egress'],
  ['types in the browser', node, ['scripts/check-browser.mjs'], 'import type, and keep the value elsewhere'],
]

/** Runs every check, also after one failed. @returns {{passed: number, failed: number}} */
export async function verify() {
  const total = { passed: 0, failed: 0 }
  for (const [name, command, args, remedy] of checks) {
    const { code, output } = await capture(command, args, { env: environment() })
    if (code === 0) {
      total.passed += 1
      say(`${name}: fine`)
    } else {
      total.failed += 1
      console.error(output.trim().split('\n').slice(-80).join('\n'))
      say(`${name}: FAILED; ${remedy}`)
    }
  }
  return total
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setup()
  const { passed, failed } = await verify()
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}
