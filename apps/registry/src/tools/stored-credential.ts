// What a fetch needs of a server, read in one piece: its URL and the headers that were stored for it.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'
import { checkHeaders } from '../servers/check-headers.ts'

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
      select: {
        url: true,
        credentialGeneration: true,
        headers: { orderBy: { position: 'asc' }, select: { key: true, sealed: true, dataKeyId: true } },
      },
    })
    if (!server) throw new AppError('mcp_server_not_found')
    const { url, credentialGeneration: generation } = server
    const headers: [string, string][] = []
    for (const { key, ...row } of server.headers) {
      const value = await deps.sealer.openHeader(tx, { workspaceId, serverId, key, generation }, row)
      headers.push([key, value.reveal()])
    }
    checkStored(headers)
    return { url, generation, headers }
  })
}

/** The rules of writing hold when sending as well: a row may have come into the database by another way. */
function checkStored(headers: StoredCredential['headers']): void {
  try {
    checkHeaders(headers.map(([key, value]) => ({ key, value })))
  } catch (cause) {
    throw new AppError('credential_unreadable', { what: 'a stored header may not be sent', cause })
  }
}
