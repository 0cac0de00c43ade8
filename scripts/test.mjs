// `npm test`: everything a change has to pass. The last line sums up all suites.

import { e2e } from './e2e.mjs'
import { say } from './lib/say.mjs'
import { officialSuite, sum, vitest } from './lib/suites.mjs'
import { ensurePostgres } from './lib/system.mjs'
import { setup } from './setup.mjs'
import { verify } from './verify.mjs'

await setup()
await ensurePostgres()
const results = {
  verify: await verify(),
  'unit and integration': await vitest('unit and integration', [
    '--project',
    '!e2e',
    '--project',
    '!faults',
    '--project',
    '!long',
  ]),
  conformance: await officialSuite(),
  'end to end': await e2e(),
  faults: await vitest('faults', ['--project', 'faults']),
}
for (const [name, { passed, failed }] of Object.entries(results))
  say(`${name}: ${passed} passed, ${failed} failed`)
const { passed, failed } = sum(...Object.values(results))
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
