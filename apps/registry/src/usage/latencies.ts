// Latencies as they are counted (by the migration's functions): 64 steps, each a quarter longer than the one before, so that counts
// of any cells can be added and a percentile read from the sum is off by a tenth at most. Kept are those that occur, as
// count * 64 + step each.

const steps = 64
const firstMs = 0.25
const growth = 1.25

/** The longest latency that step `at` (from 0) counts, in ms; the last step has none. */
const endOf = (at: number) => firstMs * growth ** at

/** How long the fastest `share` (0 to 1) of the calls took at most, in ms; null where there are none. */
export function percentile(counts: readonly number[], share: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all === 0) return null
  const rank = Math.max(1, Math.ceil(share * all))
  let before = 0
  for (const [at, count] of counts.entries()) {
    if (before + count >= rank) {
      const from = at === 0 ? 0 : endOf(at - 1)
      // Calls of a step are taken to lie evenly in it; the last one is as long as the others.
      return rounded(from + ((endOf(at) - from) * (rank - before - 0.5)) / count)
    }
    before += count
  }
  return null
}

/** Three digits: more would say what nobody knows. */
const rounded = (ms: number) => Number(ms.toPrecision(3))

/** How many took each step. @param kept as the database has them; a step may be there several times */
export function countsOf(kept: Iterable<number>): number[] {
  const counts = new Array<number>(steps).fill(0)
  for (const one of kept) counts[one % steps] = (counts[one % steps] ?? 0) + Math.floor(one / steps)
  return counts
}
