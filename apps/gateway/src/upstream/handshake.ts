// Opens one session at a legacy server, and ends it. Who keeps it: sessions.ts.

import type { Egress } from '@gatehouse/egress'
import {
  endSession,
  exchange,
  type Handshake,
  type HandshakeClient,
  initialize,
  type LegacySession,
  legacyHeaders,
  type Wire,
} from '@gatehouse/upstream'
import type { CallerRef, Knowledge, Server, ServerRef } from '../registry/knowledge.ts'
import { addressOf } from './address.ts'
import { dispatcherTo } from './dispatcher-to.ts'
import type { Pools } from './pools.ts'

/** What keeps sessions of one caller at one server apart. */
export interface Declared {
  readonly capabilities: Readonly<Record<string, unknown>>
  /** Asked for right after the handshake, where the server sends log messages. */
  readonly logLevel?: string
  /** One client that has it for itself, in whose name the handshake is made. Ourselves for all, unless told. */
  readonly client?: HandshakeClient & { readonly id: string }
}

export type Headers = readonly (readonly [name: string, value: string])[]

interface Parts {
  readonly knowledge: Pick<Knowledge, 'credentials' | 'refused'>
  readonly pools: Pick<Pools, 'take'>
  readonly via: () => string
}

const maxBytes = 1024 * 1024

/**
 * Nothing is awaited between reading the credential and taking its pool, and a replaced pool sends nothing.
 * @throws ServerChanged; AppError as credentials does
 */
export async function wireTo(
  parts: Parts,
  caller: CallerRef,
  server: ServerRef & Pick<Server, 'url'>,
): Promise<Wire> {
  const credential = await parts.knowledge.credentials(caller, server)
  return {
    pool: dispatcherTo(parts, caller, server, credential),
    path: addressOf(server).path,
    headers: [['via', parts.via()], ...credential.headers],
    maxBytes,
  }
}

/** @throws whatever exchange throws; AppError era_mismatch where the server is modern only */
export async function shakeHands(
  wire: Wire,
  { capabilities, logLevel, client }: Declared,
  timeoutMs: number,
): Promise<Handshake> {
  const signal = AbortSignal.timeout(timeoutMs)
  const handshake = await initialize(wire, signal, capabilities, client)
  if (logLevel !== undefined && sendsLogs(handshake.capabilities)) {
    const message = { id: 1, method: 'logging/setLevel', params: { level: logLevel } }
    await exchange(wire, message, legacyHeaders(handshake), signal)
  }
  return handshake
}

const sendsLogs = (capabilities: unknown) =>
  typeof capabilities === 'object' && capabilities !== null && 'logging' in capabilities

/**
 * Within about a second; never rejects. By a connection of its own, as the pool that the session was used on may be closing.
 */
export async function endWith(
  egress: Pick<Egress, 'upstreamPool'>,
  url: string,
  session: LegacySession,
  headers: Headers,
): Promise<void> {
  if (session.sessionId === undefined) return
  try {
    const { origin, pathname, search } = new URL(url)
    const pool = egress.upstreamPool(origin, { connections: 1 })
    await endSession({ pool, path: pathname + search, headers, maxBytes }, legacyHeaders(session))
    await pool.destroy()
  } catch {
    // it is over for us whatever happened there
  }
}
