// Which eras an upstream speaks, as a set: what its answers to server/discover and initialize are evidence of (era.ts).

import { toUpstreamError } from '@gatehouse/egress'
import type { Era } from '@gatehouse/protocol'
import { discover, initialize, legacyHeaders } from './era.ts'
import { endSession, type Wire } from './exchange.ts'

/** Undefined: nothing shows it. */
export interface EraSet {
  readonly legacy: boolean | undefined
  readonly modern: boolean | undefined
}

/**
 * Never rejects: a refused credential, a time-out and a 5xx are no evidence.
 * @param wanted `modern` asks no more than it takes to know about that era; `both` also shakes hands with a modern server
 */
export async function findEras(wire: Wire, timeoutMs: number, wanted: 'modern' | 'both'): Promise<EraSet> {
  const shown = await discoverQuietly(wire, timeoutMs)
  if (shown === 'unreachable') return { legacy: undefined, modern: undefined }
  if (shown === 'legacy') return { legacy: true, modern: false }
  if (shown === 'modern' && wanted === 'modern') return { legacy: undefined, modern: true }
  const legacy = await shakesHands(wire, timeoutMs)
  return { legacy, modern: shown === 'modern' ? true : legacy ? false : undefined }
}

async function shakesHands(wire: Wire, timeoutMs: number): Promise<boolean | undefined> {
  try {
    const session = await initialize(wire, AbortSignal.timeout(timeoutMs))
    if (session.sessionId !== undefined) await endSession(wire, legacyHeaders(session))
    return true
  } catch (thrown) {
    const { code } = toUpstreamError(thrown)
    return code === 'era_mismatch' || code === 'upstream_invalid' ? false : undefined
  }
}

async function discoverQuietly(wire: Wire, timeoutMs: number): Promise<Era | 'unreachable' | undefined> {
  try {
    return await discover(wire, AbortSignal.timeout(timeoutMs))
  } catch (thrown) {
    // Some legacy servers never answer what they don't know: a time-out leaves the question open.
    return toUpstreamError(thrown).code === 'upstream_unreachable' ? 'unreachable' : undefined
  }
}
