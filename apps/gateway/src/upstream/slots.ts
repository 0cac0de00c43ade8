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

type Claim = readonly [what: string, limit: number]

export function createSlots(limits: SlotLimits): Slots {
  const taken = new Map<string, number>()

  const claim = (what: string, claims: readonly Claim[]) => {
    for (const [key, limit] of claims) {
      if ((taken.get(key) ?? 0) < limit) continue
      throw new AppError('overloaded', { retryAfterS: 1, what: `${what} are as many as may be at once` })
    }
    for (const [key] of claims) taken.set(key, (taken.get(key) ?? 0) + 1)
    let given = false
    return () => {
      if (given) return
      given = true
      for (const [key] of claims) {
        const left = (taken.get(key) ?? 1) - 1
        if (left === 0) taken.delete(key)
        else taken.set(key, left)
      }
    }
  }

  const streams = (callerKeyId: string): Claim[] => [
    ['streams', limits.streams],
    [`streams ${callerKeyId}`, limits.streamsPerCaller],
  ]

  /** As long as a server is known it is the same object. */
  const known = new WeakMap<ResolvedServer, readonly Claim[]>()
  const callClaims = (caller: ResolvedCaller, server: ResolvedServer): readonly Claim[] => {
    let claims = known.get(server)
    if (claims === undefined) {
      const { origin } = addressOf(server)
      const own = server.max_concurrent
      claims = [
        ...(own === null ? [] : [[`server ${server.id}`, own] as const]),
        [`workspace ${caller.workspace_id} ${origin}`, Math.max(limits.perWorkspace, own ?? 0)],
        [`origin ${origin}`, limits.perUpstream],
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
        [`held ${callerKeyId}`, heldPerCaller],
        ...streams(callerKeyId),
      ]),
  }
}
