// Ends sessions that the registry hands over because nobody will use them again: idle ones, and at a stop those that only this
// replica has used. Whoever opened them may be long gone.

import type { CollectedSession } from '@gatehouse/registry-api/internal'
import { endSession, legacyHeaders } from '@gatehouse/upstream'
import { wireTo } from './handshake.ts'
import type { SessionParts } from './sessions.ts'

type Parts = Pick<SessionParts, 'client' | 'knowledge' | 'pools' | 'via'>

const atOnce = 20

/** Best effort: never rejects, and what can't be ended is let go. */
export async function collect(
  parts: Parts,
  ask: Parameters<SessionParts['client']['collectSessions']>[0],
): Promise<void> {
  try {
    const { revision, sessions } = await parts.client.collectSessions(ask)
    for (let i = 0; i < sessions.length; i += atOnce) {
      const some = sessions.slice(i, i + atOnce)
      await Promise.all(some.map((session) => end(parts, session, revision).catch(() => {})))
    }
  } catch {
    // the registry is away: another sweep, or another replica's, will find them
  }
}

/** With today's credential, unless something may have changed since the registry named the address. */
async function end(parts: Parts, session: CollectedSession, revision: number): Promise<void> {
  const wire = await wireTo(parts, session, session.server)
  if (parts.knowledge.revision > revision) return
  const { session_id: sessionId, protocol_version: protocolVersion } = session
  await endSession(wire, legacyHeaders({ sessionId, protocolVersion }))
}
