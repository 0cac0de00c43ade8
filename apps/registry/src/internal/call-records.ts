// Call records of a gateway: best effort there, all or nothing here. A batch that comes again adds nothing.

import type { CallReport } from '@gatehouse/registry-api'
import { z } from 'zod'
import { recordUse } from '../api-keys/record-use.ts'
import { insertCalls } from '../calls/insert-calls.ts'
import { type CallRow, toRow, toWire } from '../calls/to-wire.ts'
import type { Deps } from '../deps.ts'
import { takeEvidence } from '../health/evidence.ts'

/** Records of workspaces that don't exist (any more) are skipped. */
export async function recordCalls(deps: Deps, reports: readonly CallReport[]): Promise<void> {
  const { rows, seen } = await deps.db.patient.asSystem(async (tx) => {
    const ids = [...new Set(reports.map((report) => report.workspace_id))]
    const known = await tx.workspace.findMany({ where: { id: { in: ids } }, select: { id: true } })
    const workspaces = new Set(known.map((workspace) => workspace.id))
    const rows = reports.filter((report) => workspaces.has(report.workspace_id)).map(toRow)
    await insertCalls(tx, rows)
    await recordUse(tx, usedKeys(rows), deps.now())
    await deps.calls.announce(tx, rows)
    const seen = await takeEvidence(tx, rows, deps.now())
    for (const { workspaceId, serverId } of seen) await deps.health.announce(tx, workspaceId, serverId)
    return { rows, seen }
  })
  for (const [workspaceId, those] of Map.groupBy(rows, (row) => row.workspaceId)) {
    deps.calls.publish(workspaceId, those.map(toWire))
  }
  for (const { workspaceId, serverId } of seen) deps.health.publish(workspaceId, serverId)
}

function usedKeys(rows: readonly CallRow[]): { workspaceId: string; id: string }[] {
  const used = new Map<string, { workspaceId: string; id: string }>()
  for (const { workspaceId, callerKeyId: id } of rows) used.set(`${workspaceId}/${id}`, { workspaceId, id })
  return [...used.values()].filter(({ id }) => z.uuid().safeParse(id).success)
}
