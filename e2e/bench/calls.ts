// What a call through the gateway costs, beside what it costs without one and through others: CPU time per call from the
// processes' own accounting, interleaved rounds, medians. Next: calls/contenders.ts and calls/measure.ts.

import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contender, contenders, startProgram } from './calls/contenders.ts'
import { measure, pin, type Round } from './calls/measure.ts'

const { values } = parseArgs({
  options: {
    /** The first case only, in shorter rounds. */
    quick: { type: 'boolean', default: false },
    /** Fails where a call costs more than 1.4 times what it costs through the bare pipe. */
    check: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
})
const rounds = Number(values.rounds ?? (values.quick ? 3 : 5))
const seconds = Number(values.seconds ?? (values.quick ? 4 : 8))
const mainCase = 'call-json-64'
const cases = [
  { name: mainCase, form: '/json', connections: 64 },
  { name: 'call-json-1', form: '/json', connections: 1 },
  { name: 'call-json-16', form: '/json', connections: 16 },
  { name: 'call-json-256', form: '/json', connections: 256 },
  { name: 'call-events-64', form: '/events', connections: 64 },
  { name: 'call-large-16', form: '/large', connections: 16 },
  { name: 'call-slow-64', form: '/slow', connections: 64 },
].slice(0, values.quick ? 1 : undefined)

const [theirs, ours] = availableParallelism() > 1 ? ([0, 1] as const) : ([0, 0] as const)
const upstream = await startProgram('upstream.ts')
const all: Contender[] = []
for (const start of contenders) all.push(await start(upstream.origin))
pin(upstream.pid, ours)
for (const { pids } of all) for (const pid of pids) pin(pid, theirs)

type Median = Round & { readonly rounds: number }
const report: Record<string, Record<string, Median>> = {}
for (const { name, form, connections } of cases) {
  const addresses = new Map<string, string>()
  for (const one of all) addresses.set(one.name, await one.address(form))
  const measured = new Map<string, Round[]>(all.map((one) => [one.name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const one of all) {
      const address = addresses.get(one.name) ?? ''
      const result = await measure(one, address, {
        connections,
        seconds: round === 0 ? 2 : seconds,
        core: ours,
      })
      if (round > 0) measured.get(one.name)?.push(result) // the first one warms up
    }
    console.log(`${name}: ${round} of ${rounds} rounds`)
  }
  report[name] = Object.fromEntries([...measured].map(([who, results]) => [who, medians(results)]))
  console.table(report[name])
}
for (const one of all) await one.stop()
await upstream.stop()

const folder = join(import.meta.dirname, '../../bench')
mkdirSync(folder, { recursive: true })
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
}
writeFileSync(join(folder, 'report.json'), `${JSON.stringify({ machine, cases: report }, null, 2)}\n`)

const [own, pipe] = ['gatehouse', 'bare-pipe'].map((who) => report[mainCase]?.[who]?.cpu_us ?? Number.NaN)
const ratio = (own ?? Number.NaN) / (pipe ?? Number.NaN)
console.log(`A call takes ${ratio.toFixed(2)} times the CPU time of the bare pipe`)
if (values.check && !(ratio <= 1.4)) process.exit(1)

function medians(results: readonly Round[]): Median {
  const of = (key: keyof Round) => {
    const sorted = results.map((one) => one[key]).sort((a, b) => a - b)
    return Math.round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 100) / 100
  }
  return {
    cpu_us: of('cpu_us'),
    rps: of('rps'),
    p50_ms: of('p50_ms'),
    p99_ms: of('p99_ms'),
    rss_mb: of('rss_mb'),
    rounds: results.length,
  }
}
