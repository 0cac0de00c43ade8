// What a call through the gateway costs, beside what it costs without one and through others: CPU time per call from the
// processes' own accounting, interleaved rounds, medians. docs/performance.md tells what is measured and why. Next: calls/rounds.ts.

import { parseArgs } from 'node:util'
import { cases, mainCase } from './calls/cases.ts'
import { contenders } from './calls/contenders.ts'
import { measureIdleStreams } from './calls/idle-streams.ts'
import { measurePaced } from './calls/paced.ts'
import { peers } from './calls/peers.ts'
import { type Report, ratioOf, readReport, writeReport } from './calls/report.ts'
import { openField } from './calls/rounds.ts'
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
  const starts = Object.entries({ ...contenders, ...peers }).filter(
    ([name]) => wanted?.includes(name) ?? true,
  )
  const field = await openField(starts)
  try {
    if (values.soak !== undefined) {
      report.cases.soak = await soak(field, Number(values.soak))
      console.table(report.cases.soak)
    } else {
      // First: memory that calls have left behind would be taken for what streams need.
      if (wantedCases?.includes('idle-streams') ?? true) {
        report.cases['idle-streams'] = await measureIdleStreams(field)
        console.table(report.cases['idle-streams'])
      }
      for (const one of cases.filter(({ name }) => wantedCases?.includes(name) ?? true)) {
        report.cases[one.name] = await field.measure(one, { rounds, seconds })
        console.table(report.cases[one.name])
      }
      if (wantedCases?.includes('paced-1000') ?? true) {
        report.cases['paced-1000'] = await measurePaced(field, { rounds, seconds })
        console.table(report.cases['paced-1000'])
      }
    }
    writeReport(report)
    if (report.cases[mainCase])
      console.log(
        `A call takes ${ratioOf(report, mainCase, 'bare-pipe').toFixed(2)} times the CPU time of the bare pipe`,
      )
  } finally {
    await field.close()
  }
}
