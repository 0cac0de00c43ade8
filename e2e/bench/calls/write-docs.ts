// Writes the tables in docs/performance.md from the report, between their marks.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cases } from './cases.ts'
import type { Median, Report } from './report.ts'

const page = join(import.meta.dirname, '../../../docs/performance.md')
const marks = /(<!-- figures -->\n)[\s\S]*?(<!-- end of figures -->)/

/** @throws Error where the page has no marks */
export function writeDocs(report: Report): void {
  const text = readFileSync(page, 'utf8')
  if (!marks.test(text)) throw new Error('docs/performance.md has no place for figures')
  writeFileSync(
    page,
    text.replace(marks, (_, begin, end) => `${begin}\n${tables(report)}\n${end}`),
  )
}

function tables({ machine, cases: measured }: Report): string {
  const { cpu, cores, memory_gb, node } = machine as Record<string, unknown>
  const parts = [`Measured on ${cpu}, ${cores} cores, ${memory_gb} GB, Node ${node}.`]
  for (const { name, about } of cases) if (measured[name]) parts.push(callTable(name, about, measured[name]))
  const streams = measured['idle-streams']
  if (streams)
    parts.push(
      plainTable('`idle-streams`: event streams on which nothing happens', streams, [
        ['KB per stream', 'kb_per_stream', 1],
      ]),
    )
  const { 'paced-1000': paced, starts } = measured
  if (paced)
    parts.push(
      plainTable('`paced-1000`: a thousand calls a second, however long each takes', paced, [
        ['p50 ms', 'p50_ms', 2],
        ['p99 ms', 'p99_ms', 2],
      ]),
    )
  if (starts)
    parts.push(
      plainTable('`starts`: from the process to ready, as a restart finds its database', starts, [
        ['ready, ms', 'ready_ms', 0],
      ]),
    )
  if (measured.soak)
    parts.push(plainTable('`soak`: mixed load', measured.soak, [['MB per hour', 'mb_per_hour', 1]]))
  return `${parts.join('\n\n')}\n`
}

function callTable(name: string, about: string, rows: Record<string, Partial<Median>>): string {
  const pipe = rows['bare-pipe']?.cpu_us ?? Number.NaN
  const lines = Object.entries(rows).map(([who, row]) => {
    const ratio = (row.cpu_us ?? 0) / pipe
    const cells = [who, number(row.cpu_us), number(ratio, 2), number(row.rps, 0), number(row.p50_ms, 2)]
    return `| ${[...cells, number(row.p99_ms, 2), number(row.rss_mb, 0)].join(' | ')} |`
  })
  return [
    `\`${name}\`: ${about}; medians of ${rows.gatehouse?.rounds ?? '?'} rounds`,
    '',
    '| contender | CPU per call, µs | × bare pipe | calls/s | p50 ms | p99 ms | memory MB |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...lines,
  ].join('\n')
}

/** @param columns their heads, what they show of a row, and with how many digits */
function plainTable(
  title: string,
  rows: Record<string, object>,
  columns: readonly (readonly [string, string, number])[],
): string {
  const lines = Object.entries(rows).map(([who, row]) => {
    const cells = columns.map(([, key, digits]) => number((row as Record<string, number>)[key], digits))
    return `| ${[who, ...cells].join(' | ')} |`
  })
  const heads = columns.map(([head]) => head)
  return [
    title,
    '',
    `| ${['contender', ...heads].join(' | ')} |`,
    `|---|${'---:|'.repeat(heads.length)}`,
    ...lines,
  ].join('\n')
}

const number = (value: number | undefined, digits = 1) =>
  value === undefined || !Number.isFinite(value) || value === 0 ? '–' : value.toFixed(digits)
