// Revisions, and how connected gateways come to know of them.

import { randomUUID } from 'node:crypto'
import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Changes, channel, createChanges, type PublishedChange } from './changes.ts'
import { type Db, openDb } from './db.ts'
import { listen } from './listen.ts'
import { type TestDatabase, testDatabase } from './testing/database.ts'

let database: TestDatabase
let db: Db
const open: Changes[] = []
beforeAll(async () => {
  database = await testDatabase()
  db = openDb(database.source, () => undefined)
})
afterAll(async () => {
  for (const changes of open) await changes.close()
  await db.close()
  await database.close()
})

const workspaceId = randomUUID()
const ignore = () => undefined

/** One more registry process's view of the same database. */
async function start(settleMs?: number): Promise<Changes> {
  const { source } = database
  const changes = await createChanges({
    db,
    onError: ignore,
    ...(settleMs === undefined ? {} : { settleMs }),
    ...(source.embedded ? {} : { listen: (onNotice) => listen(source.pool, channel, onNotice, ignore) }),
  })
  open.push(changes)
  return changes
}

function gateway(changes: Changes, acknowledges = true) {
  const id = randomUUID()
  const seen: PublishedChange[] = []
  const disconnect = changes.subscribe(id, {
    change(change) {
      seen.push(change)
      if (acknowledges) changes.acknowledge(id, change.revision)
    },
    gap: ignore,
  })
  return { id, seen, disconnect }
}

const change = (changes: Changes, subjectId = 's') =>
  db.inWorkspace(workspaceId, (tx) => changes.record(tx, { workspaceId, subject: 'server', subjectId }))

describe('changes', () => {
  test('every concurrent change has its own revision and arrives once, in order', async () => {
    const changes = await start()
    const { seen, disconnect } = gateway(changes)
    const revisions = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const revision = await change(changes)
        changes.published(revision)
        return revision
      }),
    )
    await waitFor(() => seen.length >= 20)
    const sorted = revisions.toSorted((a, b) => a - b)
    expect(new Set(revisions).size).toBe(20)
    expect(seen.map((one) => one.revision)).toEqual(sorted)
    disconnect()
  })

  test('a change of a transaction that fails is told to nobody and leaves no gap', async () => {
    const changes = await start()
    const { seen, disconnect } = gateway(changes)
    const failed = db.inWorkspace(workspaceId, async (tx) => {
      await changes.record(tx, { workspaceId, subject: 'server', subjectId: 'lost' })
      throw new Error('changed its mind')
    })
    await expect(failed).rejects.toThrow('changed its mind')
    const revision = await change(changes, 'kept')
    changes.published(revision)
    await waitFor(() => seen.length > 0)
    expect(seen.map((one) => one.subjectId)).toEqual(['kept'])
    disconnect()
  })

  test('an ended session carries until when it has to be remembered', async () => {
    const changes = await start()
    const { seen, disconnect } = gateway(changes)
    const revision = await db.asSystem((tx) =>
      changes.record(tx, {
        workspaceId,
        subject: 'session',
        subjectId: 'digest',
        expiresAtMs: 1_800_000_000_000,
      }),
    )
    changes.published(revision)
    await waitFor(() => seen.length > 0)
    expect(seen).toEqual([
      { revision, workspaceId, subject: 'session', subjectId: 'digest', expiresAtMs: 1_800_000_000_000 },
    ])
    disconnect()
  })

  test('settled waits for every connected gateway, and no longer for one that is gone', async () => {
    const changes = await start()
    const slow = gateway(changes, false)
    const gone = gateway(changes, false)
    const revision = await change(changes)
    changes.published(revision)
    let settled = false
    const waiting = changes.settled(revision).then(() => {
      settled = true
    })
    await waitFor(() => slow.seen.length > 0)
    gone.disconnect()
    expect(settled).toBe(false)
    changes.acknowledge(slow.id, revision)
    await waiting
    slow.disconnect()
  })

  test('a gateway that never acknowledges makes it revocation_pending', async () => {
    const changes = await start(50)
    const silent = gateway(changes, false)
    const revision = await change(changes)
    changes.published(revision)
    await expect(changes.settled(revision)).rejects.toMatchObject({ code: 'revocation_pending', status: 503 })
    silent.disconnect()
  })
})

test.runIf(process.env.GATEHOUSE_TEST_DATABASE === 'postgresql')(
  'another registry process tells its gateways, also after its connection was cut',
  async () => {
    const [one, other] = [await start(), await start()]
    const { seen, disconnect } = gateway(other)
    const first = await change(one)
    await waitFor(() => seen.some((event) => event.revision === first))
    await db.prisma.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query LIKE 'LISTEN%' AND datname = current_database()`
    const second = await change(one)
    await waitFor(() => seen.some((event) => event.revision === second))
    expect(seen.map((event) => event.revision)).toEqual([first, second])
    disconnect()
  },
)
