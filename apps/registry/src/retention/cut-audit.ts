// The oldest part of an audit trail, where a workspace keeps it for a limited time only. What goes was whole until then, and its
// signed checkpoint stays: audit-trail/checkpoint.ts.

import { verifyAudit } from '../audit.ts'
import { isSignedBy, signCheckpoint } from '../audit-trail/checkpoint.ts'
import type { Deps } from '../deps.ts'

const dayMs = 86_400_000

type On = Pick<Deps, 'db' | 'now' | 'sealer' | 'log'>

/** @returns how many events */
export async function cutAudit(on: On): Promise<number> {
  const limited = await on.db.asSystem(
    (tx) => tx.$queryRaw<{ id: string; days: number }[]>`
      SELECT workspace_id::text AS id, audit_days AS days FROM workspace_setting WHERE audit_days IS NOT NULL`,
  )
  let sum = 0
  for (const { id, days } of limited) sum += await cut(on, id, new Date(on.now().getTime() - days * dayMs))
  return sum
}

function cut({ db, now, sealer, log }: On, workspaceId: string, oldest: Date): Promise<number> {
  return db.patient.asSystem(async (tx) => {
    // Events wait, and so does another registry that is at it.
    await tx.$queryRaw`SELECT seq FROM audit_head WHERE workspace_id = ${workspaceId}::uuid FOR UPDATE`
    // Up to the first event that is young enough; the last one stays in any case.
    const [last] = await tx.$queryRaw<{ seq: bigint; hash: Uint8Array }[]>`
      SELECT seq, hash FROM audit_event WHERE workspace_id = ${workspaceId}::uuid AND seq < coalesce(
        (SELECT min(seq) FROM audit_event WHERE workspace_id = ${workspaceId}::uuid AND at >= ${oldest}),
        (SELECT max(seq) FROM audit_event WHERE workspace_id = ${workspaceId}::uuid))
      ORDER BY seq DESC LIMIT 1`
    if (!last) return 0
    const verdict = await verifyAudit(tx, workspaceId, isSignedBy(sealer))
    if (!verdict.ok) {
      log.warn({ workspace_id: workspaceId, verdict: verdict.problem }, 'a broken audit trail is not cut')
      return 0
    }
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
