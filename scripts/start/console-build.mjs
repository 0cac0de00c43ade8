// The console is built once and reused until its sources change.

import { join } from 'node:path'
import { fingerprint, once } from '../lib/fingerprint.mjs'
import { bin, environment } from '../lib/paths.mjs'
import { step } from '../lib/run.mjs'

const sources = [
  'apps/console',
  'packages/client-snippets',
  'packages/errors',
  'packages/config',
  'packages/registry-api',
  'tsconfig.base.json',
  'package-lock.json',
]

/** Builds the console when needed; resolves with whether it was. */
export function buildConsole() {
  return once('apps/console/.next/.gatehouse-built', fingerprint(sources), () =>
    step(
      'Building the console (once, until its sources change)',
      join(bin, 'turbo'),
      ['run', 'build', '--filter=@gatehouse/console', '--no-daemon'],
      'Run "npm run verify" to see what is wrong with its sources.',
      { env: environment() },
    ),
  )
}
