// Connections to upstreams: one pool per workspace, origin and credential generation, so that no connection ever carries two
// workspaces or an old and a new credential. Slots bound the calls at one server.

import type { Egress } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import type { Pool } from 'undici'

export interface Pools {
  /** @throws AppError url_not_allowed */
  take(workspaceId: string, server: ResolvedServer, generation: string): Pool
  /** Pools of the workspace leave the map; answers on the wire finish. */
  drop(workspaceId: string): void
  close(): Promise<void>
}

const maxPools = 500

export function createPools(egress: Egress, connectTimeoutMs: number): Pools {
  const closing = new Set<Promise<void>>()
  const retire = (pool: Pool) => {
    const closed = pool.close().catch(() => {})
    closing.add(closed)
    closed.then(() => closing.delete(closed))
  }
  const pools = new LRUCache<string, Pool>({ max: maxPools, dispose: retire })

  return {
    take(workspaceId, server, generation) {
      const { origin } = new URL(server.url)
      const key = `${workspaceId} ${origin} ${generation}`
      const known = pools.get(key)
      if (known) return known
      const pool = egress.upstreamPool(origin, {
        pipelining: 1,
        connectTimeout: connectTimeoutMs,
        keepAliveTimeout: 30_000,
        keepAliveMaxTimeout: 30_000,
      })
      pools.set(key, pool)
      return pool
    },
    drop(workspaceId) {
      for (const key of pools.keys()) if (key.startsWith(workspaceId)) pools.delete(key)
    },
    async close() {
      const open = [...pools.values()]
      pools.clear()
      await Promise.all(open.map((pool) => pool.destroy().catch(() => {})))
      await Promise.all(closing)
    },
  }
}

export interface Slots {
  /** Takes a slot at this server or refuses. @returns the function that gives it back @throws AppError overloaded */
  take(server: ResolvedServer): () => void
}

export function createSlots(maxPerServer: number): Slots {
  const taken = new Map<string, number>()
  return {
    take(server) {
      const now = taken.get(server.id) ?? 0
      if (now >= (server.max_concurrent ?? maxPerServer)) {
        throw new AppError('overloaded', {
          retryAfterS: 1,
          what: `${server.slug} has as many calls as it may`,
        })
      }
      taken.set(server.id, now + 1)
      let given = false
      return () => {
        if (given) return
        given = true
        const left = (taken.get(server.id) ?? 1) - 1
        if (left === 0) taken.delete(server.id)
        else taken.set(server.id, left)
      }
    },
  }
}
