// What a fetch needs of a server, read in one piece: its URL and the headers that were stored for it.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'
import { openHeaders, readSealed } from '../servers/open-headers.ts'

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
    const server = await readSealed(tx, workspaceId, serverId)
    if (!server) throw new AppError('mcp_server_not_found')
    const { url, credentialGeneration: generation } = server
    return { url, generation, headers: await openHeaders(deps, tx, server) }
  })
}
