// What gateways cache and no longer holds. A change takes the next revision in its own transaction and leaves a row in the
// outbox; after the commit every registry process reads the outbox onwards from where it was and tells its gateways.
// Revisions are committed in their order (the row is locked until then), so reading onwards never misses one. Who has heard of
// them: leases.ts.

import type { Db, Tx } from './db.ts'
import type { Leases } from './leases.ts'

export type Subject = 'server' | 'api-key' | 'membership' | 'session' | 'session-notes' | 'connection'

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
  /** The same for many at once. @returns the last one's revision */
  recordAll(tx: Tx, changes: readonly Change[]): Promise<number>
  /** Call after the commit: connected gateways are told. */
  published(revision: number): void
  /** As Leases.settled. */
  settled(revision: number): Promise<void>
  /** The revision of this transaction's snapshot or an older one: read it first. */
  current(tx: Tx): Promise<number>
  /**
   * Connects a gateway: every change that commits from now on is passed to `subscriber`, in order. Read `hello` after
   * this. Returns the function that disconnects.
   */
  subscribe(subscriber: Subscriber): () => void
  /** Another process has committed a change. */
  notice(): void
  /** How many gateways are connected to this process. */
  connected(): number
  /** Drops rows of the outbox that every process has read long ago. */
  prune(): Promise<void>
  close(): Promise<void>
}

const keptMs = 60 * 60_000

export interface ChangesOptions {
  readonly db: Db
  readonly leases: Pick<Leases, 'settled'>
  readonly onError: (error: unknown) => void
}

export async function createChanges({ db, leases, onError }: ChangesOptions): Promise<Changes> {
  const connected = new Set<Subscriber>()
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
      if (revision !== delivered + 1) for (const subscriber of connected) subscriber.gap()
      delivered = revision
      const change: PublishedChange = {
        revision,
        workspaceId: row.workspaceId,
        subject: row.subject as Subject, // written by record() only
        subjectId: row.subjectId,
        ...(row.expiresAt ? { expiresAtMs: row.expiresAt.getTime() } : {}),
      }
      for (const subscriber of connected) subscriber.change(change)
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
          onError(error)
          if (!closed) setTimeout(notice, 500).unref()
        })
      }
      reading = undefined
    })()
  }

  return {
    record: (tx, change) => recordAll(tx, [change]),
    recordAll,
    current,
    published: notice,
    notice,
    settled: leases.settled,
    subscribe(subscriber) {
      connected.add(subscriber)
      return () => void connected.delete(subscriber)
    },
    connected: () => connected.size,
    prune: () =>
      db.asSystem(async (tx) => {
        await tx.change.deleteMany({ where: { at: { lt: new Date(Date.now() - keptMs) } } })
      }),
    async close() {
      closed = true
      await reading
    },
  }
}

/** The name that PostgreSQL's LISTEN and NOTIFY know this by. */
export const channel = 'gatehouse_change'

async function recordAll(tx: Tx, changes: readonly Change[]): Promise<number> {
  const { revision } = await tx.revision.update({
    where: { id: 1 },
    data: { revision: { increment: changes.length } },
    select: { revision: true },
  })
  const first = revision - BigInt(changes.length) + 1n
  const rows = changes.map(({ workspaceId, subject, subjectId, expiresAtMs }, at) => ({
    ...{ revision: Number(first) + at, workspace_id: workspaceId, subject, subject_id: subjectId },
    expires_at: expiresAtMs === undefined ? null : new Date(expiresAtMs),
  }))
  await tx.$executeRaw`
    INSERT INTO change (revision, workspace_id, subject, subject_id, expires_at)
    SELECT revision, workspace_id, subject, subject_id, expires_at
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(revision bigint, workspace_id uuid, subject text, subject_id text, expires_at timestamptz)`
  await tx.$executeRaw`SELECT pg_notify(${channel}, ${revision.toString()})`
  return Number(revision)
}

async function current(tx: Tx): Promise<number> {
  const row = await tx.revision.findUniqueOrThrow({ where: { id: 1 }, select: { revision: true } })
  return Number(row.revision)
}
