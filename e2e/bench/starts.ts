// How long each app takes from its process to its word that it is ready, on a database that was there before: what a restart costs.

import { spawnApp } from '@gatehouse/testkit'
import { createDatabase, startPostgres } from '@gatehouse/testkit/databases'
import { alone } from '../src/alone.ts'
import { dataFolder } from '../src/product.ts'
import { readReport, writeReport } from './calls/report.ts'
import { percentile } from './percentile.ts'

const rounds = 9

/** In ms, of processes that stop before the next one starts. The first, which makes tables and compiles, doesn't count. */
async function median(app: 'gateway' | 'registry', env: NodeJS.ProcessEnv) {
  const times: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const startedAt = performance.now()
    const running = await spawnApp(app, env)
    if (round > 0) times.push(performance.now() - startedAt)
    await running.stop()
  }
  return { ready_ms: Math.round(percentile(times, 0.5)), rounds }
}

const data = dataFolder()
const postgres = await startPostgres()
const embedded = await alone({ embedded: data.folder })
const other = await alone({ postgresql: await createDatabase(postgres.adminUrl) })
const starts = {
  'registry, embedded database': await median('registry', embedded.registryEnv),
  'registry, PostgreSQL': await median('registry', other.registryEnv),
  gateway: await spawnApp('registry', other.registryEnv).then(async (registry) => {
    const found = await median('gateway', other.gatewayEnv)
    await registry.stop()
    return found
  }),
}
await postgres.stop()
data.remove()
console.table(starts)
const report = readReport()
report.cases.starts = starts
writeReport(report)
