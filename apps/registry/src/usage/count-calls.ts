// Adds recorded calls to the counts that usage is read from, a few seconds behind: by then many calls share a row, and recording them
// waited for none of it. What is still to be counted is read besides (counted.ts), so nobody sees the difference.

import type { Deps } from '../deps.ts'

const everyMs = 2_000
/** In one transaction, of 50 ms: the more, the fewer rows of counts are written for each. */
const most = 5_000

type On = Pick<Deps, 'db' | 'log'>

/** Counts what there is. One process at a time: another one has nothing to do meanwhile. */
export async function countCalls({ db }: Pick<Deps, 'db'>, isStopped = () => false): Promise<void> {
  for (let counted = most; counted === most && !isStopped(); ) {
    const [row] = await db.patient.asSystem(
      (tx) => tx.$queryRaw<{ counted: number }[]>`SELECT count_calls(${most}::int) AS counted`,
    )
    counted = row?.counted ?? 0
  }
}

/** Returns the function that stops it. A round that fails is tried again by the next. */
export function keepCounting(on: On): () => Promise<void> {
  let isStopped = false
  let round: Promise<void> | undefined
  const timer = setInterval(() => {
    round ??= countCalls(on, () => isStopped)
      .catch((error: unknown) => on.log.warn({ err: error }, 'calls were not counted'))
      .finally(() => {
        round = undefined
      })
  }, everyMs)
  timer.unref()
  return async () => {
    isStopped = true
    clearInterval(timer)
    await round
  }
}
