// The oldest part of an audit trail, where a workspace keeps it for a limited time only. What goes was whole until then, and its
// signed checkpoint stays: audit-trail/checkpoint.ts.

import { verifyChain } from '../audit.ts'
import { isSignedBy, signCheckpoint } from '../audit-trail/checkpoint.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'

const dayMs = 86_400_000

type On = Pick<Deps, 'db' | 'now' | 'sealer' | 'log'>

/** @param atOnce events that go in one step. @returns how many went in all */
export async function cutAudit(on: On, atOnce = 5_000): Promise<number> {
  const limited = await on.db.asSystem(
    (tx) => tx.$queryRaw<{ id: string; days: number }[]>`
      SELECT workspace_id::text AS id, audit_days AS days FROM workspace_setting WHERE audit_days IS NOT NULL`,
  )
  let sum = 0
  for (const { id, days } of limited) {
    const oldest = new Date(on.now().getTime() - days * dayMs)
    sum += await cut(on, id, oldest, atOnce)
  }
  return sum
}

/** Step by step, each in a short transaction: changes of the workspace wait for no more than one. */
async function cut(on: On, workspaceId: string, oldest: Date, atOnce: number): Promise<number> {
  const { db, sealer, log } = on
  const isThere = await db.asSystem(async (tx) => (await lastToGo(tx, workspaceId, oldest, 1)) !== undefined)
  if (!isThere) return 0
  const verdict = await verifyChain(db, workspaceId, isSignedBy(sealer))
  if (!verdict.ok) {
    log.warn({ workspace_id: workspaceId, verdict: verdict.problem }, 'a broken audit trail is not cut')
    return 0
  }
  let sum = 0
  for (;;) {
    const removed = await cutOnce(on, workspaceId, oldest, atOnce)
    if (removed === 0) return sum
    sum += removed
  }
}

function cutOnce({ db, now, sealer }: On, workspaceId: string, oldest: Date, atOnce: number) {
  return db.patient.asSystem(async (tx) => {
    // Events wait, and so does another registry that is at it.
    await tx.$queryRaw`SELECT seq FROM audit_head WHERE workspace_id = ${workspaceId}::uuid FOR UPDATE`
    const last = await lastToGo(tx, workspaceId, oldest, atOnce)
    if (!last) return 0
    const hash = Buffer.from(last.hash)
    const data = { seq: last.seq, hash, at: now() }
    const signature = signCheckpoint(sealer, workspaceId, data)
    await tx.auditCheckpoint.upsert({
      where: { workspaceId },
      create: { workspaceId, ...data, signature },
      update: { ...data, signature },
      select: { workspaceId: true },
    })
    return tx.$executeRaw`DELETE FROM audit_event WHERE workspace_id = ${workspaceId}::uuid AND seq <= ${last.seq}`
  })
}

/** Of so many from the first one on, and before the first that is young enough; the very last one stays in any case. */
async function lastToGo(
  tx: Tx,
  workspaceId: string,
  oldest: Date,
  atOnce: number,
): Promise<{ seq: bigint; hash: Uint8Array } | undefined> {
  const [last] = await tx.$queryRaw<{ seq: bigint; hash: Uint8Array }[]>`
    SELECT seq, hash FROM audit_event WHERE workspace_id = ${workspaceId}::uuid AND seq < coalesce(
      (SELECT min(seq) FROM audit_event WHERE workspace_id = ${workspaceId}::uuid AND at >= ${oldest}),
      (SELECT max(seq) FROM audit_event WHERE workspace_id = ${workspaceId}::uuid))
      AND seq < (SELECT min(seq) FROM audit_event WHERE workspace_id = ${workspaceId}::uuid) + ${atOnce}
    ORDER BY seq DESC LIMIT 1`
  return last
}
