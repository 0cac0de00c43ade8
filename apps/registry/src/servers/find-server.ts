// One server of the actor's workspace that the actor's key reaches; everything else is as if it weren't there.

import { type Actor, mayReach } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { type ServerRow, shown } from './to-wire.ts'

export async function findServer(deps: Deps, actor: Actor, id: string): Promise<ServerRow | null> {
  if (!mayReach(actor, id)) return null
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, (tx) =>
    tx.mcpServer.findUnique({ where: { workspaceId_id: { workspaceId, id } }, select: shown }),
  )
}
