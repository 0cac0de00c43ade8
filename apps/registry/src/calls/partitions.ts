// Call records live in one partition per day. Those of today and the next two days are made ahead; what finds no partition of
// its own goes to the default one.

import type { Deps } from '../deps.ts'

const dayMs = 86_400_000
const everyMs = 60 * 60_000
const daysAhead = 2

/** Makes what is missing, now and every hour. Returns the function that stops it. */
export async function keepPartitions(deps: Pick<Deps, 'db' | 'now' | 'log'>): Promise<() => void> {
  await makePartitions(deps)
  const timer = setInterval(() => {
    makePartitions(deps).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'partitions of call records were not made'),
    )
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** The names of the partitions that were made; none where they all exist. One registry process at a time. */
export async function makePartitions(deps: Pick<Deps, 'db' | 'now'>): Promise<string[]> {
  const made: string[] = []
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
    const day = new Date(deps.now().getTime() + ahead * dayMs).toISOString().slice(0, 10)
    if (await makePartition(deps, day)) made.push(nameOf(day))
  }
  return made
}

const nameOf = (day: string) => `call_record_${day.replaceAll('-', '')}`

/** Partitions belong to the owner of the tables, so this runs without a role. @param day `2026-06-01` */
async function makePartition(deps: Pick<Deps, 'db'>, day: string): Promise<boolean> {
  const name = nameOf(day)
  const next = new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10)
  return deps.db.prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('call_record partitions', 0))`
    const [found] = await tx.$queryRaw<{ there: boolean; taken: boolean }[]>`
      SELECT to_regclass(${name}) IS NOT NULL AS there,
        EXISTS (SELECT FROM call_record_default
          WHERE started_at >= ${`${day}T00:00:00Z`}::timestamptz AND started_at < ${`${next}T00:00:00Z`}::timestamptz)
          AS taken`
    // Rows of that day in the default partition stand in the way: they stay, and so do the day's next ones.
    if (!found || found.there || found.taken) return false
    // A statement that defines a table takes no parameters; both dates were made by toISOString.
    await tx.$executeRawUnsafe(
      `CREATE TABLE "${name}" PARTITION OF "call_record" FOR VALUES FROM ('${day}T00:00:00Z') TO ('${next}T00:00:00Z')`,
    )
    return true
  })
}
