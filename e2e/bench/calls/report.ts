// bench/report.json: what was measured last, case by case.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { percentile } from '../percentile.ts'
import type { Round } from './measure.ts'

export type Median = Round & { readonly rounds: number }

export interface Report {
  machine: object
  readonly cases: Record<string, Record<string, Partial<Median>>>
}

const folder = join(import.meta.dirname, '../../../bench')
const file = join(folder, 'report.json')

/** The last one, so that a part can be measured anew. */
export function readReport(): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report // written below
  } catch {
    return { machine: {}, cases: {} }
  }
}

export function writeReport(report: Report): void {
  report.machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
}

/** CPU time of a call, beside another contender's. */
export function ratioOf({ cases }: Report, name: string, other: string): number {
  const of = (who: string) => cases[name]?.[who]?.cpu_us ?? Number.NaN
  return of('gatehouse') / of(other)
}

export function medians(results: readonly Round[]): Median {
  const of = (key: keyof Round) => {
    const values = results.map((one) => one[key])
    return Math.round(percentile(values, 0.5) * 100) / 100
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
