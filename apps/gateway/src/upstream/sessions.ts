// Sessions that we open at legacy servers: one per caller, server, credential and declared capabilities, shared by all replicas
// through the registry (shared-session.ts) and remembered here. Ended when nobody uses them, when the server, the key or the
// credential changes, and at the stop.

import { createHash } from 'node:crypto'
import { type Egress, toUpstreamError } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { ChangeEvent, SessionPlace } from '@gatehouse/registry-api/internal'
import { canonicalJson } from '../mcp/canonical-json.ts'
import type { Bearer } from '../mcp/session-token.ts'
import type { RegistryClient } from '../registry/client.ts'
import { type Knowledge, ServerChanged } from '../registry/knowledge.ts'
import { touches } from '../registry/touches.ts'
import { collect } from './collect-sessions.ts'
import { type Declared, shakeHands, wireTo } from './handshake.ts'
import { createHeldSessions, type Held } from './held-sessions.ts'
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
  readonly knowledge: Pick<Knowledge, 'credentials' | 'refused' | 'greeting' | 'revision'>
  readonly pools: Pick<Pools, 'take'>
  readonly via: () => string
  /** For one handshake. */
  readonly openTimeoutMs: number
  readonly idleMs: number
}

interface Opening {
  readonly bearer: Bearer
  /** Its server, key or credential changed since. */
  touched: boolean
}

export function createUpstreamSessions(parts: SessionParts): UpstreamSessions {
  const { self, client, knowledge, idleMs, openTimeoutMs } = parts
  const sessions = createHeldSessions(self, parts.egress, idleMs)
  const opening = new Set<Opening>()
  const asked = new Map<string, Promise<OpenSession | undefined>>()
  const sweep = setInterval(() => void tend(), Math.min(idleMs / 10, 30_000)).unref()

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
    return isOver() ? undefined : sessions.hold(bearer, wire.headers, said)
  }

  const share = async (bearer: Bearer, declared: Declared, isOver: () => boolean) => {
    const { caller, server } = bearer
    const place = placeOf(bearer, declared)
    const found = await findOrOpen({
      self,
      client,
      place,
      generation: server.credential_generation,
      url: server.url,
      patienceMs: 2 * openTimeoutMs,
      shakeHands: async () => shakeHands(await wireTo(parts, caller, server), declared, openTimeoutMs),
      endSpare: async (spare) => {
        const { headers } = await wireTo(parts, caller, server)
        await sessions.leave(sessions.hold(bearer, headers, spare))
      },
      isOver,
    })
    if (found === undefined) return undefined
    const { headers } = await wireTo(parts, caller, server)
    return sessions.hold(bearer, headers, found.handshake, { ...place, id: found.id })
  }

  const openAndRemember = async (key: string, bearer: Bearer, declared: Declared, isOver: () => boolean) => {
    const held = await share(bearer, declared, isOver).catch((thrown: unknown) => {
      // Calls go on without the registry: a session that the others don't know of is better than none.
      if (isAway(thrown) && !isOver()) return openHere(bearer, declared, isOver)
      throw thrown
    })
    if (held !== undefined && !isOver()) sessions.remember(key, held)
    return held?.session
  }

  /** Tells the registry that it is used; where it has gone or another one has taken its place, the next call finds out. */
  const tell = (held: Held) => {
    const { shared, bearer } = held
    if (shared === undefined) return
    held.toldAt = performance.now()
    const { id, ...place } = shared
    void client
      .openSession({
        ...place,
        generation: bearer.server.credential_generation,
        gateway_id: self,
        claim: id,
      })
      .then(async (answer) => {
        if (answer.state === 'open' && answer.id === id) return
        sessions.forget(held)
        if (answer.state === 'yours') await client.forgetSession(shared)
      })
      .catch(() => {}) // it is told the next time
  }

  const tend = async () => {
    sessions.purge()
    for (const held of sessions.kept) tell(held)
    if (knowledge.greeting !== undefined) await collect(parts, { gateway_id: self, idle_ms: idleMs })
  }

  return {
    open(bearer, declared) {
      const key = keyOf(bearer, declared)
      const held = sessions.known(key)
      if (held !== undefined) {
        if (performance.now() - held.toldAt > idleMs / 10) tell(held)
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
    keep: sessions.keep,
    async forget(_bearer, session) {
      const held = sessions.of(session)
      if (held === undefined || held.over) return
      held.over = true
      sessions.forget(held)
      if (held.shared !== undefined) await client.forgetSession(held.shared).catch(() => {}) // found dead again
    },
    async openOwn(bearer, declared) {
      const held = await attempt(bearer, (isOver) => openHere(bearer, declared, isOver))
      return held && Object.assign(held.session, { end: () => sessions.leave(held) })
    },
    async changed(event) {
      for (const one of opening) if (touches(event, one.bearer)) one.touched = true
      for (const held of sessions.touchedBy(event)) {
        void sessions.leave(held)
        if (held.shared) client.forgetSession(held.shared).catch(() => {}) // its variant is asked for no more
      }
      await sessions.settled()
    },
    gap() {
      for (const one of opening) one.touched = true
      sessions.forgetAll()
    },
    async close() {
      clearInterval(sweep)
      sessions.leaveOwn()
      await Promise.all([collect(parts, { gateway_id: self, leaving: true }), sessions.settled()])
    },
  }
}

/** Read again, it may be there. */
const isReplaced = (thrown: unknown) =>
  thrown instanceof Superseded ||
  thrown instanceof ServerChanged ||
  (thrown instanceof AppError && thrown.code === 'mcp_server_not_found')

const isAway = (thrown: unknown) => thrown instanceof AppError && thrown.code === 'registry_unreachable'

const keyOf = ({ caller, server, generation }: Bearer, { capabilities, logLevel = '', client }: Declared) =>
  [
    caller.workspace_id,
    caller.key_id,
    server.id,
    server.url,
    generation,
    logLevel,
    client?.id,
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
