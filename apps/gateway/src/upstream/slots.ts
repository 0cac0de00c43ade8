// How much may run at once: calls per upstream and, of them, per workspace and per server; streams that stay open per caller and per process, and calls that
// wait for their client's answers.

import { AppError } from '@gatehouse/errors'
import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import { addressOf } from './address.ts'

export interface SlotLimits {
  /** Calls of one workspace at one origin, however many servers it has there, where the server sets no limit of its own. */
  readonly perWorkspace: number
  /** Calls at one origin, over all workspaces. */
  readonly perUpstream: number
  readonly streamsPerCaller: number
  readonly streams: number
}

/** Each takes a slot or refuses, and returns the function that gives it back. @throws AppError overloaded */
export interface Slots {
  take(target: { readonly caller: ResolvedCaller; readonly server: ResolvedServer }): () => void
  takeStream(callerKeyId: string): () => void
  /** For a call that waits while its client is being asked. */
  takeHeld(callerKeyId: string): () => void
}

const heldPerCaller = 8

/** How many of one kind are taken. */
interface Counter {
  taken: number
}

/** One more of a kind. */
interface Claim {
  readonly key: string
  readonly limit: number
  /** Good as long as any are taken; else the kind may have another one by now. */
  counter: Counter
}

const claimOf = (key: string, limit: number): Claim => ({ key, limit, counter: { taken: 0 } })

export function createSlots(limits: SlotLimits): Slots {
  /** Those of which some are taken. */
  const counters = new Map<string, Counter>()
  const claim = (what: string, claims: readonly Claim[]) => {
    for (const one of claims) {
      if (one.counter.taken === 0) one.counter = counters.get(one.key) ?? one.counter
      if (one.counter.taken < one.limit) continue
      throw new AppError('overloaded', { retryAfterS: 1, what: `${what} are as many as may be at once` })
    }
    for (const { key, counter } of claims) {
      if (counter.taken === 0) counters.set(key, counter)
      counter.taken += 1
    }
    let given = false
    return () => {
      if (given) return
      given = true
      for (const { key, counter } of claims) {
        counter.taken -= 1
        if (counter.taken === 0) counters.delete(key)
      }
    }
  }

  const streams = (callerKeyId: string): Claim[] => [
    claimOf('streams', limits.streams),
    claimOf(`streams ${callerKeyId}`, limits.streamsPerCaller),
  ]

  /** As long as a server is known it is the same object. */
  const known = new WeakMap<ResolvedServer, readonly Claim[]>()
  const callClaims = (caller: ResolvedCaller, server: ResolvedServer): readonly Claim[] => {
    let claims = known.get(server)
    if (claims === undefined) {
      const { origin } = addressOf(server)
      const own = server.max_concurrent
      claims = [
        ...(own === null ? [] : [claimOf(`server ${server.id}`, own)]),
        claimOf(`workspace ${caller.workspace_id} ${origin}`, Math.max(limits.perWorkspace, own ?? 0)),
        claimOf(`origin ${origin}`, limits.perUpstream),
      ]
      known.set(server, claims)
    }
    return claims
  }

  return {
    take: ({ caller, server }) => claim(`the calls at '${server.slug}'`, callClaims(caller, server)),
    takeStream: (callerKeyId) => claim('the open streams', streams(callerKeyId)),
    takeHeld: (callerKeyId) =>
      claim("the calls that wait for this caller's client", [
        claimOf(`held ${callerKeyId}`, heldPerCaller),
        ...streams(callerKeyId),
      ]),
  }
}
