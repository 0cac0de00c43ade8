// What a call through the gateway costs, beside what it costs without one and through others: CPU time per call from the
// processes' own accounting, interleaved rounds, medians. docs/performance.md tells what is measured and why. Next: calls/rounds.ts.

import { parseArgs } from 'node:util'
import { cases, mainCase } from './calls/cases.ts'
import { contenders } from './calls/contenders.ts'
import { measureIdleStreams } from './calls/idle-streams.ts'
import { measurePaced } from './calls/paced.ts'
import { peers } from './calls/peers.ts'
import { type Report, ratioOf, readReport, writeReport } from './calls/report.ts'
import { type Field, openField } from './calls/rounds.ts'
import { soak } from './calls/soak.ts'
import { writeDocs } from './calls/write-docs.ts'

const { values } = parseArgs({
  options: {
    /** The first case only, in shorter rounds. */
    quick: { type: 'boolean', default: false },
    /** Fails where a call costs more than 1.4 times what it costs through the bare pipe; measures nobody else. */
    check: { type: 'boolean', default: false },
    /** Contenders, by name, separated by commas. */
    only: { type: 'string' },
    /** Cases, by name, separated by commas. */
    cases: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    /** Mixed load for so many minutes instead: what grows? */
    soak: { type: 'string' },
    /** Writes the table in docs/performance.md anew, from what was measured last where `cases` is empty. */
    'write-docs': { type: 'boolean', default: false },
  },
})
const list = (text: string | undefined) => text?.split(',').filter(Boolean)
const rounds = Number(values.rounds ?? (values.quick ? 3 : 5))
const seconds = Number(values.seconds ?? (values.quick ? 4 : 8))
const wantedCases = list(values.cases) ?? (values.quick ? [mainCase] : undefined)
const wanted = list(values.only) ?? (values.check ? ['bare-pipe', 'gatehouse'] : undefined)

const report: Report = readReport()
if (wantedCases === undefined || wantedCases.length > 0) await measureAll()
if (values['write-docs']) writeDocs(report)
if (values.check && !(ratioOf(report, mainCase, 'bare-pipe') <= 1.4)) process.exit(1)
process.exit(0)

async function measureAll(): Promise<void> {
  const measured = async (name: string, field: Field, measure: (field: Field) => Promise<Measured>) => {
    report.cases[name] = await measure(field)
    console.table(report.cases[name])
  }
  const isWanted = (name: string) => wantedCases?.includes(name) ?? true
  if (values.soak !== undefined)
    return inField((field) => measured('soak', field, (at) => soak(at, Number(values.soak))))
  // In processes of their own: what calls leave in memory would be taken for streams, and what streams leave makes calls slow.
  if (isWanted('idle-streams'))
    await inField((field) => measured('idle-streams', field, measureIdleStreams), ['bare-pipe', 'gatehouse'])
  const calls = cases.filter(({ name }) => isWanted(name))
  if (calls.length > 0 || isWanted('paced-1000'))
    await inField(async (field) => {
      for (const one of calls) await measured(one.name, field, (at) => at.measure(one, { rounds, seconds }))
      if (isWanted('paced-1000'))
        await measured('paced-1000', field, (at) => measurePaced(at, { rounds, seconds }))
    })
  if (report.cases[mainCase])
    console.log(
      `A call takes ${ratioOf(report, mainCase, 'bare-pipe').toFixed(2)} times the CPU time of the bare pipe`,
    )
}

type Measured = Report['cases'][string]

/** @param needed of the contenders; all unless told */
async function inField(measure: (field: Field) => Promise<void>, needed?: readonly string[]): Promise<void> {
  const all = Object.entries({ ...contenders, ...peers })
  const starts = all.filter(([name]) => needed?.includes(name) ?? true)
  const field = await openField(starts.filter(([name]) => wanted?.includes(name) ?? true))
  try {
    await measure(field)
    writeReport(report)
  } finally {
    await field.close()
  }
}
