// Takes an invitation back. One that is used, expired or unknown is no longer good either.

import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { shown, toWire } from './to-wire.ts'

export async function withdrawInvitation(deps: Deps, { actor, requestId }: Call, id: string): Promise<void> {
  const { workspaceId } = actor
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    const row = await tx.invitation.findFirst({ where: { workspaceId, id }, select: shown })
    if (row === null) return
    const { count } = await tx.invitation.deleteMany({ where: { workspaceId, id } })
    if (count === 0) return
    await audit(tx, actor, {
      action: 'invitation.withdrawn',
      objectType: 'invitation',
      objectId: id,
      before: toWire(row),
      requestId,
    })
  })
}
