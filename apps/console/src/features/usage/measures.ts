// What a chart can show of usage, and how each is written.

import type { UsageNumbers } from '@gatehouse/registry-api'
import { duration } from '#lib/format.ts'

export const measures = [
  { value: 'calls', label: 'Calls' },
  { value: 'errors', label: 'Errors' },
  { value: 'p50', label: 'p50' },
  { value: 'p95', label: 'p95' },
  { value: 'p99', label: 'p99' },
] as const
export type Measure = (typeof measures)[number]['value']

/** null: there is none, because nothing was called. */
export function readingOf(numbers: UsageNumbers | undefined, measure: Measure): number | null {
  if (measure === 'calls') return numbers?.calls ?? 0
  if (measure === 'errors') return numbers?.errors ?? 0
  return numbers?.[`${measure}_ms`] ?? null
}

export function written(value: number | null, measure: Measure): string {
  if (value === null) return 'none'
  return measure === 'calls' || measure === 'errors' ? value.toLocaleString() : duration(value)
}

/** "0.4 %"; nothing of nothing is none. */
export function errorShare({ calls, errors }: UsageNumbers): string {
  if (errors === 0) return '0 %'
  const share = (errors / calls) * 100
  return share < 0.1 ? '< 0.1 %' : `${share.toFixed(share < 10 ? 1 : 0)} %`
}
