// A connection that nothing but its owner can bring back to life.

import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { systemActor } from '../people/link-for-owner.ts'
import { changesOf } from './changes-of.ts'

interface Row {
  readonly workspaceId: string
  readonly id: string
  readonly providerId: string
  readonly serverId: string | null
  readonly ownerId: string | null
}

/**
 * Call it with the row locked, and last in its transaction.
 * @param reason a word of ours or an error code of OAuth
 * @returns the revision to publish: gateways forget the token, and what they know of it
 */
export async function needsReconnecting(
  on: Pick<Deps, 'changes' | 'now'>,
  tx: Tx,
  row: Row,
  reason: string,
): Promise<number> {
  const { workspaceId, id } = row
  await tx.oAuthToken.update({
    where: { workspaceId_id: { workspaceId, id } },
    data: {
      ...{ state: 'needs_reconnecting', claimId: null, claimUntil: null, retryAt: null },
      ...{ lastRefreshAt: on.now(), lastRefreshResult: reason, updatedAt: on.now() },
    },
    select: { id: true },
  })
  await audit(tx, systemActor(workspaceId, 'token refresh'), {
    action: 'connection.needs-reconnecting',
    objectType: 'connection',
    objectId: id,
    after: { reason, owner_id: row.ownerId, server_id: row.serverId },
    requestId: `refresh-${id}`,
  })
  return on.changes.recordAll(tx, await changesOf(tx, row))
}
