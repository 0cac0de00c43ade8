// A connection to an upstream for requests of our own: era found out, legacy session opened and ended. lists.ts uses it.

import { type Egress, toUpstreamError } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { Era } from '@gatehouse/protocol'
import { discover, initialize, legacyHeaders, modernHeaders, modernMeta, modernVersion } from './era.ts'
import { endSession, exchange, type Reply, type Wire } from './exchange.ts'

export interface ConnectOptions {
  readonly egress: Egress
  readonly url: string
  /** The stored ones, as they are to be sent. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Pinned by an operator or known from before; `auto` finds it out. */
  readonly era?: 'auto' | Era
  /** Ends everything; its reason is thrown. */
  readonly signal?: AbortSignal | undefined
  readonly limits?: Limits | undefined
}

export interface Limits {
  /** For everything together; 20 s unless told. */
  readonly timeoutMs?: number
  /** For server/discover, which some legacy servers never answer; 5 s unless told. */
  readonly probeTimeoutMs?: number
  /** Of one answer, and of a whole list of tools; 16 MiB unless told. */
  readonly maxBytes?: number
  /** 100,000 unless told. */
  readonly maxTools?: number
}

/** What the registry asks of an upstream: methods of both eras that need no `Mcp-Name`. */
export type ListMethod = 'tools/list' | 'prompts/list' | 'resources/list' | 'resources/templates/list'

export interface UpstreamConnection {
  readonly era: Era
  readonly protocolVersion: string
  /** Sends one request; era headers and `_meta` are added. @throws AppError as connectUpstream */
  request(method: ListMethod, params?: Readonly<Record<string, unknown>>): Promise<Reply>
  /** Ends the session where there is one, then the sockets. Never fails. */
  close(): Promise<void>
}

/**
 * @throws AppError url_not_allowed, upstream_auth_failed (401, 403), upstream_unreachable, upstream_timeout,
 * upstream_invalid, invalid_header
 */
export async function connectUpstream(options: ConnectOptions): Promise<UpstreamConnection> {
  const { egress, limits = {}, headers } = options
  const url = egress.checkUrl(options.url)
  const deadline = AbortSignal.timeout(limits.timeoutMs ?? 20_000)
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline
  const pool = egress.upstreamPool(url.origin, { connections: 2, headersTimeout: 0, bodyTimeout: 0 })
  const wire: Wire = {
    pool,
    path: url.pathname + url.search,
    headers,
    maxBytes: limits.maxBytes ?? 16 * 1024 * 1024,
  }

  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (thrown) {
      options.signal?.throwIfAborted()
      throw toUpstreamError(thrown)
    }
  }

  try {
    const era = await guarded(() =>
      findEra(wire, options.era ?? 'auto', signal, limits.probeTimeoutMs ?? 5_000),
    )
    return era === 'modern'
      ? modernConnection(wire, signal, guarded)
      : await guarded(() => legacyConnection(wire, signal, guarded))
  } catch (thrown) {
    await pool.destroy()
    throw thrown
  }
}

/** Finds out the era and leaves again. Throws as connectUpstream. */
export async function probeEra(options: Omit<ConnectOptions, 'era'>): Promise<Era> {
  const connection = await connectUpstream(options)
  await connection.close()
  return connection.era
}

async function findEra(wire: Wire, era: 'auto' | Era, signal: AbortSignal, probeMs: number): Promise<Era> {
  if (era !== 'auto') return era
  try {
    return (await discover(wire, AbortSignal.any([signal, AbortSignal.timeout(probeMs)]))) ?? 'legacy'
  } catch (thrown) {
    // An answer that never comes is no evidence; whether initialize succeeds decides then, as after a 5xx.
    if (signal.aborted || toUpstreamError(thrown).code !== 'upstream_timeout') throw thrown
    return 'legacy'
  }
}

type Guarded = <T>(work: () => Promise<T>) => Promise<T>

function modernConnection(wire: Wire, signal: AbortSignal, guarded: Guarded): UpstreamConnection {
  let id = 0
  return {
    era: 'modern',
    protocolVersion: modernVersion,
    request: (method, params = {}) =>
      guarded(() =>
        exchange(
          wire,
          { method, id: ++id, params: { ...params, _meta: modernMeta } },
          modernHeaders(method),
          signal,
        ),
      ),
    close: () => wire.pool.destroy(),
  }
}

async function legacyConnection(
  wire: Wire,
  signal: AbortSignal,
  guarded: Guarded,
): Promise<UpstreamConnection> {
  const session = await initialize(wire, signal)
  const headers = legacyHeaders(session)
  let id = 0
  return {
    era: 'legacy',
    protocolVersion: session.protocolVersion,
    request: (method, params) =>
      guarded(async () => {
        const reply = await exchange(
          wire,
          { method, id: ++id, ...(params ? { params } : {}) },
          headers,
          signal,
        )
        if (reply.status !== 404 || session.sessionId === undefined || reply.response?.error) return reply
        throw new AppError('upstream_invalid', { what: 'it forgot its session at once' })
      }),
    async close() {
      if (session.sessionId !== undefined) await endSession(wire, headers)
      await wire.pool.destroy()
    },
  }
}
