// The servers of the actor's workspace, oldest first, as the published contract has it: all of them, bare.

import type { Server } from '@gatehouse/registry-api'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { readAccounts } from './accounts.ts'
import { shown, toWire } from './to-wire.ts'

export async function listServers(deps: Deps, call: Call): Promise<Server[]> {
  const { actor } = call
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const rows = await tx.mcpServer.findMany({
      where: { workspaceId, ...(actor.servers && { id: { in: [...actor.servers] } }) },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      select: shown,
    })
    const accounts = await readAccounts(tx, actor, rows)
    return rows.map((row) => toWire(deps.config, actor, row, accounts))
  })
}
