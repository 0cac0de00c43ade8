// The settings of a workspace, read and changed. What they mean for what is kept: retention/remove-calls.ts.

import type { updateWorkspaceSettings, WorkspaceSettings } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { checkIfMatch } from '../versions.ts'

export const readSettings = (deps: Deps, { actor: { workspaceId } }: Call): Promise<WorkspaceSettings> =>
  deps.db.inWorkspace(workspaceId, async (tx) => toWire(deps, await findCallRecordDays(tx, workspaceId)))

/**
 * One after the other, so that each event tells what the one before left.
 * @throws AppError version_conflict
 */
export function updateSettings(
  deps: Deps,
  { actor, requestId }: Call,
  input: z.output<typeof updateWorkspaceSettings>,
  ifMatch: string | undefined,
): Promise<WorkspaceSettings> {
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    await tx.$queryRaw`SELECT id FROM workspace WHERE id = ${workspaceId}::uuid FOR UPDATE`
    const before = await findCallRecordDays(tx, workspaceId)
    checkIfMatch(ifMatch, toWire(deps, before))
    const { call_record_days: callRecordDays = before } = input
    if (callRecordDays === before) return toWire(deps, before)
    await storeCallRecordDays(tx, workspaceId, callRecordDays, deps.now())
    await audit(tx, actor, {
      action: 'settings.updated',
      objectType: 'workspace',
      objectId: workspaceId,
      before: { call_record_days: before },
      after: { call_record_days: callRecordDays },
      requestId,
    })
    return toWire(deps, callRecordDays)
  })
}

/** null: as long as the installation keeps them. */
export async function findCallRecordDays(tx: Tx, workspaceId: string): Promise<number | null> {
  const row = await tx.workspaceSetting.findUnique({
    where: { workspaceId },
    select: { callRecordDays: true },
  })
  return row?.callRecordDays ?? null
}

export async function storeCallRecordDays(
  tx: Tx,
  workspaceId: string,
  callRecordDays: number | null,
  now: Date,
): Promise<void> {
  const data = { callRecordDays, updatedAt: now }
  await tx.workspaceSetting.upsert({
    where: { workspaceId },
    create: { workspaceId, ...data },
    update: data,
    select: { workspaceId: true },
  })
}

const toWire = ({ config }: Deps, call_record_days: number | null): WorkspaceSettings => ({
  call_record_days,
  default_call_record_days: config.GATEHOUSE_CALL_RECORD_DAYS,
})
