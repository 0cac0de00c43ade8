// Leases: who is waited for, how long, and across all processes of the registry.

import { randomUUID } from 'node:crypto'
import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { type Db, openDb } from './db.ts'
import { createLeases, type LeasesOptions, leaseChannel } from './leases.ts'
import { listen } from './listen.ts'
import { type TestDatabase, testDatabase } from './testing/database.ts'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await testDatabase()
  db = openDb(database.source, () => undefined)
})
afterAll(async () => {
  await db.close()
  await database.close()
})
beforeEach(() => db.asSystem((tx) => tx.gatewayLease.deleteMany({})))

const ignore = () => undefined
const pending = { code: 'revocation_pending', status: 503 }

/** One registry process. */
async function start(options: Partial<LeasesOptions> = {}) {
  const leases = createLeases({ db, lengthMs: 60_000, patienceMs: 20_000, onError: ignore, ...options })
  onTestFinished(() => leases.close())
  return leases
}

/** As if so much time had gone by, on the database's clock. */
const age = (gatewayId: string, seconds: number) =>
  db.asSystem(
    (tx) => tx.$executeRaw`
      UPDATE gateway_lease SET expires_at = expires_at - make_interval(secs => ${seconds}::float8)
      WHERE gateway_id = ${gatewayId}::uuid`,
  )

const commit = () =>
  db.asSystem(async (tx) => {
    const { revision } = await tx.revision.update({ where: { id: 1 }, data: { revision: { increment: 1 } } })
    return Number(revision)
  })

/** A promise that tells whether it is over. */
function watched(promise: Promise<void>) {
  const watch = { over: false, promise }
  watch.promise = promise.finally(() => {
    watch.over = true
  })
  watch.promise.catch(ignore)
  return watch
}

test('nobody is waited for where nobody holds a lease', async () => {
  await (await start()).settled(await commit())
})

test('every lease is waited for until it has acknowledged, is returned, or has run out', async () => {
  const leases = await start()
  const [slow, stops, dead] = [randomUUID(), randomUUID(), randomUUID()]
  for (const id of [slow, stops, dead]) await leases.take(id)
  const revision = await commit()
  const waiting = watched(leases.settled(revision))
  expect(await leases.renew(slow, revision)).toBe(3)
  await leases.giveBack(stops)
  expect(waiting.over).toBe(false)
  await age(dead, 61)
  await waiting.promise
})

test('a lease that runs out while it is waited for is waited for no longer', async () => {
  const leases = await start({ lengthMs: 300 })
  await leases.take(randomUUID())
  const from = performance.now()
  await leases.settled(await commit())
  expect(performance.now() - from).toBeLessThan(2_000)
})

test('a gateway that never acknowledges makes it revocation_pending; waiting again is answered once it has', async () => {
  const leases = await start({ patienceMs: 200 })
  const silent = randomUUID()
  await leases.take(silent)
  const revision = await commit()
  await expect(leases.settled(revision)).rejects.toMatchObject(pending)
  await expect(leases.settled(revision)).rejects.toMatchObject(pending)
  await leases.renew(silent, revision)
  await leases.settled(revision)
})

test('a lease that has run out is not renewed: only a new beginning helps', async () => {
  const leases = await start()
  const late = randomUUID()
  expect(await leases.renew(late, 1)).toBe(0)
  await leases.take(late)
  await age(late, 61)
  const revision = await commit()
  expect(await leases.renew(late, revision)).toBe(0)
  await leases.settled(revision)
  await leases.take(late)
  expect(await leases.renew(late, revision)).toBeGreaterThan(0)
})

test('a gateway that connects again within its lease has acknowledged no more than before', async () => {
  const leases = await start({ patienceMs: 200 })
  const gateway = randomUUID()
  await leases.take(gateway)
  const revision = await commit()
  await leases.take(gateway)
  await expect(leases.settled(revision)).rejects.toMatchObject(pending)
})

test('an older acknowledgement that comes late takes nothing back', async () => {
  const leases = await start()
  const gateway = randomUUID()
  await leases.take(gateway)
  const revision = await commit()
  await leases.renew(gateway, revision)
  await leases.renew(gateway, revision - 1)
  await leases.settled(revision)
})

test('a registry that starts counts the leases of gateways that it has never seen', async () => {
  const gateway = randomUUID()
  await (await start()).take(gateway)
  const later = await start({ patienceMs: 200 })
  const revision = await commit()
  await expect(later.settled(revision)).rejects.toMatchObject(pending)
  await later.renew(gateway, revision)
  await later.settled(revision)
})

const onPostgres = process.env.GATEHOUSE_TEST_DATABASE === 'postgresql'

test.runIf(onPostgres)(
  'a renewal that is on its way when its lease runs out is waited for, and counts',
  async () => {
    const leases = await start({ patienceMs: 1_000 })
    const gateway = randomUUID()
    await leases.take(gateway)
    await age(gateway, 61)
    const revision = await commit()
    let settling: Promise<void> | undefined
    await db.asSystem(async (tx) => {
      await tx.$executeRaw`UPDATE gateway_lease SET expires_at = clock_timestamp() + interval '1 minute'`
      settling = watched(leases.settled(revision)).promise
      await waitFor(async () => {
        const [blocked] = await db.prisma.$queryRaw<{ count: bigint }[]>`
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
        return blocked?.count === 1n
      })
    })
    await expect(settling).rejects.toMatchObject(pending)
  },
)

test.runIf(onPostgres)(
  'what one process was told another one that waits learns by notification',
  async () => {
    const [one, other] = [await start(), await start()]
    const listener = await listen(database.source.pool, [leaseChannel], () => other.notice(), ignore)
    onTestFinished(() => listener.close())
    const gateway = randomUUID()
    await one.take(gateway)
    const revision = await commit()
    const waiting = watched(other.settled(revision))
    await waitFor(async () => (await db.asSystem((tx) => tx.gatewayLease.count())) === 1)
    expect(waiting.over).toBe(false)
    await one.renew(gateway, revision)
    await waiting.promise
  },
)
