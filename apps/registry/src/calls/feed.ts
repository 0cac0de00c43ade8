// New call records, passed on to whoever watches them in this process. Nothing is kept: a watcher sees what comes from now on.

import type { Call } from '@gatehouse/registry-api'

export interface CallFeed {
  publish(workspaceId: string, records: readonly Call[]): void
  /** Returns the function that stops it. */
  watch(workspaceId: string, watcher: (record: Call) => void): () => void
}

export function createCallFeed(): CallFeed {
  const watchers = new Map<string, Set<(record: Call) => void>>()
  return {
    publish(workspaceId, records) {
      for (const watcher of watchers.get(workspaceId) ?? []) records.forEach((record) => void watcher(record))
    },
    watch(workspaceId, watcher) {
      const those = watchers.get(workspaceId) ?? new Set()
      watchers.set(workspaceId, those.add(watcher))
      return () => {
        those.delete(watcher)
        if (those.size === 0 && watchers.get(workspaceId) === those) watchers.delete(workspaceId)
      }
    },
  }
}
