// What a fetch needs of a server, read in one piece: its URL, and the headers that were stored for it or the token of the
// caller's connection there, renewed where it has run out.

import { AppError } from '@gatehouse/errors'
import { findCredential, type Ready, type RefusedToken, renewing } from '../connections/credential.ts'
import type { OwnerId } from '../connections/find-connection.ts'
import type { Deps } from '../deps.ts'
import { openHeaders, readSealed } from '../servers/open-headers.ts'

export interface StoredCredential {
  readonly url: string
  /** The server's. */
  readonly generation: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Null where the server wants no account; `required` where it wants one and none can be used. */
  readonly account: Ready | null
}

/**
 * @param ownerId the person that asks; null for a service
 * @throws AppError mcp_server_not_found, credential_unreadable, upstream_auth_unavailable, upstream_auth_failed
 */
export async function storedCredential(
  deps: Deps,
  workspaceId: string,
  serverId: string,
  ownerId: OwnerId,
  refused?: RefusedToken,
): Promise<StoredCredential> {
  const { about, found } = await renewing(deps, () =>
    deps.db.inWorkspace(workspaceId, async (tx) => {
      const server = await readSealed(tx, workspaceId, serverId)
      if (!server) throw new AppError('mcp_server_not_found')
      const { url, credentialGeneration: generation } = server
      if (server.authType !== 'oauth')
        return { about: { url, generation, headers: await openHeaders(deps, tx, server) }, found: null }
      const found = await findCredential(deps, tx, server, ownerId, refused)
      return { about: { url, generation, headers: [] }, found }
    }),
  )
  if (found === null || 'required' in found) return { ...about, account: found }
  const [name, value] = found.header
  return { ...about, headers: [[name, value.reveal()]], account: found }
}
