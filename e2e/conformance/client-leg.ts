// The leg in which the suite plays the server: driver.ts is what the suite starts, and calls it through the gateway. A
// driver of the server's own era shows what passes through; one of the other era makes the gateway itself the client.

import type { Stack } from '../src/stack.ts'
import type { DriverSettings } from './driver.ts'
import { judge, type Outcome } from './judge.ts'
import { type Requirements, type Revision, requirements, revisions } from './requirements.ts'
import { type Check, type Results, testClient } from './suite.ts'

const other = { legacy: 'modern', modern: 'legacy' } as const

/** All client scenarios but those of OAuth. */
export async function* clientLeg({ registryUrl, gatewayUrl, key }: Stack): AsyncGenerator<Outcome> {
  for (const era of ['legacy', 'modern'] as const) {
    for (const client of [era, 'gateway'] as const) {
      const revision = revisions[era]
      const required = requirements(revision, 'client')
      const drive = client === 'gateway' ? { era: other[era], pin: era } : { era }
      const settings: DriverSettings = { registryUrl, gatewayUrl, key, ...drive }
      const results = await runScenarios(required, revision, 'node driver.ts', settings)
      const about = { leg: 'client', client_era: client, upstream_era: era, requirements: revision } as const
      yield judge(about, required, results)
    }
  }
}

/** All of them, two at a time. @param settings for the program that the suite starts */
export async function runScenarios(
  { scored, unscored }: Requirements,
  revision: Revision,
  command: string,
  settings: object,
): Promise<Results> {
  const env = { CONFORMANCE_DRIVER: JSON.stringify(settings) }
  const results = new Map<string, readonly Check[]>()
  const left = [...scored, ...unscored]
  const work = async () => {
    for (let scenario = left.shift(); scenario !== undefined; scenario = left.shift()) {
      const checks = await testClient(scenario, revision, command, env)
      if (checks) results.set(scenario, checks)
    }
  }
  await Promise.all([work(), work()])
  return results
}
