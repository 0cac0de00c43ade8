// `npm run test:long`: the mutations, then what only repetition shows. `-- --rounds 20` repeats more often than 5 times,
// `--fuzz 1000000` sends more hostile requests than 50,000.

import { parseArgs } from 'node:util'
import { refuse, say } from './lib/say.mjs'
import { sum, vitest } from './lib/suites.mjs'
import { ensurePostgres } from './lib/system.mjs'
import { mutationTests } from './mutations.mjs'
import { setup } from './setup.mjs'
import { buildConsole } from './start/console-build.mjs'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, fuzz: { type: 'string', default: '50000' } },
})
if (!/^[1-9]\d{0,3}$/.test(values.rounds))
  refuse(`--rounds is "${values.rounds}": set it to a number from 1 to 9999.`)
if (!/^[1-9]\d{0,8}$/.test(values.fuzz)) refuse(`--fuzz is "${values.fuzz}": set it to a number of requests.`)

await setup()
await ensurePostgres()
await buildConsole()
const results = {
  mutations: await mutationTests(),
  fuzz: await vitest('fuzz', ['--project', 'gateway', 'apps/gateway/src/mcp/fuzz.test.ts'], {
    FUZZ_RUNS: values.fuzz,
  }),
  loops: await vitest('loops', ['--project', 'long', '--reporter=verbose'], { LONG_ROUNDS: values.rounds }),
}
for (const [name, { passed, failed }] of Object.entries(results))
  say(`${name}: ${passed} passed, ${failed} failed`)
const { passed, failed } = sum(...Object.values(results))
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
