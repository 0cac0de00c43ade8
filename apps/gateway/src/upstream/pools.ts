// Connections to upstreams: one pool per workspace, origin and credential generation, so that no connection ever carries two
// workspaces or an old and a new credential. A pool that was replaced sends nothing more. Next: slots.ts.

import type { IncomingHttpHeaders } from 'node:http'
import type { Egress } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import type { Dispatcher, Pool } from 'undici'
import type { Lease } from '../registry/lease.ts'

export interface Pools {
  /** @throws AppError upstream_unreachable for an address that is not allowed; requests fail with it too */
  take(workspaceId: string, server: Pick<ResolvedServer, 'url'>, generation: string): Dispatcher
  /** Pools of the workspace (or all) leave the map; answers on the wire finish, what still waits is `Superseded`. */
  drop(workspaceId?: string): void
  close(): Promise<void>
}

/** What a request failed with that was not on the wire yet when its pool was replaced: nothing was sent. */
export class Superseded extends Error {}

/** May anything be sent? */
interface Standing {
  readonly lease: Pick<Lease, 'check'>
  retired: boolean
}

interface Entry extends Standing {
  readonly pool: Pool
  readonly dispatcher: Dispatcher
}

const maxPools = 500

/** @param lease past which nothing is sent, also what waited for its connection until then */
export function createPools(egress: Egress, connectTimeoutMs: number, lease: Pick<Lease, 'check'>): Pools {
  const closing = new Set<Promise<void>>()
  const retire = (entry: Entry) => {
    entry.retired = true
    const closed = entry.pool.close().catch(() => {})
    closing.add(closed)
    closed.then(() => closing.delete(closed))
  }
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

  const open = (origin: string): Entry => {
    const pool = poolTo(origin)
    const state = { retired: false, lease }
    const guard: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
      if (state.retired) throw new Superseded('the pool was replaced') // who held it since an earlier request
      return dispatch(options, new LastLook(handler, state))
    }
    return Object.assign(state, { pool, dispatcher: pool.compose(guard) })
  }

  return {
    take(workspaceId, server, generation) {
      const { origin } = new URL(server.url)
      const key = `${workspaceId} ${origin} ${generation}`
      let entry = pools.get(key)
      if (entry === undefined) {
        entry = open(origin)
        pools.set(key, entry)
      }
      return entry.dispatcher
    },
    drop(workspaceId) {
      if (workspaceId === undefined) pools.clear()
      else for (const key of [...pools.keys()]) if (key.startsWith(workspaceId)) pools.delete(key)
    },
    async close() {
      const open = [...pools.values()]
      pools.clear()
      await Promise.all(open.map(({ pool }) => pool.destroy().catch(() => {})))
      await Promise.all(closing)
    },
  }
}

/** The address of a server is no fault of whoever calls it. */
function blameless(error: Error): Error {
  if (!(error instanceof AppError) || error.code !== 'url_not_allowed') return error
  return new AppError('upstream_unreachable', { what: 'its address is not allowed', cause: error })
}

/**
 * undici calls onRequestStart in the same breath in which it writes the request. A queue that closes would still send what
 * waits in it, with headers from before the change; here it is stopped.
 */
class LastLook implements Dispatcher.DispatchHandler {
  readonly #next: Dispatcher.DispatchHandler
  readonly #state: Standing

  constructor(next: Dispatcher.DispatchHandler, state: Standing) {
    this.#next = next
    this.#state = state
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
    this.#next.onResponseStart?.(controller, status, headers, text)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#next.onResponseData?.(controller, chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#next.onResponseEnd?.(controller, trailers)
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#next.onResponseError?.(controller, blameless(error))
  }
}
