// The sessions at servers that this process knows: which are in use, and how each comes to its end. How they are found and
// opened: sessions.ts.

import type { Egress } from '@gatehouse/egress'
import type { ChangeEvent, SessionPlace } from '@gatehouse/registry-api/internal'
import type { Handshake } from '@gatehouse/upstream'
import { LRUCache } from 'lru-cache'
import { atMost } from '../at-most.ts'
import type { Bearer } from '../mcp/session-token.ts'
import { touches } from '../registry/touches.ts'
import { endWith, type Headers } from './handshake.ts'
import type { OpenSession } from './sessions.ts'

export interface Held {
  readonly session: OpenSession
  readonly bearer: Bearer
  /** It was opened with these, and is ended with them. */
  readonly headers: Headers
  /** Where all replicas find it, and which one it is; undefined for one that only we know. */
  readonly shared: (SessionPlace & { readonly id: string }) | undefined
  /** When the registry last heard that it is used; monotonic, in ms. */
  toldAt: number
  /** Nothing is sent to it any more. */
  over: boolean
}

export interface HeldSessions {
  hold(bearer: Bearer, headers: Headers, said: Handshake, shared?: Held['shared']): Held
  of(session: OpenSession): Held | undefined
  /** By what keeps sessions of this process apart. */
  known(key: string): Held | undefined
  remember(key: string, held: Held): void
  forget(held: Held): void
  /** Forgets and ends it, within about a second. Never rejects. */
  leave(held: Held): Promise<void>
  /** Counts it as used until the returned function is called. */
  keep(session: OpenSession): () => void
  readonly kept: Iterable<Held>
  touchedBy(event: ChangeEvent): Held[]
  /** Ends those of our own that nobody asked for in half the time that a session may be idle. */
  purge(): void
  /** All ends that are under way. */
  settled(): Promise<unknown>
  /** Nothing is sent to any of them. */
  forgetAll(): void
  leaveOwn(): void
}

const maxSessions = 10_000

/** @param self this replica's id */
export function createHeldSessions(
  self: string,
  egress: Pick<Egress, 'upstreamPool'>,
  idleMs: number,
): HeldSessions {
  const own = new Set<Held>()
  const kept = new Map<Held, number>()
  const ending = new Set<Promise<void>>()
  const heldAs = new WeakMap<OpenSession, Held>()
  const keys = new WeakMap<Held, string>()
  // Half the time, so that what is remembered here was not ended as idle.
  const known = new LRUCache<string, Held>({
    ...atMost(maxSessions),
    ttl: idleMs / 2,
    updateAgeOnGet: true,
    // Not `dispose`: to delete in the middle of an eviction mixes up which entry is whose.
    disposeAfter: (held, _key, reason) => {
      const idle = reason === 'evict' || reason === 'expire'
      if (idle && held.shared === undefined) leave(held)
    },
  })
  let ids = 0

  const forget = (held: Held) => {
    own.delete(held)
    const key = keys.get(held)
    if (key !== undefined && known.peek(key) === held) known.delete(key)
  }

  function leave(held: Held): Promise<void> {
    forget(held)
    if (held.over) return Promise.resolve()
    held.over = true
    const ended = endWith(egress, held.bearer.server.url, held.session, held.headers)
    ending.add(ended)
    return ended.finally(() => ending.delete(ended))
  }

  return {
    hold(bearer, headers, said, shared) {
      const nextId = () => `${self.slice(-12)}-${(++ids).toString(36)}`
      const session = { ...said, nextId }
      const held: Held = { session, bearer, headers, shared, toldAt: performance.now(), over: false }
      heldAs.set(session, held)
      if (shared === undefined) own.add(held)
      return held
    },
    of: (session) => heldAs.get(session),
    known: (key) => known.get(key),
    remember(key, held) {
      keys.set(held, key)
      known.set(key, held)
    },
    forget,
    leave,
    keep(session) {
      const held = heldAs.get(session)
      if (held === undefined) return () => {}
      kept.set(held, (kept.get(held) ?? 0) + 1)
      return () => {
        const left = (kept.get(held) ?? 1) - 1
        if (left > 0) kept.set(held, left)
        else kept.delete(held)
      }
    },
    kept: { [Symbol.iterator]: () => kept.keys() },
    touchedBy: (event) =>
      [...new Set([...known.values(), ...own])].filter(({ bearer }) => touches(event, bearer)),
    purge: () => void known.purgeStale(),
    settled: () => Promise.all(ending),
    forgetAll() {
      for (const held of own) held.over = true
      own.clear()
      known.clear()
    },
    leaveOwn() {
      for (const held of own) void leave(held)
      known.clear()
    },
  }
}
