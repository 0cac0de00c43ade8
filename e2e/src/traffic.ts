// Steady calls whose every answer is checked: the oracle of the fault suites. No answer may be wrong or another's, no tools/call may
// reach its server twice, and refusals carry the codes of the gateway's page. The clients it calls as: callers.ts.

import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { type RecordingUpstream, waitFor } from '@gatehouse/testkit'
import { expect, onTestFinished } from 'vitest'
import type { Caller } from './callers.ts'

export interface Traffic {
  /** No more calls; what came so far is not looked at. */
  end(): void
  /** Right answers so far. */
  ok(): number
  /** Everything else so far: `503 1005`, or `cut` where the connection broke without an answer. */
  readonly failures: ReadonlyMap<string, number>
  /** Resolves when so many more right answers came. @throws Error past the deadline */
  flows(more?: number, deadlineMs?: number): Promise<void>
  /** Resolves when each caller got its last `inRow` answers right. @returns how long that took, in ms */
  heals(deadlineMs: number, inRow?: number): Promise<number>
  /** Ends it, and expects that nothing was wrong and that only these failures came. */
  stop(
    allowed?: readonly string[],
  ): Promise<{ ok: number; failures: Record<string, number>; slowestMs: number }>
}

interface Options {
  readonly callers: readonly Caller[]
  /** Where the calls arrive: what it has seen is counted. */
  readonly upstreams: readonly RecordingUpstream[]
  /** Between two calls of one caller. */
  readonly pauseMs?: number
}

/** Ends with the test at the latest. */
export function startTraffic(options: Options): Traffic {
  const traffic = runTraffic(options)
  onTestFinished(() => traffic.end())
  return traffic
}

/** As startTraffic, over several tests. */
export function runTraffic({ callers, upstreams, pauseMs = 20 }: Options): Traffic {
  const failures = new Map<string, number>()
  const wrong: string[] = []
  const inRow = callers.map(() => 0)
  const answered = new Set<string>()
  let slowestMs = 0
  let stopped = false

  const callOnce = async (caller: Caller, index: number) => {
    const token = randomUUID()
    const from = performance.now()
    const outcome = await caller(token)
    slowestMs = Math.max(slowestMs, performance.now() - from)
    if (outcome.kind === 'wrong') wrong.push(outcome.what)
    if (outcome.kind === 'ok') {
      answered.add(token)
      inRow[index] = (inRow[index] ?? 0) + 1
    } else {
      inRow[index] = 0
      const what = outcome.kind === 'refused' ? outcome.code : outcome.kind
      failures.set(what, (failures.get(what) ?? 0) + 1)
    }
  }
  const running = callers.map(async (caller, index) => {
    while (!stopped) {
      await callOnce(caller, index)
      await setTimeout(pauseMs)
    }
  })

  const explain = (cause: unknown): never => {
    throw new Error(`calls failed: ${JSON.stringify(Object.fromEntries(failures))}`, { cause })
  }

  return {
    end() {
      stopped = true
    },
    ok: () => answered.size,
    failures,
    async flows(more = callers.length * 3, deadlineMs = 10_000) {
      const enough = answered.size + more
      await waitFor(() => answered.size >= enough, { deadlineMs, what: `${more} more right answers` }).catch(
        explain,
      )
    },
    async heals(deadlineMs, calls = 3) {
      const from = performance.now()
      inRow.fill(0)
      const served = () => inRow.every((count) => count >= calls)
      await waitFor(served, { deadlineMs, what: 'every caller is served again' }).catch(explain)
      return performance.now() - from
    },
    async stop(allowed = []) {
      stopped = true
      await Promise.all(running)
      expect(wrong).toEqual([])
      expect([...failures.keys()].filter((code) => !allowed.includes(code))).toEqual([])
      const times = timesSeen(upstreams)
      expect([...times].filter(([, count]) => count > 1)).toEqual([])
      expect([...answered].filter((token) => !times.has(token))).toEqual([])
      return { ok: answered.size, failures: Object.fromEntries(failures), slowestMs: Math.round(slowestMs) }
    },
  }
}

/** How often each call's token came to a server. */
function timesSeen(upstreams: readonly RecordingUpstream[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const { requests } of upstreams) {
    for (const request of requests) {
      const body = request.json() as
        | { method?: string; params?: { arguments?: { token?: string } } }
        | undefined
      const token = body?.method === 'tools/call' ? body.params?.arguments?.token : undefined // calls of callers.ts
      if (token !== undefined) times.set(token, (times.get(token) ?? 0) + 1)
    }
  }
  return times
}
