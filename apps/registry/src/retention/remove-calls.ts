// Call records that a workspace keeps for a shorter time than others do. What is too old for all of them goes by the day, as a
// partition (calls/partitions.ts).

import type { Deps } from '../deps.ts'

const dayMs = 86_400_000
/** So many at once, so that nobody waits long for the rows. */
const batch = 10_000

interface Kept {
  readonly id: string
  readonly days: number
}

/** How long each workspace keeps its records, and the longest of these times. */
export async function readDays(
  { db }: Pick<Deps, 'db'>,
  installation: number,
): Promise<{ all: Kept[]; longest: number }> {
  const all = await db.asSystem(
    (tx) => tx.$queryRaw<Kept[]>`
      SELECT w.id::text AS id, coalesce(s.call_record_days, ${installation}::int) AS days
      FROM workspace w LEFT JOIN workspace_setting s ON s.workspace_id = w.id`,
  )
  return { all, longest: Math.max(installation, ...all.map(({ days }) => days)) }
}

/** @returns how many */
export async function removeCalls(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  { all, longest }: Awaited<ReturnType<typeof readDays>>,
): Promise<number> {
  let sum = 0
  for (const { id, days } of all.filter((one) => one.days < longest)) {
    const oldest = new Date(now().getTime() - days * dayMs)
    for (let removed = batch; removed === batch; sum += removed)
      removed = await db.patient.asSystem(
        (tx) => tx.$executeRaw`
          DELETE FROM call_record WHERE (workspace_id, started_at, id) IN (
            SELECT workspace_id, started_at, id FROM call_record
            WHERE workspace_id = ${id}::uuid AND started_at < ${oldest} ORDER BY started_at LIMIT ${batch})`,
      )
  }
  return sum
}
