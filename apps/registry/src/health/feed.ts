// Tells pages, in every process of the registry, that a server's health was written. They ask for it again.

import { randomUUID } from 'node:crypto'
import type { Tx } from '../db.ts'

/** The name that PostgreSQL's LISTEN and NOTIFY know this by. */
export const healthChannel = 'gatehouse_health'

export interface HealthWatcher {
  changed(serverId: string): void
  /** Something may have been missed. */
  gap(): void
}

export interface HealthFeed {
  /** Tells the other processes when this transaction commits. */
  announce(tx: Tx, workspaceId: string, serverId: string): Promise<void>
  /** To the watchers of this process. */
  publish(workspaceId: string, serverId: string): void
  /** Returns the function that stops it. */
  watch(workspaceId: string, watcher: HealthWatcher): () => void
  /** From another process; without a payload the connection was lost for a while. */
  notice(payload?: string): void
}

/** @param isAlone no other process has this database */
export function createHealthFeed(isAlone: boolean): HealthFeed {
  const origin = randomUUID()
  const watchers = new Map<HealthWatcher, string>()
  const publish = (workspaceId: string, serverId: string) => {
    for (const [watcher, watched] of [...watchers]) if (watched === workspaceId) watcher.changed(serverId)
  }
  return {
    async announce(tx, workspaceId, serverId) {
      if (!isAlone)
        await tx.$executeRaw`SELECT pg_notify(${healthChannel}, ${`${origin} ${workspaceId} ${serverId}`})`
    },
    publish,
    watch(workspaceId, watcher) {
      watchers.set(watcher, workspaceId)
      return () => void watchers.delete(watcher)
    },
    notice(payload) {
      if (payload === undefined) return [...watchers.keys()].forEach((watcher) => void watcher.gap())
      const [from, workspaceId = '', serverId = ''] = payload.split(' ')
      if (from !== origin) publish(workspaceId, serverId)
    },
  }
}
