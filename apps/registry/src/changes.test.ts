// Revisions, and how connected gateways come to know of them.

import { randomUUID } from 'node:crypto'
import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Changes, channel, createChanges } from './changes.ts'
import { type Db, openDb } from './db.ts'
import { createLeases, type Leases } from './leases.ts'
import { listen } from './listen.ts'
import { type TestDatabase, testDatabase } from './testing/database.ts'
import { connectGateway } from './testing/gateway.ts'

type Parts = { readonly changes: Changes; readonly leases: Leases }

let database: TestDatabase
let db: Db
const open: (() => Promise<void>)[] = []
beforeAll(async () => {
  database = await testDatabase()
  db = openDb(database.source, () => undefined)
})
afterAll(async () => {
  for (const close of open) await close()
  await db.close()
  await database.close()
})

const workspaceId = randomUUID()
const ignore = () => undefined

/** One more registry process's view of the same database; one that listens to nobody reads when told to. */
async function start({ listens = true } = {}): Promise<Parts> {
  const { source } = database
  const leases = createLeases({ db, lengthMs: 60_000, patienceMs: 20_000, onError: ignore })
  const changes = await createChanges({ db, leases, onError: ignore })
  const listener =
    source.embedded || !listens
      ? undefined
      : await listen(source.pool, [channel], () => changes.notice(), ignore)
  open.push(async () => {
    await listener?.close()
    leases.close()
    await changes.close()
  })
  return { changes, leases }
}

const change = (changes: Changes, subjectId = 's') =>
  db.inWorkspace(workspaceId, (tx) => changes.record(tx, { workspaceId, subject: 'server', subjectId }))

describe('changes', () => {
  test('every concurrent change has its own revision and arrives once, in order', async () => {
    const parts = await start()
    const { changes } = parts
    const { told, leave } = await connectGateway(parts, { acknowledges: true })
    const revisions = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const revision = await change(changes)
        changes.published(revision)
        return revision
      }),
    )
    await waitFor(() => told.length >= 20)
    const sorted = revisions.toSorted((a, b) => a - b)
    expect(new Set(revisions).size).toBe(20)
    expect(told.map((one) => one.revision)).toEqual(sorted)
    await leave()
  })

  test('a change of a transaction that fails is told to nobody and leaves no gap', async () => {
    const parts = await start()
    const { changes } = parts
    const { told, leave } = await connectGateway(parts, { acknowledges: true })
    const failed = db.inWorkspace(workspaceId, async (tx) => {
      await changes.record(tx, { workspaceId, subject: 'server', subjectId: 'lost' })
      throw new Error('changed its mind')
    })
    await expect(failed).rejects.toThrow('changed its mind')
    const revision = await change(changes, 'kept')
    changes.published(revision)
    await waitFor(() => told.length > 0)
    expect(told.map((one) => one.subjectId)).toEqual(['kept'])
    await leave()
  })

  test('an ended session carries until when it has to be remembered', async () => {
    const parts = await start()
    const { changes } = parts
    const { told, leave } = await connectGateway(parts, { acknowledges: true })
    const revision = await db.asSystem((tx) =>
      changes.record(tx, {
        workspaceId,
        subject: 'session',
        subjectId: 'digest',
        expiresAtMs: 1_800_000_000_000,
      }),
    )
    changes.published(revision)
    await waitFor(() => told.length > 0)
    expect(told).toEqual([
      { revision, workspaceId, subject: 'session', subjectId: 'digest', expiresAtMs: 1_800_000_000_000 },
    ])
    await leave()
  })
})

test.runIf(process.env.GATEHOUSE_TEST_DATABASE === 'postgresql')(
  'another registry process tells its gateways, also after its connection was cut',
  async () => {
    const [one, other] = [await start(), await start()]
    const { told, leave } = await connectGateway(other)
    const first = await change(one.changes)
    await waitFor(() => told.some((event) => event.revision === first))
    await db.prisma.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query LIKE 'LISTEN%' AND datname = current_database()`
    const second = await change(one.changes)
    await waitFor(() => told.some((event) => event.revision === second))
    expect(told.map((event) => event.revision)).toEqual([first, second])
    await leave()
  },
)

test('of notices that are lost, doubled or late, each change is told once and in order', async () => {
  const [writer, reader] = [await start(), await start({ listens: false })]
  const { told, leave } = await connectGateway(reader)
  const revisions: number[] = []
  for (const subject of ['a', 'b', 'c']) revisions.push(await change(writer.changes, subject))
  expect(told).toEqual([])
  // One for three, then many for none.
  reader.changes.notice()
  await waitFor(() => told.length >= 3)
  for (let i = 0; i < 20; i += 1) reader.changes.notice()
  revisions.push(await change(writer.changes, 'd'))
  for (let i = 0; i < 20; i += 1) reader.changes.notice()
  await waitFor(() => told.length >= 4)
  expect(told.map((event) => event.revision)).toEqual(revisions)
  await leave()
})

test.runIf(process.env.GATEHOUSE_TEST_DATABASE === 'postgresql')(
  'a change that commits slowly is told before those that came after it, and none is passed over',
  async () => {
    const parts = await start()
    const { changes } = parts
    const { told, leave } = await connectGateway(parts)
    const taken = Promise.withResolvers<number>()
    const gate = Promise.withResolvers<void>()
    const slow = db.inWorkspace(workspaceId, async (tx) => {
      taken.resolve(await changes.record(tx, { workspaceId, subject: 'server', subjectId: 'slow' }))
      await gate.promise
    })
    const first = await taken.promise
    const fast = change(changes, 'fast')
    changes.notice()
    // Another transaction from start to end: what would overtake has had its time.
    await db.asSystem((tx) => changes.current(tx))
    expect(told).toEqual([])
    gate.resolve()
    await slow
    const second = await fast
    changes.published(second)
    await waitFor(() => told.length >= 2)
    expect(told.map(({ revision, subjectId }) => [revision, subjectId])).toEqual([
      [first, 'slow'],
      [second, 'fast'],
    ])
    await leave()
  },
)
