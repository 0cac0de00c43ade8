// Sessions that we open at legacy servers: one per caller, server, credential and declared capabilities, shared by all replicas
// through the registry (shared-session.ts) and remembered here. Ended when nobody uses them, when the server, the key or the
// credential changes, and at the stop.

import { createHash } from 'node:crypto'
import { type Egress, toUpstreamError } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { ChangeEvent, SessionPlace } from '@gatehouse/registry-api/internal'
import type { Handshake } from '@gatehouse/upstream'
import { LRUCache } from 'lru-cache'
import { canonicalJson } from '../mcp/canonical-json.ts'
import type { Bearer } from '../mcp/session-token.ts'
import type { RegistryClient } from '../registry/client.ts'
import { type Knowledge, ServerChanged } from '../registry/knowledge.ts'
import { collect } from './collect-sessions.ts'
import { type Declared, endWith, type Headers, shakeHands, wireTo } from './handshake.ts'
import { type Pools, Superseded } from './pools.ts'
import { findOrOpen } from './shared-session.ts'

export interface OpenSession {
  /** Undefined where the server keeps none. */
  readonly sessionId: string | undefined
  readonly protocolVersion: string
  /** The server's. */
  readonly capabilities: unknown
  readonly serverInfo: unknown
  readonly instructions: string | undefined
  /** For a request in this session: unique on all replicas. */
  nextId(): string
}

export interface UpstreamSessions {
  /**
   * The caller's session there, opened where there is none. Undefined where something changed meanwhile: read again.
   * @throws AppError of the handshake's failure; era_mismatch where the server is modern only
   */
  open(bearer: Bearer, declared: Declared): Promise<OpenSession | undefined>
  /** It counts as used until the returned function is called: for what takes longer than a session may be idle. */
  keep(session: OpenSession): () => void
  /** The server answered 404 to it: gone on every replica, unless a new one is there already. */
  forget(bearer: Bearer, session: OpenSession): Promise<void>
  /** A session of one's own, shared with nobody. `end` never rejects. */
  openOwn(bearer: Bearer, declared: Declared): Promise<OwnSession | undefined>
  /** Ends what the change touches; resolves within about a second. */
  changed(event: ChangeEvent): Promise<void>
  /** Something may have been taken away unseen: all are forgotten here, and nothing is sent to end them. */
  gap(): void
  close(): Promise<void>
}

export type OwnSession = OpenSession & { end(): Promise<void> }

export interface SessionParts {
  /** This replica's id. */
  readonly self: string
  readonly egress: Pick<Egress, 'upstreamPool'>
  readonly client: Pick<RegistryClient, 'openSession' | 'putSession' | 'forgetSession' | 'collectSessions'>
  readonly knowledge: Pick<Knowledge, 'credentials' | 'greeting' | 'revision'>
  readonly pools: Pick<Pools, 'take'>
  readonly via: () => string
  /** For one handshake. */
  readonly openTimeoutMs: number
  readonly idleMs: number
}

interface Held {
  readonly session: OpenSession
  readonly bearer: Bearer
  readonly headers: Headers
  /** Where all replicas find it, and which one it is; undefined for one's own. */
  readonly shared: (SessionPlace & { readonly id: string }) | undefined
  /** When the registry last heard that it is used; monotonic, in ms. */
  toldAt: number
  /** Nothing is sent to it any more. */
  over: boolean
}

interface Opening {
  readonly bearer: Bearer
  /** Its server, key or credential changed since. */
  touched: boolean
}

const maxSessions = 10_000

export function createUpstreamSessions(parts: SessionParts): UpstreamSessions {
  const { self, egress, client, knowledge, idleMs, openTimeoutMs } = parts
  const opening = new Set<Opening>()
  const asked = new Map<string, Promise<OpenSession | undefined>>()
  const own = new Set<Held>()
  const kept = new Map<Held, number>()
  const ending = new Set<Promise<void>>()
  const heldAs = new WeakMap<OpenSession, Held>()
  // Half the time, so that what is remembered here was not ended as idle.
  const known = new LRUCache<string, Held>({
    max: maxSessions,
    ttl: idleMs / 2,
    updateAgeOnGet: true,
    dispose: (held, _key, reason) => {
      const idle = reason === 'evict' || reason === 'expire'
      if (idle && held.shared === undefined) leave(held)
    },
  })
  const tellMs = idleMs / 10
  const sweep = setInterval(() => void tend(), Math.min(idleMs / 10, 30_000)).unref()
  let ids = 0

  const hold = (bearer: Bearer, headers: Headers, said: Handshake, shared?: Held['shared']): Held => {
    const nextId = () => `${self.slice(-12)}-${(++ids).toString(36)}`
    const session = { ...said, nextId }
    const held = { session, bearer, headers, shared, toldAt: performance.now(), over: false }
    heldAs.set(session, held)
    if (shared === undefined) own.add(held)
    return held
  }

  const leave = (held: Held): Promise<void> => {
    own.delete(held)
    if (held.over) return Promise.resolve()
    held.over = true
    const ended = endWith(egress, held.bearer.server.url, held.session, held.headers)
    ending.add(ended)
    return ended.finally(() => ending.delete(ended))
  }

  /** Undefined where something changed before it was done. `work` remembers what it made as soon as it is made. */
  const attempt = async <T>(bearer: Bearer, work: (isOver: () => boolean) => Promise<T | undefined>) => {
    const one: Opening = { bearer, touched: false }
    opening.add(one)
    try {
      const made = await work(() => one.touched)
      return one.touched ? undefined : made
    } catch (thrown) {
      if (one.touched || isReplaced(thrown)) return undefined
      throw toUpstreamError(thrown)
    } finally {
      opening.delete(one)
    }
  }

  const openHere = async (bearer: Bearer, declared: Declared, isOver: () => boolean) => {
    const wire = await wireTo(parts, bearer.caller, bearer.server)
    const said = await shakeHands(wire, declared, openTimeoutMs)
    return isOver() ? undefined : hold(bearer, wire.headers, said)
  }

  const share = async (bearer: Bearer, declared: Declared, isOver: () => boolean) => {
    const { caller, server, generation } = bearer
    const place = placeOf(bearer, declared)
    const found = await findOrOpen({
      self,
      client,
      place,
      generation,
      url: server.url,
      patienceMs: 2 * openTimeoutMs,
      shakeHands: async () => shakeHands(await wireTo(parts, caller, server), declared, openTimeoutMs),
      endSpare: async (spare) => {
        const { headers } = await wireTo(parts, caller, server)
        await leave(hold(bearer, headers, spare))
      },
      isOver,
    })
    if (found === undefined) return undefined
    const { headers } = await wireTo(parts, caller, server)
    return hold(bearer, headers, found.handshake, { ...place, id: found.id })
  }

  const openAndRemember = async (key: string, bearer: Bearer, declared: Declared, isOver: () => boolean) => {
    const held = await share(bearer, declared, isOver).catch((thrown: unknown) => {
      // Calls go on without the registry: a session that the others don't know of is better than none.
      if (isAway(thrown) && !isOver()) return openHere(bearer, declared, isOver)
      throw thrown
    })
    if (held !== undefined && !isOver()) known.set(key, held)
    return held?.session
  }

  /** Tells the registry that it is used; where it has gone or another one has taken its place, the next call finds out. */
  const tell = (held: Held) => {
    const { shared, bearer } = held
    if (shared === undefined) return
    held.toldAt = performance.now()
    const { id, ...place } = shared
    void client
      .openSession({ ...place, generation: bearer.generation, gateway_id: self, claim: id })
      .then(async (answer) => {
        if (answer.state === 'open' && answer.id === id) return
        drop(held)
        if (answer.state === 'yours') await client.forgetSession(shared)
      })
      .catch(() => {}) // it is told the next time
  }

  const drop = (held: Held) => {
    for (const [key, one] of known.entries()) if (one === held) known.delete(key)
  }

  const tend = async () => {
    known.purgeStale()
    for (const held of kept.keys()) tell(held)
    if (knowledge.greeting !== undefined) await collect(parts, { gateway_id: self, idle_ms: idleMs })
  }

  return {
    open(bearer, declared) {
      const key = keyOf(bearer, declared)
      const held = known.get(key)
      if (held !== undefined) {
        if (performance.now() - held.toldAt > tellMs) tell(held)
        return Promise.resolve(held.session)
      }
      const running = asked.get(key)
      if (running !== undefined) return running
      const found = attempt(bearer, (isOver) => openAndRemember(key, bearer, declared, isOver)).finally(() =>
        asked.delete(key),
      )
      asked.set(key, found)
      return found
    },
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
    async forget(_bearer, session) {
      const held = heldAs.get(session)
      if (held === undefined || held.over) return
      held.over = true
      drop(held)
      own.delete(held)
      if (held.shared !== undefined) await client.forgetSession(held.shared).catch(() => {}) // found dead again
    },
    async openOwn(bearer, declared) {
      const held = await attempt(bearer, (isOver) => openHere(bearer, declared, isOver))
      return held && { ...held.session, end: () => leave(held) }
    },
    async changed(event) {
      for (const one of opening) if (touches(event, one.bearer)) one.touched = true
      for (const held of new Set([...known.values(), ...own])) {
        if (!touches(event, held.bearer)) continue
        drop(held)
        void leave(held)
        if (held.shared) client.forgetSession(held.shared).catch(() => {}) // its variant is asked for no more
      }
      await Promise.all(ending)
    },
    gap() {
      for (const one of opening) one.touched = true
      for (const held of own) held.over = true
      own.clear()
      known.clear()
    },
    async close() {
      clearInterval(sweep)
      for (const held of own) void leave(held)
      known.clear()
      await Promise.all([collect(parts, { gateway_id: self, leaving: true }), ...ending])
    },
  }
}

/** Read again, it may be there. */
const isReplaced = (thrown: unknown) =>
  thrown instanceof Superseded ||
  thrown instanceof ServerChanged ||
  (thrown instanceof AppError && thrown.code === 'mcp_server_not_found')

const isAway = (thrown: unknown) => thrown instanceof AppError && thrown.code === 'registry_unreachable'

const keyOf = ({ caller, server, generation }: Bearer, { capabilities, logLevel = '' }: Declared) =>
  [
    caller.workspace_id,
    caller.key_id,
    server.id,
    server.url,
    generation,
    logLevel,
    JSON.stringify(capabilities),
  ].join(' ')

function placeOf({ caller, server, generation }: Bearer, declared: Declared): SessionPlace {
  const variant = canonicalJson(JSON.stringify([server.url, generation, declared]))
  return {
    workspace_id: caller.workspace_id,
    key_id: caller.key_id,
    server_id: server.id,
    variant: createHash('sha256').update(variant).digest('hex'),
  }
}

function touches({ workspace_id, subject, subject_id }: ChangeEvent, { caller, server }: Bearer): boolean {
  if (caller.workspace_id !== workspace_id) return false
  if (subject === 'server') return server.id === subject_id
  if (subject === 'api-key') return caller.key_id === subject_id
  return subject === 'membership'
}
