// The settings of a workspace, read and changed: how long what is written down is kept. What comes of them: retention/worker.ts.

import type { updateWorkspaceSettings, WorkspaceSettings } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { defaultCapturedBodyDays } from '../retention/remove-captured.ts'
import { checkIfMatch } from '../versions.ts'

const names = ['call_record_days', 'captured_body_days', 'audit_days'] as const

/** What an owner sets; null: as the installation has it. */
export type Keeping = Pick<WorkspaceSettings, (typeof names)[number]>

export const readSettings = (deps: Deps, { actor: { workspaceId } }: Call): Promise<WorkspaceSettings> =>
  deps.db.inWorkspace(workspaceId, async (tx) => toWire(deps, await findKeeping(tx, workspaceId)))

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
    const present = await findKeeping(tx, workspaceId)
    checkIfMatch(ifMatch, toWire(deps, present))
    const { after, before, wanted, isChanged } = changeKeeping(present, input)
    if (!isChanged) return toWire(deps, present)
    await storeKeeping(tx, workspaceId, wanted, deps.now())
    await audit(tx, actor, {
      action: 'settings.updated',
      objectType: 'workspace',
      objectId: workspaceId,
      before,
      after,
      requestId,
    })
    return toWire(deps, wanted)
  })
}

/** @param input what is absent stays. @returns both sides of what changes, and everything as it is wanted */
export function changeKeeping(present: Keeping, input: z.output<typeof updateWorkspaceSettings>) {
  const before: Partial<Keeping> = {}
  const after: Partial<Keeping> = {}
  for (const name of names) {
    const value = input[name]
    if (value === undefined || value === present[name]) continue
    before[name] = present[name]
    after[name] = value
  }
  const changed = names.filter((name) => name in after)
  return { before, after, changed, wanted: { ...present, ...after }, isChanged: changed.length > 0 }
}

export async function findKeeping(tx: Tx, workspaceId: string): Promise<Keeping> {
  const row = await tx.workspaceSetting.findUnique({
    where: { workspaceId },
    select: { callRecordDays: true, capturedBodyDays: true, auditDays: true },
  })
  return {
    call_record_days: row?.callRecordDays ?? null,
    captured_body_days: row?.capturedBodyDays ?? null,
    audit_days: row?.auditDays ?? null,
  }
}

export async function storeKeeping(tx: Tx, workspaceId: string, keeping: Keeping, now: Date): Promise<void> {
  const data = {
    callRecordDays: keeping.call_record_days,
    capturedBodyDays: keeping.captured_body_days,
    auditDays: keeping.audit_days,
    updatedAt: now,
  }
  await tx.workspaceSetting.upsert({
    where: { workspaceId },
    create: { workspaceId, ...data },
    update: data,
    select: { workspaceId: true },
  })
}

const toWire = ({ config }: Deps, keeping: Keeping): WorkspaceSettings => ({
  ...keeping,
  default_call_record_days: config.GATEHOUSE_CALL_RECORD_DAYS,
  default_captured_body_days: Math.min(defaultCapturedBodyDays, config.GATEHOUSE_CALL_RECORD_DAYS),
})
