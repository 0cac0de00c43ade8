// `npm run conformance`: the official suite against the gateway in every combination of eras, with what passes without the
// gateway as the reference (server-legs.ts, client-leg.ts, auth-leg.ts). Arguments name the legs to run. Writes reports/conformance.json.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../src/product.ts'
import { type Stack, startStack } from '../src/stack.ts'
import { clientAuthLeg, clientMetadataUrl } from './auth-leg.ts'
import { clientLeg } from './client-leg.ts'
import type { Leg, Outcome } from './judge.ts'
import { serverLegs } from './server-legs.ts'

const legs: readonly Leg[] = ['direct', 'transparent', 'bridge', 'aggregate', 'client', 'client-auth']
const chosen = process.argv.slice(2)
const unknown = chosen.find((name) => !legs.some((leg) => leg === name))
if (unknown !== undefined) throw new Error(`there is no leg ${unknown}, only ${legs.join(', ')}`)
const started = Date.now()
const wanted = (leg: Leg) => chosen.length === 0 || chosen.includes(leg)
// Beside each other, each on a stack of its own: the address for all servers has those of one leg and no others.
const outcomes = (await Promise.all([onStack(asServer), onStack(asClient)])).flat()

async function* asServer(stack: Stack) {
  yield* serverLegs(stack, chosen)
}

async function* asClient(stack: Stack) {
  if (wanted('client')) yield* clientLeg(stack)
  if (wanted('client-auth')) yield* clientAuthLeg(stack)
}

async function onStack(run: (stack: Stack) => AsyncGenerator<Outcome>): Promise<Outcome[]> {
  const stack = await startStack({}, 2, { GATEHOUSE_CLIENT_METADATA_URL: clientMetadataUrl })
  const outcomes: Outcome[] = []
  try {
    for await (const outcome of run(stack)) {
      tell(outcome)
      outcomes.push(outcome)
    }
  } finally {
    await stack.stop()
  }
  return outcomes
}

const rows = outcomes.map(({ row }) => row)
const surprises = outcomes.flatMap((outcome) => outcome.surprises)
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
const folder = join(root, 'reports')
mkdirSync(folder, { recursive: true })
const write = (name: string, value: unknown) =>
  writeFileSync(join(folder, name), `${JSON.stringify(value, undefined, 2)}\n`)
write('conformance.json', rows)
write('conformance-outcome.json', { passed, failed: surprises.length, surprises })
console.table(rows)
for (const surprise of surprises) console.log(surprise)
process.exit(surprises.length === 0 ? 0 : 1)

function tell(outcome: Outcome) {
  const { leg, client_era, upstream_era, requirements, ...counts } = outcome.row
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(5)
  console.log(
    `[${seconds} s] ${leg}, ${client_era} client, ${upstream_era} upstream, ${requirements}: ` +
      `${counts.scored_passed} of ${counts.scored_total} scenarios, ${outcome.surprises.length} unexpected`,
  )
}
