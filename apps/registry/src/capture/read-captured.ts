// What a call said, opened for somebody who may read it. Reading is written into the audit trail, in the same transaction: nobody
// reads unseen.

import { AppError } from '@gatehouse/errors'
import { type CapturedBodies, capturedBodies } from '@gatehouse/registry-api'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import { ownKeyIds, visibleCalls } from '../calls/visible.ts'
import type { Deps } from '../deps.ts'
import { capturedLabel } from './keep-captured.ts'

interface Row {
  readonly sealed: Uint8Array
  readonly dataKeyId: string
}

/** @throws AppError call_not_found, captured_call_not_found, credential_unreadable */
export async function readCaptured(deps: Deps, call: Call, id: string): Promise<CapturedBodies> {
  const { actor, requestId } = call
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const record = await tx.callRecord.findFirst({
      where: { AND: [visibleCalls(actor, await ownKeyIds(tx, actor)), { id }] },
      select: { serverId: true, serverSlug: true, tool: true },
    })
    if (!record) throw new AppError('call_not_found')
    // A rotation of data keys waits until it is open.
    const [row] = await tx.$queryRaw<Row[]>`
      SELECT sealed, data_key_id AS "dataKeyId" FROM captured_call
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR SHARE`
    if (!row) throw new AppError('captured_call_not_found')
    const text = await deps.sealer.openFor(tx, workspaceId, capturedLabel({ workspaceId, id }), row)
    await audit(tx, actor, {
      action: 'call.bodies-read',
      objectType: 'call',
      objectId: id,
      after: { server_id: record.serverId, server: record.serverSlug, tool: record.tool },
      requestId,
    })
    return capturedBodies.parse(JSON.parse(text.reveal()))
  })
}
