// What gateways are told about where a connection, or all of a client, changed: the person it belongs to; else its server; else
// every server whose people are served by the client that the workspace shares.

import type { Change } from '../changes.ts'
import type { Tx } from '../db.ts'

interface Whose {
  readonly workspaceId: string
  readonly ownerId: string | null
  readonly serverId: string | null
  readonly providerId: string
}

/** Read it before the servers lose that client. */
export async function changesOf(
  tx: Tx,
  { workspaceId, ownerId, serverId, providerId }: Whose,
): Promise<Change[]> {
  const about = (subjectId: string): Change => ({ workspaceId, subject: 'connection', subjectId })
  const one = ownerId ?? serverId
  if (one !== null) return [about(one)]
  const servers = await tx.mcpServer.findMany({
    where: { workspaceId, oauthProviderId: providerId },
    select: { id: true },
  })
  return servers.length > 0 ? servers.map(({ id }) => about(id)) : [about(providerId)]
}
