// What captured calls said, once a workspace keeps it no longer: never longer than their records.

import type { Deps } from '../deps.ts'

/** Unless a workspace says otherwise. */
export const defaultCapturedBodyDays = 7

/** So many at once, so that nobody waits long for the rows. */
const batch = 1_000

/** @returns how many */
export async function removeCaptured({
  db,
  now,
  config,
}: Pick<Deps, 'db' | 'now' | 'config'>): Promise<number> {
  let sum = 0
  for (let removed = batch; removed === batch; sum += removed)
    removed = await db.patient.asSystem(
      (tx) => tx.$executeRaw`
        DELETE FROM captured_call WHERE (workspace_id, id) IN (
          SELECT c.workspace_id, c.id FROM captured_call c LEFT JOIN workspace_setting s ON s.workspace_id = c.workspace_id
          WHERE c.started_at < ${now()}::timestamptz - make_interval(days => least(
            coalesce(s.captured_body_days, ${defaultCapturedBodyDays}::int),
            coalesce(s.call_record_days, ${config.GATEHOUSE_CALL_RECORD_DAYS}::int)))
          LIMIT ${batch})`,
    )
  return sum
}
