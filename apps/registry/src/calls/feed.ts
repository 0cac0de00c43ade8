// New call records, passed on to whoever watches them, in every process of the registry. Nothing is kept: a watcher sees what
// comes from now on. Another process names the records that it wrote (call-notices.ts), and they are read where somebody watches.

import { randomUUID } from 'node:crypto'
import type { Call } from '@gatehouse/registry-api'
import type { Db, Tx } from '../db.ts'
import { announceCalls, type CallNotice, readNotice } from './call-notices.ts'
import { type CallRow, toWire } from './to-wire.ts'

export interface CallWatcher {
  call(record: Call): void
  /** Something may have been missed: end the stream, so that its reader asks for the list again. */
  gap(): void
}

export interface CallFeed {
  /** Tells the other processes when this transaction commits. */
  announce(tx: Tx, rows: readonly CallRow[]): Promise<void>
  /** To the watchers of this process. */
  publish(workspaceId: string, records: readonly Call[]): void
  /** Returns the function that stops it. */
  watch(workspaceId: string, watcher: CallWatcher): () => void
  /** Another process has committed records; without a payload the connection was lost for a while. */
  notice(payload?: string): void
}

interface Options {
  readonly db: Db
  /** No other process has this database. */
  readonly isAlone: boolean
  /** Told where records could not be read. */
  readonly onError: (error: unknown) => void
}

export function createCallFeed({ db, isAlone, onError }: Options): CallFeed {
  const origin = randomUUID()
  const watchers = new Map<string, Set<CallWatcher>>()
  let reading = Promise.resolve()

  const publish = (workspaceId: string, records: readonly Call[]) => {
    for (const watcher of watchers.get(workspaceId) ?? [])
      records.forEach((record) => void watcher.call(record))
  }
  const gap = (those: Iterable<CallWatcher> = [...watchers.values()].flatMap((set) => [...set])) => {
    for (const watcher of [...those]) watcher.gap()
  }
  const read = async ({ workspaceId, ids, from, to }: CallNotice) => {
    if (!watchers.has(workspaceId)) return
    const rows = await db.inWorkspace(workspaceId, (tx) =>
      tx.callRecord.findMany({
        where: { workspaceId, id: { in: [...ids] }, startedAt: { gte: new Date(from), lte: new Date(to) } },
        orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
      }),
    )
    publish(workspaceId, rows.map(toWire))
  }

  return {
    announce: async (tx, rows) => {
      if (!isAlone) await announceCalls(tx, origin, rows)
    },
    publish,
    watch(workspaceId, watcher) {
      const those = watchers.get(workspaceId) ?? new Set()
      watchers.set(workspaceId, those.add(watcher))
      return () => {
        those.delete(watcher)
        if (those.size === 0 && watchers.get(workspaceId) === those) watchers.delete(workspaceId)
      }
    },
    notice(payload) {
      if (payload === undefined) return gap()
      const told = readNotice(payload)
      if (told === undefined || told.origin === origin || !watchers.has(told.workspaceId)) return
      reading = reading
        .then(() => read(told))
        .catch((error: unknown) => {
          onError(error)
          gap(watchers.get(told.workspaceId))
        })
    },
  }
}
