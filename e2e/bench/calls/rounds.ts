// The contenders, all up at once and each on one core; the driver and what answers are on the other. They take turns, so that what
// disturbs the machine disturbs all of them. Next: measure.ts.

import { availableParallelism } from 'node:os'
import type { Case } from './cases.ts'
import { type Contender, type Start, startProgram } from './contenders.ts'
import { childrenOf, measure, pin, type Round, schedule, settle, tryOnce } from './measure.ts'
import { type Median, medians } from './report.ts'

export interface Field {
  readonly contenders: readonly Contender[]
  /** The core of the driver. */
  readonly core: number
  /** Medians by contender; those that have no such form are left out. */
  measure(one: Case, times: { rounds: number; seconds: number }): Promise<Record<string, Median>>
  close(): Promise<void>
}

/** Starts them. One that can't run here is left out, and said so. */
export async function openField(starts: readonly (readonly [string, Start])[]): Promise<Field> {
  const [theirs, ours] = availableParallelism() > 1 ? ([0, 1] as const) : ([0, 0] as const)
  const upstream = await startProgram('upstream.ts')
  pin(upstream.pid, ours)
  const contenders: Contender[] = []
  for (const [name, start] of starts) {
    try {
      contenders.push(await start(upstream.origin))
    } catch (error) {
      console.warn(`${name} can't run here and is left out: ${reasons(error)}`)
    }
  }
  const place = () => {
    for (const { pids, helpers = [] } of contenders) {
      for (const pid of pids) pin(pid, theirs)
      for (const pid of [...helpers, ...pids.flatMap(childrenOf)]) pin(pid, ours)
    }
  }
  place()
  return {
    contenders,
    core: ours,
    async measure({ name, form, connections }, { rounds, seconds }) {
      const running: { one: Contender; address: string; results: Round[] }[] = []
      for (const one of contenders) {
        const address = await one.address(form)
        if (address === undefined) continue
        await tryOnce(one, address, form)
        running.push({ one, address, results: [] })
      }
      for (let round = 0; round <= rounds; round += 1) {
        for (const { one, address, results } of running) {
          const load = { connections, seconds, core: ours }
          const result = await aside(one, () => measure(one, address, form, load))
          if (round > 0) results.push(result) // the first one is for warming up
        }
        if (round === 0) place()
        console.log(`${name}: ${round} of ${rounds} rounds`)
      }
      return Object.fromEntries(running.map(({ one, results }) => [one.name, medians(results)]))
    },
    async close() {
      for (const one of contenders) await one.stop()
      await upstream.stop()
    },
  }
}

/** Runs a round of this contender: what it needs beside it gives way to the driver, and afterwards has time to finish. */
export async function aside<T>({ helpers = [] }: Contender, round: () => Promise<T>): Promise<T> {
  schedule(helpers, 'idle')
  try {
    return await round()
  } finally {
    schedule(helpers, 'other')
    await settle(helpers)
  }
}

function reasons(error: unknown): string {
  const { message, cause } = error as Error
  return cause === undefined ? message : `${message}: ${reasons(cause)}`
}
