// What the gateway adds to a call where nobody is in a hurry: a thousand calls a second, each begun when its time has come, whatever
// became of those before, and timed from then.

import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { percentile } from '../percentile.ts'
import type { Contender } from './contenders.ts'
import { bodyOf, headersOf, pin } from './measure.ts'
import { aside, type Field } from './rounds.ts'

const callsPerSecond = 1_000
const form = '/json'

/** Of all answers of a round, in ms; medians of the rounds. */
interface Paced {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly rounds: number
}

/** Those to which all others are compared, by turns. @param seconds of a round */
export async function measurePaced(
  { contenders, core }: Field,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Record<string, Paced>> {
  const measured = ['direct', 'nginx', 'bare-pipe', 'gatehouse']
  const running: { one: Contender; pool: Pool; path: string; results: [number, number][] }[] = []
  for (const one of contenders.filter(({ name }) => measured.includes(name))) {
    const url = new URL((await one.address(form)) ?? '')
    running.push({ one, pool: new Pool(url.origin), path: url.pathname, results: [] })
  }
  pin(process.pid, core)
  for (let round = 0; round <= rounds; round += 1)
    for (const { one, pool, path, results } of running) {
      const times = await aside(one, () => drive(pool, { one, path, calls: seconds * callsPerSecond }))
      if (round > 0) results.push([rounded(times, 0.5), rounded(times, 0.99)])
    }
  await Promise.all(running.map(({ pool }) => pool.close()))
  const median = (values: number[]) => rounded(values, 0.5)
  return Object.fromEntries(
    running.map(({ one, results }) => [
      one.name,
      { p50_ms: median(results.map(([p50]) => p50)), p99_ms: median(results.map(([, p99]) => p99)), rounds },
    ]),
  )
}

async function drive(
  pool: Pool,
  { one, path, calls }: { readonly one: Contender; readonly path: string; readonly calls: number },
): Promise<number[]> {
  const request = { path, method: 'POST', headers: headersOf(one), body: bodyOf(one, form, 1) } as const
  // Little is made for a call, and nothing held beyond it: while the driver's own collector works, all calls wait.
  const times = new Float64Array(calls)
  let begun = 0
  let answered = 0
  let failure: Error | undefined
  const startedAt = performance.now()
  const call = (index: number, dueAt: number) => {
    pool.dispatch(request, {
      onResponseStart(_controller, status) {
        if (status !== 200) failure = new Error(`${one.name} answered ${status}`)
      },
      onRequestStart() {},
      onResponseData() {},
      onResponseEnd() {
        times[index] = performance.now() - dueAt
        answered += 1
      },
      onResponseError(_controller, error) {
        failure = error
      },
    })
  }
  while (answered < calls && failure === undefined) {
    const due = startedAt + (begun * 1_000) / callsPerSecond
    if (begun === calls || due > performance.now()) await pause(1)
    else call(begun++, due)
  }
  if (failure !== undefined) throw failure
  return [...times]
}

const rounded = (values: readonly number[], share: number) =>
  Math.round(percentile(values, share) * 100) / 100
