// The oldest part of an audit trail, where a workspace keeps it for a limited time only. What goes was whole until then, and its
// signed checkpoint stays: audit-trail/checkpoint.ts.

import { verifyUpTo } from '../audit.ts'
import { isSignedBy, signCheckpoint } from '../audit-trail/checkpoint.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'

const dayMs = 86_400_000

type On = Pick<Deps, 'db' | 'now' | 'sealer' | 'log'>

/**
 * Step by step, each in a short transaction: changes of the workspace wait for no more than one.
 * @param stopped ends it after the step that is under way @param atOnce events that go in one step
 * @returns how many went in all
 */
export async function cutAudit(on: On, stopped?: AbortSignal, atOnce = 1_000): Promise<number> {
  const limited = await on.db.asSystem(
    (tx) => tx.$queryRaw<{ id: string; days: number }[]>`
      SELECT workspace_id::text AS id, audit_days AS days FROM workspace_setting WHERE audit_days IS NOT NULL`,
  )
  let sum = 0
  for (const { id, days } of limited) {
    const oldest = new Date(on.now().getTime() - days * dayMs)
    for (let removed = 1; removed > 0 && !stopped?.aborted; sum += removed)
      removed = await cutOnce(on, id, oldest, atOnce)
  }
  return sum
}

function cutOnce({ db, now, sealer, log }: On, workspaceId: string, oldest: Date, atOnce: number) {
  return db.patient.asSystem(async (tx) => {
    // Events wait, and so does another registry that is at it.
    await tx.$queryRaw`SELECT seq FROM audit_head WHERE workspace_id = ${workspaceId}::uuid FOR UPDATE`
    const last = await lastToGo(tx, workspaceId, oldest, atOnce)
    if (last === undefined) return 0
    const verdict = await verifyUpTo(tx, workspaceId, last, isSignedBy(sealer))
    if (!verdict.ok) {
      log.warn({ workspace_id: workspaceId, verdict: verdict.problem }, 'a broken audit trail is not cut')
      return 0
    }
    const data = { seq: last, hash: Buffer.from(verdict.hash), at: now() }
    const signature = signCheckpoint(sealer, workspaceId, data)
    await tx.auditCheckpoint.upsert({
      where: { workspaceId },
      create: { workspaceId, ...data, signature },
      update: { ...data, signature },
      select: { workspaceId: true },
    })
    return tx.$executeRaw`DELETE FROM audit_event WHERE workspace_id = ${workspaceId}::uuid AND seq <= ${last}`
  })
}

/** Of the first so many, the last one before any that is young enough; the very last of all stays in any case. */
async function lastToGo(
  tx: Tx,
  workspaceId: string,
  oldest: Date,
  atOnce: number,
): Promise<bigint | undefined> {
  const [found] = await tx.$queryRaw<{ seq: bigint | null }[]>`
    WITH first AS (SELECT seq, at FROM audit_event WHERE workspace_id = ${workspaceId}::uuid
      ORDER BY seq LIMIT ${atOnce + 1})
    SELECT max(seq) AS seq FROM first
    WHERE seq < coalesce((SELECT min(seq) FROM first WHERE at >= ${oldest}), (SELECT max(seq) FROM first))`
  return found?.seq ?? undefined
}
