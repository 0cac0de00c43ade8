// Deletes a server. When this has answered, no connected gateway attaches its headers any more; that also holds for a repeat and
// for an id that nobody knows, because both wait for the newest revision. Its connections go with it, and are revoked.

import { type Call, mayReach } from '../actor.ts'
import { audit } from '../audit.ts'
import { readRevocable } from '../connections/revocable.ts'
import type { Deps } from '../deps.ts'
import { shown, toAudit } from './to-wire.ts'

/** @throws AppError revocation_pending: it is deleted, but a gateway has not confirmed */
export async function deleteServer(deps: Deps, call: Call, id: string): Promise<void> {
  const { actor } = call
  const { workspaceId } = actor
  const { revision, revocable } = await deps.db.inWorkspace(workspaceId, async (tx) => {
    await tx.$queryRaw`SELECT id FROM mcp_server WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const where = { workspaceId_id: { workspaceId, id } }
    const row = mayReach(actor, id) ? await tx.mcpServer.findUnique({ where, select: shown }) : null
    const nothing = async () => ({ revision: await deps.changes.current(tx), revocable: [] })
    if (!row) return nothing()
    const revocable = await readRevocable(deps, tx, { workspaceId, serverId: id })
    // Two requests at once: one deletes, the other finds nothing and waits like a repeat.
    const { count } = await tx.mcpServer.deleteMany({ where: { workspaceId, id } })
    if (count === 0) return nothing()
    await audit(tx, actor, {
      action: 'mcp-server.deleted',
      objectType: 'mcp-server',
      objectId: id,
      before: toAudit(row),
      requestId: call.requestId,
    })
    const revision = await deps.changes.record(tx, { workspaceId, subject: 'server', subjectId: id })
    return { revision, revocable }
  })
  deps.changes.published(revision)
  await Promise.all([deps.changes.settled(revision), deps.revocations.now(revocable)])
}
