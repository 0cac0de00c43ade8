// Sessions that we open at legacy servers for callers of the aggregate endpoint: one per caller, server and credential
// generation, kept in this process, ended when idle, when the server changes and at the stop.

import { type Egress, toUpstreamError } from '@gatehouse/egress'
import type { ChangeEvent } from '@gatehouse/registry-api/internal'
import { endSession, initialize, type LegacySession, legacyHeaders, type Wire } from '@gatehouse/upstream'
import { LRUCache } from 'lru-cache'
import { Superseded } from '../../upstream/pools.ts'
import type { Bearer } from '../session-token.ts'

export interface UpstreamSessions {
  /**
   * The caller's session there, opened where there is none. Undefined where something changed meanwhile: read again.
   * @throws AppError of the handshake's failure; era_mismatch where the server is modern only
   */
  open(bearer: Bearer, wire: Wire): Promise<LegacySession | undefined>
  /** The upstream has ended it. */
  forget(bearer: Bearer): void
  /** Ends what the change touches; resolves within about a second. */
  changed(event: ChangeEvent): Promise<void>
  /** Something may have been taken away unseen: all are forgotten, and nothing is sent any more to end them. */
  gap(): void
  close(): Promise<void>
}

interface Held {
  readonly session: LegacySession
  readonly bearer: Bearer
  readonly wire: Wire
}

interface Opening {
  readonly bearer: Bearer
  /** Its server, key or credential changed since. */
  touched: boolean
  session: Promise<LegacySession | undefined> | undefined
}

const maxSessions = 2_000
const idleMs = 10 * 60_000
const sweepMs = 30_000

/** @param openTimeoutMs for the whole handshake */
export function createUpstreamSessions(egress: Egress, openTimeoutMs: number): UpstreamSessions {
  const ending = new Set<Promise<void>>()
  const opening = new Map<string, Opening>()
  const sessions = new LRUCache<string, Held>({
    max: maxSessions,
    ttl: idleMs,
    updateAgeOnGet: true,
    dispose: (held, _key, reason) => {
      if (reason === 'set' || held.session.sessionId === undefined) return
      const ended = end(egress, held).finally(() => ending.delete(ended))
      ending.add(ended)
    },
  })
  const sweep = setInterval(() => sessions.purgeStale(), sweepMs).unref()

  const handshake = async (key: string, one: Opening, wire: Wire) => {
    try {
      const session = await initialize(wire, AbortSignal.timeout(openTimeoutMs))
      // What was taken away meanwhile must not be sent again, not even to end the session.
      if (one.touched) return undefined
      sessions.set(key, { session, bearer: one.bearer, wire })
      return session
    } catch (thrown) {
      if (one.touched || thrown instanceof Superseded) return undefined
      throw toUpstreamError(thrown)
    } finally {
      opening.delete(key)
    }
  }

  /** Without a word to the upstream. */
  const drop = (key: string) => {
    const held = sessions.peek(key)
    if (held) sessions.set(key, { ...held, session: { ...held.session, sessionId: undefined } })
    sessions.delete(key)
  }

  return {
    async open(bearer, wire) {
      const key = keyOf(bearer)
      const held = sessions.get(key)
      if (held) return held.session
      const known = opening.get(key)
      if (known) return known.session
      const one: Opening = { bearer, touched: false, session: undefined }
      opening.set(key, one)
      one.session = handshake(key, one, wire)
      return one.session
    },
    forget: (bearer) => drop(keyOf(bearer)),
    gap() {
      for (const one of opening.values()) one.touched = true
      for (const key of [...sessions.keys()]) drop(key)
    },
    async changed(event) {
      for (const one of opening.values()) if (touches(event, one.bearer)) one.touched = true
      for (const [key, { bearer }] of [...sessions.entries()])
        if (touches(event, bearer)) sessions.delete(key)
      await Promise.all(ending)
    },
    async close() {
      clearInterval(sweep)
      sessions.clear()
      await Promise.all(ending)
    },
  }
}

const keyOf = ({ caller, server, generation }: Bearer) =>
  [caller.workspace_id, caller.key_id, server.id, server.url, generation].join(' ')

function touches({ workspace_id, subject, subject_id }: ChangeEvent, { caller, server }: Bearer): boolean {
  if (caller.workspace_id !== workspace_id || subject === 'session') return false
  if (subject === 'server') return server.id === subject_id
  return subject === 'membership' || caller.key_id === subject_id
}

/** By a connection of its own: the pool that the session was used on may be closing. Never rejects. */
async function end(egress: Egress, { session, bearer, wire }: Held): Promise<void> {
  try {
    const pool = egress.upstreamPool(new URL(bearer.server.url).origin, { connections: 1 })
    await endSession({ ...wire, pool }, legacyHeaders(session))
    await pool.destroy()
  } catch {
    // it is over for us whatever happened there
  }
}
