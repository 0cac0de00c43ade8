// What a fetch needs of a server, read in one piece: its URL and the headers that were stored for it.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'
import { openHeaders, sealedHeaders } from '../servers/open-headers.ts'

export interface StoredCredential {
  readonly url: string
  readonly generation: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** @throws AppError mcp_server_not_found, credential_unreadable */
export function storedCredential(
  deps: Deps,
  workspaceId: string,
  serverId: string,
): Promise<StoredCredential> {
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    // An update waits until both are read, so that no URL meets the headers of another.
    await tx.$queryRaw`SELECT id FROM mcp_server WHERE workspace_id = ${workspaceId}::uuid AND id = ${serverId}::uuid FOR SHARE`
    const server = await tx.mcpServer.findUnique({
      where: { workspaceId_id: { workspaceId, id: serverId } },
      select: { ...sealedHeaders, url: true },
    })
    if (!server) throw new AppError('mcp_server_not_found')
    const { url, credentialGeneration: generation } = server
    return { url, generation, headers: await openHeaders(deps, tx, server) }
  })
}
