// The leg in which the suite plays the server and the gateway is the client: driver.ts is what the suite starts.

import { join } from 'node:path'
import type { Stack } from '../src/stack.ts'
import type { DriverSettings } from './driver.ts'
import { judge, type Outcome } from './judge.ts'
import { type Revision, requirements } from './requirements.ts'
import { type Check, testClient } from './suite.ts'

const sets = { legacy: '2025-11-25', modern: '2026-07-28' } as const

/** All client scenarios but those of OAuth, two at a time. */
export async function* clientLeg(stack: Stack): AsyncGenerator<Outcome> {
  for (const era of ['legacy', 'modern'] as const) {
    const revision: Revision = sets[era]
    const required = requirements(revision, 'client')
    const { registryUrl, gatewayUrl, key } = stack
    const settings: DriverSettings = { registryUrl, gatewayUrl, key, era }
    const env = { CONFORMANCE_DRIVER: JSON.stringify(settings) }
    const command = `${process.execPath} ${join(import.meta.dirname, 'driver.ts')}`
    const results = new Map<string, readonly Check[]>()
    const left = [...required.scored, ...required.unscored]
    const work = async () => {
      for (let scenario = left.shift(); scenario !== undefined; scenario = left.shift()) {
        const checks = await testClient(scenario, revision, command, env)
        if (checks) results.set(scenario, checks)
      }
    }
    await Promise.all([work(), work()])
    const about = { leg: 'client', client_era: 'gateway', upstream_era: era, requirements: revision } as const
    yield judge(about, required, results)
  }
}
