// One call record.

import { AppError } from '@gatehouse/errors'
import type { Call as CallRecord } from '@gatehouse/registry-api'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { toWire } from './to-wire.ts'
import { ownKeyIds, visibleCalls } from './visible.ts'

/** @throws AppError call_not_found, also for a record that the actor may not see */
export async function getCall(deps: Deps, call: Call, id: string): Promise<CallRecord> {
  const { actor } = call
  const row = await deps.db.inWorkspace(actor.workspaceId, async (tx) =>
    tx.callRecord.findFirst({
      where: { AND: [visibleCalls(actor, await ownKeyIds(tx, actor)), { id }] },
    }),
  )
  if (!row) throw new AppError('call_not_found')
  return toWire(row)
}
