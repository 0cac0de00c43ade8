// Ends a connection. When this has answered, no connected gateway sends its token any more, also for a repeat and for an id that
// nobody knows; and its authorization server has been asked to revoke it.

import { AuthError } from '@gatehouse/errors'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { changesOf } from './changes-of.ts'
import { readRevocable } from './revocable.ts'
import { shown, toAudit } from './to-wire.ts'
import { visibleConnections } from './visible.ts'

/** @throws AuthError where it is somebody else's, AppError revocation_pending: it is ended, but a gateway has not confirmed */
export async function disconnect(deps: Deps, { actor, requestId }: Call, id: string): Promise<void> {
  const { workspaceId } = actor
  const done = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const where = { workspaceId, id }
    const row = await tx.oAuthToken.findFirst({ where, select: shown })
    if (!row) return { revision: await deps.changes.current(tx), revocable: [] }
    const visible = await tx.oAuthToken.count({ where: { AND: [visibleConnections(actor), { id }] } })
    if (visible === 0) throw new AuthError(403, 'the connection is another one’s')
    const revocable = await readRevocable(deps, tx, where)
    // Two requests at once: one deletes, the other finds nothing and waits like a repeat.
    const { count } = await tx.oAuthToken.deleteMany({ where })
    if (count === 0) return { revision: await deps.changes.current(tx), revocable: [] }
    const owner = row.ownerId ?? ''
    if (row.serverId !== null)
      await tx.toolCatalogue.deleteMany({ where: { workspaceId, serverId: row.serverId, owner } })
    await audit(tx, actor, {
      action: 'connection.deleted',
      objectType: 'connection',
      objectId: id,
      before: toAudit(row),
      requestId,
    })
    return { revision: await deps.changes.recordAll(tx, await changesOf(tx, row)), revocable }
  })
  deps.changes.published(done.revision)
  await Promise.all([deps.changes.settled(done.revision), deps.revocations.now(done.revocable)])
}
