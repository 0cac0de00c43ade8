// Gives a connection a label; nothing that gateways cache.

import { AppError } from '@gatehouse/errors'
import type { Connection } from '@gatehouse/registry-api'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { shown, toAudit, toWire } from './to-wire.ts'
import { visibleConnections } from './visible.ts'

/** @throws AppError connection_not_found */
export function labelConnection(
  deps: Deps,
  { actor, requestId }: Call,
  id: string,
  input: { readonly label: string },
): Promise<Connection> {
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const before = await tx.oAuthToken.findFirst({
      where: { AND: [visibleConnections(actor), { id }] },
      select: shown,
    })
    if (!before) throw new AppError('connection_not_found')
    const after = await tx.oAuthToken.update({
      where: { workspaceId_id: { workspaceId, id } },
      data: { label: input.label, updatedAt: deps.now() },
      select: shown,
    })
    await audit(tx, actor, {
      action: 'connection.updated',
      objectType: 'connection',
      objectId: id,
      before: toAudit(before),
      after: toAudit(after),
      requestId,
    })
    const [shownToThem] = await toWire(tx, [after], deps.now())
    if (!shownToThem) throw new AppError('connection_not_found')
    return shownToThem
  })
}
