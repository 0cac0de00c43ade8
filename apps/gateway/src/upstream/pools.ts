// Sockets to upstreams: one pool per workspace, server, origin and credential generation, so that none ever carries two
// workspaces, two people's accounts, or an old and a new credential. A pool that was replaced sends nothing more, and one whose server fails again and
// again pauses (circuit.ts). Next: slots.ts.

import type { IncomingHttpHeaders } from 'node:http'
import { Dispatcher, type Egress } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import type { Pool } from 'undici'
import type { Lease } from '../registry/lease.ts'
import { addressOf } from './address.ts'
import { type Circuit, type CircuitOptions, createCircuit } from './circuit.ts'
import { isUpstreamFault } from './faults.ts'

export interface Pools {
  /**
   * @param account set where the credential is somebody's account
   * @throws AppError upstream_unreachable for an address that is not allowed; requests fail with it too
   */
  take(
    workspaceId: string,
    server: Pick<ResolvedServer, 'id' | 'url'>,
    generation: string,
    account?: Account,
  ): Dispatcher
  /** Pools of the server, the workspace, or all leave the map; answers on the wire finish, what still waits is `Superseded`. */
  drop(workspaceId?: string, serverId?: string): void
  /** The same for those that carry this owner's accounts, or anybody's at this server. */
  dropAccounts(workspaceId: string, ownerOrServerId: string): void
  /** Of the circuits of all pools; what was opened, since the start. */
  circuits(): Readonly<Record<CircuitKind, { readonly open: number; readonly opened: number }>>
  close(): Promise<void>
}

export interface Account {
  /** Null for a service's, or where its owner is not known. */
  readonly ownerId: string | null
  /** Its token may have run out: a 401 says nothing about the account yet. */
  readonly mayBeStale: boolean
}

type CircuitKind = 'upstream' | 'credential'

/** What a request failed with that was not on the wire yet when its pool was replaced: nothing was sent. */
export class Superseded extends Error {}

/** May anything be sent? */
interface Standing extends Readonly<Record<CircuitKind, Circuit>> {
  readonly lease: Pick<Lease, 'check'>
  retired: boolean
}

interface Entry extends Standing {
  readonly pool: Pool
  readonly dispatcher: Dispatcher
  /** The same where a 401 is not counted. */
  readonly lenient: Dispatcher | undefined
  readonly serverId: string
  readonly account: Account | undefined
}

const maxPools = 500

export interface PoolParts {
  readonly egress: Egress
  readonly connectTimeoutMs: number
  /** Past which nothing is sent, also what waited for its connection until then. */
  readonly lease: Pick<Lease, 'check'>
  readonly circuit: Pick<CircuitOptions, 'failures' | 'openMs' | 'monotonic'>
}

export function createPools({ egress, connectTimeoutMs, lease, circuit }: PoolParts): Pools {
  const closing = new Set<Promise<void>>()
  const retire = (entry: Entry) => {
    entry.retired = true
    const closed = entry.pool.close().catch(() => {})
    closing.add(closed)
    closed.then(() => closing.delete(closed))
  }
  const opened = { upstream: 0, credential: 0 }
  const newCircuit = (kind: CircuitKind) =>
    createCircuit({
      ...circuit,
      opened: () => {
        opened[kind] += 1
      },
    })
  const pools = new LRUCache<string, Entry>({ max: maxPools, dispose: retire })

  const poolTo = (origin: string): Pool => {
    try {
      return egress.upstreamPool(origin, {
        pipelining: 1,
        connectTimeout: connectTimeoutMs,
        keepAliveTimeout: 30_000,
        keepAliveMaxTimeout: 30_000,
      })
    } catch (thrown) {
      throw blameless(thrown as Error) // it throws nothing else
    }
  }

  const open = (origin: string, serverId: string, account: Account | undefined): Entry => {
    const pool = poolTo(origin)
    const state: Standing = {
      retired: false,
      lease,
      upstream: newCircuit('upstream'),
      credential: newCircuit('credential'),
    }
    const lenient = account && new Guarded(pool, state, false)
    return Object.assign(state, {
      pool,
      dispatcher: new Guarded(pool, state, true),
      lenient,
      serverId,
      account,
    })
  }

  /** What was last taken for a server, so that the next call looks nothing up. */
  const last = new WeakMap<object, { workspaceId: string; generation: string; entry: Entry }>()
  const lastOf = (workspaceId: string, server: object, generation: string): Entry | undefined => {
    if (pools.size === maxPools) return undefined // now it matters which of them are used
    const used = last.get(server)
    const fits = used?.workspaceId === workspaceId && used.generation === generation
    return fits && !used.entry.retired ? used.entry : undefined
  }

  return {
    take(workspaceId, server, generation, account) {
      const used = account ? undefined : lastOf(workspaceId, server, generation)
      if (used) return used.dispatcher
      const { origin } = addressOf(server)
      const key = `${prefix(workspaceId, server.id)}${origin} ${generation}`
      let entry = pools.get(key)
      if (entry === undefined) {
        entry = open(origin, server.id, account)
        pools.set(key, entry)
      }
      if (account === undefined) last.set(server, { workspaceId, generation, entry })
      return account?.mayBeStale && entry.lenient ? entry.lenient : entry.dispatcher
    },
    drop(workspaceId, serverId) {
      if (workspaceId === undefined) return pools.clear()
      const dropped = prefix(workspaceId, serverId)
      for (const key of [...pools.keys()]) if (key.startsWith(dropped)) pools.delete(key)
    },
    dropAccounts(workspaceId, ownerOrServerId) {
      for (const [key, { account, serverId }] of [...pools.entries()]) {
        if (account === undefined || !key.startsWith(prefix(workspaceId))) continue
        const touched = account.ownerId === null || account.ownerId === ownerOrServerId
        if (touched || serverId === ownerOrServerId) pools.delete(key)
      }
    },
    circuits() {
      const open = (kind: CircuitKind) => [...pools.values()].filter((entry) => entry[kind].isOpen).length
      return {
        upstream: { open: open('upstream'), opened: opened.upstream },
        credential: { open: open('credential'), opened: opened.credential },
      }
    },
    async close() {
      const open = [...pools.values()]
      pools.clear()
      await Promise.all(open.map(({ pool }) => pool.destroy().catch(() => {})))
      await Promise.all(closing)
    },
  }
}

const prefix = (workspaceId: string, serverId?: string) =>
  serverId === undefined ? `${workspaceId} ` : `${workspaceId} ${serverId} `

/** Why nothing is asked for now. */
function refusalBy({ upstream, credential }: Standing): AppError | undefined {
  let retryAfterS = upstream.refusedForS()
  if (retryAfterS > 0) {
    const what = `it could not be reached several times in a row; it is tried again in ${retryAfterS} s`
    return new AppError('upstream_unreachable', { retryAfterS, what })
  }
  retryAfterS = credential.refusedForS()
  if (retryAfterS === 0) return undefined
  upstream.undecided()
  const what = `the MCP server refused the credential several times in a row; it is tried again in ${retryAfterS} s`
  return new AppError('upstream_auth_failed', { retryAfterS, what })
}

/** What stands for the request where there was none. */
const neverSent: Dispatcher.DispatchController = {
  aborted: true,
  paused: false,
  reason: null,
  abort() {},
  pause() {},
  resume() {},
}

/** The address of a server is no fault of whoever calls it. */
function blameless(error: Error): Error {
  if (!(error instanceof AppError) || error.code !== 'url_not_allowed') return error
  return new AppError('upstream_unreachable', { what: 'its address is not allowed', cause: error })
}

/** A pool as it may be used. */
class Guarded extends Dispatcher {
  readonly #pool: Pool
  readonly #state: Standing
  readonly #counts401: boolean

  constructor(pool: Pool, state: Standing, counts401: boolean) {
    super()
    this.#pool = pool
    this.#state = state
    this.#counts401 = counts401
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (this.#state.retired) throw new Superseded('the pool was replaced') // who held it since an earlier request
    const refusal = refusalBy(this.#state)
    if (refusal === undefined)
      return this.#pool.dispatch(options, new LastLook(handler, this.#state, options.method, this.#counts401))
    handler.onResponseError?.(neverSent, refusal)
    return true
  }
}

/**
 * undici calls onRequestStart in the same breath in which it writes the request. A queue that closes would still send what
 * waits in it, with headers from before the change; here it is stopped.
 */
class LastLook implements Dispatcher.DispatchHandler {
  readonly #next: Dispatcher.DispatchHandler
  readonly #state: Standing
  readonly #method: string
  readonly #counts401: boolean
  #answered = false

  constructor(next: Dispatcher.DispatchHandler, state: Standing, method: string, counts401: boolean) {
    this.#next = next
    this.#state = state
    this.#method = method
    this.#counts401 = counts401
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (this.#state.retired) return controller.abort(new Superseded('the credential was replaced'))
    try {
      this.#state.lease.check()
    } catch (error) {
      return controller.abort(error as Error) // it throws nothing else
    }
    this.#next.onRequestStart?.(controller, context)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    text?: string,
  ): void {
    this.#answered = true
    this.#state.upstream.succeeded()
    if (status !== 401) this.#state.credential.succeeded()
    else if (this.#counts401) this.#state.credential.failed()
    else this.#state.credential.undecided()
    this.#next.onResponseStart?.(controller, status, headers, text)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#next.onResponseData?.(controller, chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#next.onResponseEnd?.(controller, trailers)
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#answered) {
      if (isUpstreamFault(error, this.#method)) this.#state.upstream.failed()
      else this.#state.upstream.undecided()
      this.#state.credential.undecided()
    }
    this.#next.onResponseError?.(controller, blameless(error))
  }
}
