// The points of time of a span, and how they are written: as long as the span needs.

import type { Usage } from '@gatehouse/registry-api'

/** The begin of every step, Unix ms; also of those in which nothing was called. */
export function stepsOf({ since, until, step_s }: Pick<Usage, 'since' | 'until' | 'step_s'>): number[] {
  const [from, to] = [Date.parse(since), Date.parse(until)]
  return Array.from(
    { length: Math.round((to - from) / (step_s * 1_000)) },
    (_, i) => from + i * step_s * 1_000,
  )
}

/** Days are days of UTC, because they are counted so. */
export function timeText(ms: number, stepS: number, spanMs: number): string {
  if (stepS >= 86_400)
    return new Date(ms).toLocaleDateString(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' })
  const clock = new Date(ms).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })
  if (spanMs <= 86_400_000) return clock
  return `${new Date(ms).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })} ${clock}`
}
