// Open subscriptions/listen streams of the aggregate endpoint in this process, told when servers or their credentials changed.
// listen.ts holds one.

export interface Listeners {
  /** @param changed called at once, must not wait. @returns takes it away again */
  add(workspaceId: string, changed: () => void): () => void
  /** @param workspaceId all of them without one */
  changed(workspaceId?: string): void
}

export function createListeners(): Listeners {
  const listeners = new Set<{ readonly workspaceId: string; readonly changed: () => void }>()
  return {
    add(workspaceId, changed) {
      const listener = { workspaceId, changed }
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    changed(workspaceId) {
      for (const listener of [...listeners])
        if (workspaceId === undefined || listener.workspaceId === workspaceId) listener.changed()
    },
  }
}
