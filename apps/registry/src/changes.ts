// What gateways cache and no longer holds. A change takes the next revision in its own transaction and leaves a row in the
// outbox; after the commit every registry process reads the outbox onwards from where it was and tells its gateways.
// Revisions are committed in their order (the row is locked until then), so reading onwards never misses one.

import { AppError } from '@gatehouse/errors'
import type { Db, Tx } from './db.ts'

export type Subject = 'server' | 'api-key' | 'membership' | 'session' | 'session-notes'

export interface Change {
  readonly workspaceId: string
  readonly subject: Subject
  readonly subjectId: string
  /** For an ended session: until when it has to be remembered. */
  readonly expiresAtMs?: number
}

export interface PublishedChange extends Change {
  readonly revision: number
}

/** One gateway's stream. */
export interface Subscriber {
  change(change: PublishedChange): void
  /** Something was missed: close the stream, so that the gateway drops everything and connects again. */
  gap(): void
}

export interface Changes {
  /** Takes the next revision for a change of this transaction. Call it last: it locks the one revision row. */
  record(tx: Tx, change: Change): Promise<number>
  /** Call after the commit: connected gateways are told. */
  published(revision: number): void
  /**
   * Resolves when every connected gateway has acknowledged the revision.
   * @throws AppError revocation_pending after 20 s
   */
  settled(revision: number): Promise<void>
  /** The revision of this transaction's snapshot or an older one: read it first. */
  current(tx: Tx): Promise<number>
  /**
   * Connects a gateway: every change that commits from now on is passed to `subscriber`, in order. Read `hello` after
   * this. Returns the function that disconnects.
   */
  subscribe(gatewayId: string, subscriber: Subscriber): () => void
  acknowledge(gatewayId: string, revision: number): void
  /** How many gateways are connected to this process. */
  connected(): number
  /** Drops rows of the outbox that every process has read long ago. */
  prune(): Promise<void>
  close(): Promise<void>
}

const keptMs = 60 * 60_000

interface Connected {
  readonly gatewayId: string
  readonly subscriber: Subscriber
  acknowledged: number
}

export interface ChangesOptions {
  readonly db: Db
  readonly settleMs?: number
  readonly onError: (error: unknown) => void
  /** Tells of commits of other processes; absent with the embedded database. */
  readonly listen?: (onNotice: () => void) => Promise<{ close(): Promise<void> }>
}

export async function createChanges(options: ChangesOptions): Promise<Changes> {
  const { db } = options
  const connected = new Set<Connected>()
  const waiting = new Set<() => void>()
  let delivered = await db.asSystem(current)
  let reading: Promise<void> | undefined
  let again = false
  let closed = false

  async function readOnwards(): Promise<void> {
    const rows = await db.asSystem((tx) =>
      tx.change.findMany({
        where: { revision: { gt: delivered } },
        orderBy: { revision: 'asc' },
        take: 1_000,
      }),
    )
    for (const row of rows) {
      const revision = Number(row.revision)
      // A hole means that the row was pruned before we came to it.
      if (revision !== delivered + 1) for (const { subscriber } of connected) subscriber.gap()
      delivered = revision
      const change: PublishedChange = {
        revision,
        workspaceId: row.workspaceId,
        subject: row.subject as Subject, // written by record() only
        subjectId: row.subjectId,
        ...(row.expiresAt ? { expiresAtMs: row.expiresAt.getTime() } : {}),
      }
      for (const { subscriber } of connected) subscriber.change(change)
    }
    if (rows.length === 1_000) again = true
  }

  /** One reader at a time; a notice that comes meanwhile makes it read once more. */
  function notice(): void {
    again = true
    reading ??= (async () => {
      while (again && !closed) {
        again = false
        await readOnwards().catch((error: unknown) => {
          options.onError(error)
          if (!closed) setTimeout(notice, 500).unref()
        })
      }
      reading = undefined
    })()
  }

  const wake = () => {
    for (const check of [...waiting]) check()
  }
  const listener = await options.listen?.(notice)
  notice() // what was committed between the first reading and the listening

  return {
    record,
    current,
    published: notice,
    settled(revision) {
      const done = () => [...connected].every((gateway) => gateway.acknowledged >= revision)
      if (done()) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const check = () => {
          if (!done()) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve()
        }
        const timer = setTimeout(() => {
          waiting.delete(check)
          reject(new AppError('revocation_pending'))
        }, options.settleMs ?? 20_000)
        waiting.add(check)
      })
    },
    subscribe(gatewayId, subscriber) {
      const gateway: Connected = { gatewayId, subscriber, acknowledged: delivered }
      connected.add(gateway)
      return () => {
        connected.delete(gateway)
        wake()
      }
    },
    acknowledge(gatewayId, revision) {
      for (const gateway of connected) {
        if (gateway.gatewayId !== gatewayId) continue
        gateway.acknowledged = Math.max(gateway.acknowledged, revision)
      }
      wake()
    },
    connected: () => connected.size,
    prune: () =>
      db.asSystem(async (tx) => {
        await tx.change.deleteMany({ where: { at: { lt: new Date(Date.now() - keptMs) } } })
      }),
    async close() {
      closed = true
      await listener?.close()
      await reading
    },
  }
}

/** The name that PostgreSQL's LISTEN and NOTIFY know this by. */
export const channel = 'gatehouse_change'

async function record(tx: Tx, change: Change): Promise<number> {
  const { revision } = await tx.revision.update({
    where: { id: 1 },
    data: { revision: { increment: 1 } },
    select: { revision: true },
  })
  await tx.change.create({
    data: {
      revision,
      workspaceId: change.workspaceId,
      subject: change.subject,
      subjectId: change.subjectId,
      expiresAt: change.expiresAtMs === undefined ? null : new Date(change.expiresAtMs),
    },
    select: { revision: true },
  })
  await tx.$executeRaw`SELECT pg_notify(${channel}, ${revision.toString()})`
  return Number(revision)
}

async function current(tx: Tx): Promise<number> {
  const row = await tx.revision.findUniqueOrThrow({ where: { id: 1 }, select: { revision: true } })
  return Number(row.revision)
}
