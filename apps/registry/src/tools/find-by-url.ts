// The server that a URL means: trimmed, trailing slash and letter case ignored. Among several the one with the named provider,
// else one that may be invoked for the owner, else the oldest.

import { AppError } from '@gatehouse/errors'
import { type Actor, may, mayReach } from '../actor.ts'
import type { OwnerId } from '../connections/find-connection.ts'
import type { Deps } from '../deps.ts'
import { readAccounts, wantsAccount } from '../servers/accounts.ts'
import { urlKeyOf } from '../servers/check-url.ts'
import { type ServerRow, shown } from '../servers/to-wire.ts'

/**
 * @param ownerId whose accounts count: the person that asks or is asked for; null for a service
 * @throws AppError mcp_server_not_found
 */
export async function findByUrl(
  deps: Deps,
  actor: Actor,
  ownerId: OwnerId,
  url: string,
  providerId: string | undefined,
): Promise<ServerRow> {
  const { workspaceId } = actor
  const { rows, accounts } = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const rows = await tx.mcpServer.findMany({
      where: { workspaceId, urlKey: urlKeyOf(url) },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      select: shown,
    })
    return { rows, accounts: await readAccounts(tx, { workspaceId, userId: ownerId }, rows) }
  })
  const providerOf = (row: ServerRow) => accounts.get(row.id)?.providerId ?? row.oauthProviderId
  const reachable = rows.filter((row) => mayReach(actor, row.id))
  const named =
    providerId === undefined
      ? undefined
      : reachable.find((row) => providerOf(row) === providerId.toLowerCase())
  const invokable = may(actor, 'mcp-servers:invoke')
    ? reachable.find((row) => !wantsAccount(row) || accounts.get(row.id)?.isConnected)
    : undefined
  const found = named ?? invokable ?? reachable[0]
  if (found === undefined)
    throw new AppError('mcp_server_not_found', { what: 'no MCP server is registered with this URL' })
  return found
}
