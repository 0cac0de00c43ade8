// One server of the actor's workspace that the actor's key reaches; everything else is as if it weren't there.

import { AppError } from '@gatehouse/errors'
import type { Server } from '@gatehouse/registry-api'
import { type Actor, mayReach } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { readAccounts } from './accounts.ts'
import { type ServerRow, shown, toWire } from './to-wire.ts'

export async function findServer(deps: Deps, actor: Actor, id: string): Promise<ServerRow | null> {
  if (!mayReach(actor, id)) return null
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, (tx) =>
    tx.mcpServer.findUnique({ where: { workspaceId_id: { workspaceId, id } }, select: shown }),
  )
}

/** The same as programs see it. @throws AppError mcp_server_not_found */
export function showServer(deps: Deps, actor: Actor, id: string, what?: string): Promise<Server> {
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const where = { workspaceId_id: { workspaceId, id } }
    const row = mayReach(actor, id) ? await tx.mcpServer.findUnique({ where, select: shown }) : null
    if (row) return toWire(deps.config, actor, row, await readAccounts(tx, actor, [row]))
    throw new AppError('mcp_server_not_found', what === undefined ? {} : { what })
  })
}
