// What gateways copied of calls, sealed with the workspace's key: only of servers whose capture mode is on now, or was when the
// call began and ended by itself since. Who reads it: read-captured.ts.

import { Secret } from '@gatehouse/config'
import type { CapturedCall } from '@gatehouse/registry-api/internal'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'

/** Best effort, like call records: one that came before adds nothing. */
export async function keepCaptured(
  deps: Pick<Deps, 'db' | 'sealer'>,
  calls: readonly CapturedCall[],
): Promise<void> {
  for (const [workspaceId, those] of Map.groupBy(calls, (call) => call.workspace_id)) {
    await deps.db.patient.inWorkspace(workspaceId, async (tx) => {
      const until = await lockCapturing(tx, workspaceId, [...new Set(those.map((call) => call.server_id))])
      for (const call of those) {
        const captureUntil = until.get(call.server_id)
        if (captureUntil === undefined || captureUntil.getTime() < call.started_at_ms) continue
        await insert(deps, tx, call)
      }
    })
  }
}

/** Held until the transaction ends: where somebody switches it off, what comes after finds it off. */
async function lockCapturing(
  tx: Tx,
  workspaceId: string,
  serverIds: readonly string[],
): Promise<Map<string, Date>> {
  const rows = await tx.$queryRaw<{ id: string; until: Date }[]>`
    SELECT id::text, capture_until AS until FROM mcp_server
    WHERE workspace_id = ${workspaceId}::uuid AND id = ANY(${[...serverIds]}::uuid[]) AND capture_until IS NOT NULL
    ORDER BY id FOR SHARE`
  return new Map(rows.map(({ id, until }) => [id, until]))
}

async function insert(
  { sealer }: Pick<Deps, 'sealer'>,
  tx: Tx,
  { id, workspace_id: workspaceId, started_at_ms, request, response }: CapturedCall,
): Promise<void> {
  const place = { workspaceId, id }
  const text = JSON.stringify({ request, response })
  const { sealed, dataKeyId } = await sealer.sealFor(tx, workspaceId, capturedLabel(place), new Secret(text))
  const row = { ...place, startedAt: new Date(started_at_ms), sealed, dataKeyId }
  await tx.capturedCall.createMany({ data: [row], skipDuplicates: true })
}

/** What a captured call is bound to. */
export const capturedLabel = (row: { readonly workspaceId: string; readonly id: string }): string[] => [
  'captured-call',
  row.workspaceId,
  row.id,
]
