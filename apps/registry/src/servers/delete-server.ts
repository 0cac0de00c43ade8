// Deletes a server. When this has answered, no connected gateway attaches its headers any more; that also holds for a repeat and
// for an id that nobody knows, because both wait for the newest revision.

import { type Call, mayReach } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { shown, toAudit } from './to-wire.ts'

/** @throws AppError revocation_pending: it is deleted, but a gateway has not confirmed */
export async function deleteServer(deps: Deps, call: Call, id: string): Promise<void> {
  const { actor } = call
  const { workspaceId } = actor
  const revision = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const where = { workspaceId_id: { workspaceId, id } }
    const row = mayReach(actor, id) ? await tx.mcpServer.findUnique({ where, select: shown }) : null
    if (!row) return deps.changes.current(tx)
    // Two requests at once: one deletes, the other finds nothing and waits like a repeat.
    const { count } = await tx.mcpServer.deleteMany({ where: { workspaceId, id } })
    if (count === 0) return deps.changes.current(tx)
    await audit(tx, actor, {
      action: 'mcp-server.deleted',
      objectType: 'mcp-server',
      objectId: id,
      before: toAudit(row),
      requestId: call.requestId,
    })
    return deps.changes.record(tx, { workspaceId, subject: 'server', subjectId: id })
  })
  deps.changes.published(revision)
  await deps.changes.settled(revision)
}
