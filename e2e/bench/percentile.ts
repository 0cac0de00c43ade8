// What of measured values benchmarks tell.

/** The value below which this share of them lies: 0.5 the median, 1 the largest; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
