// Call records live in one partition per day. Those of today and the next two days are made ahead; what finds no partition of
// its own goes to the default one. A day is dropped as a whole when all of it is old enough. When: retention/worker.ts.

import type { Deps } from '../deps.ts'

const dayMs = 86_400_000
const daysAhead = 2

/** Who reads all records (a backup) is not disturbed, and nobody waits long behind us: the next round tries again. */
const patience = '500ms'

/**
 * The names of the partitions that were made; none where they all exist. One registry process at a time.
 * @throws where the table is being read for longer
 */
export async function makePartitions(deps: Pick<Deps, 'db' | 'now'>): Promise<string[]> {
  const made: string[] = []
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
    const day = dayOf(deps.now().getTime() + ahead * dayMs)
    if (await makePartition(deps, day)) made.push(nameOf(day))
  }
  return made
}

/**
 * Removes the records of days that ended so long ago. Returns the names of the partitions that were dropped.
 * @throws where the table is being read for longer
 */
export async function dropPartitions(deps: Pick<Deps, 'db' | 'now'>, days: number): Promise<string[]> {
  const oldest = new Date(deps.now().getTime() - days * dayMs)
  return deps.db.prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('lock_timeout', ${patience}, true)`
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('call_record partitions', 0))`
    const found = await tx.$queryRaw<{ name: string }[]>`
      SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'call_record'::regclass AND c.relname ~ '^call_record_[0-9]{8}$'
        AND c.relname <= ${nameOf(dayOf(oldest.getTime() - dayMs))} ORDER BY c.relname`
    for (const { name } of found) await tx.$executeRawUnsafe(`DROP TABLE "${name}"`)
    await tx.$executeRaw`DELETE FROM call_record_default WHERE started_at < ${oldest}`
    return found.map(({ name }) => name)
  })
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const nameOf = (day: string) => `call_record_${day.replaceAll('-', '')}`

/** The statement that makes a day's partition. It takes no parameters, so the day is checked here. @param day `2026-06-01` */
export function partitionOfDay(day: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new Error(`${day} is not a day`)
  const next = dayOf(Date.parse(day) + dayMs)
  return `CREATE TABLE IF NOT EXISTS "${nameOf(day)}" PARTITION OF "call_record" FOR VALUES FROM ('${day}T00:00:00Z') TO ('${next}T00:00:00Z')`
}

/** Partitions belong to the owner of the tables, so this runs without a role. */
async function makePartition(deps: Pick<Deps, 'db'>, day: string): Promise<boolean> {
  const name = nameOf(day)
  const next = dayOf(Date.parse(day) + dayMs)
  return deps.db.prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('lock_timeout', ${patience}, true)`
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('call_record partitions', 0))`
    const [found] = await tx.$queryRaw<{ there: boolean; taken: boolean }[]>`
      SELECT to_regclass(${name}) IS NOT NULL AS there,
        EXISTS (SELECT FROM call_record_default
          WHERE started_at >= ${`${day}T00:00:00Z`}::timestamptz AND started_at < ${`${next}T00:00:00Z`}::timestamptz)
          AS taken`
    // Rows of that day in the default partition stand in the way: they stay, and so do the day's next ones.
    if (!found || found.there || found.taken) return false
    await tx.$executeRawUnsafe(partitionOfDay(day))
    return true
  })
}
