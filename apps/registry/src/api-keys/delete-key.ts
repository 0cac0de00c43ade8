// Revokes a key. When this has answered, no gateway takes the key any more; that also holds for a repeat and for an id that
// nobody knows, because both wait for the newest revision.

import { AuthError } from '@gatehouse/errors'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { endTokensAs } from '../gateway-tokens/end-tokens.ts'
import { shown, toWire } from './to-wire.ts'
import { visibleKeys } from './visible.ts'

/** @throws AuthError where the key is somebody else's, AppError revocation_pending */
export async function deleteKey(deps: Deps, call: Call, id: string): Promise<void> {
  const { actor } = call
  const { workspaceId } = actor
  const revision = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const row = await tx.apiKey.findFirst({ where: { workspaceId, id, purpose: 'client' }, select: shown })
    if (!row) return deps.changes.current(tx)
    const visible = await tx.apiKey.count({ where: { AND: [visibleKeys(actor), { id }] } })
    if (visible === 0) throw new AuthError(403, 'the permission api-keys:all is missing')
    // Two requests at once: one deletes, the other finds nothing and waits like a repeat.
    const { count } = await tx.apiKey.deleteMany({ where: { workspaceId, id } })
    if (count === 0) return deps.changes.current(tx)
    await tx.invitation.deleteMany({ where: { workspaceId, inviterId: id } })
    await endTokensAs(tx, deps.changes, workspaceId, id)
    await audit(tx, actor, {
      action: 'api-key.deleted',
      objectType: 'api-key',
      objectId: id,
      before: toWire(deps.config, row),
      requestId: call.requestId,
    })
    return deps.changes.record(tx, { workspaceId, subject: 'api-key', subjectId: id })
  })
  deps.changes.published(revision)
  await deps.changes.settled(revision)
}
