// POST …/oauth-provider: makes the caller's client at the authorization server of a per-user server known, once.

import { AppError } from '@gatehouse/errors'
import { type Call, mayReach } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { ensureProvider } from './ensure-provider.ts'
import { ownerOf } from './owner-of.ts'

/**
 * @param named `ls_user_id`
 * @throws AppError mcp_server_not_found, invalid_parameter where the server is not per-user; as ensureProvider
 */
export async function registerProvider(
  deps: Deps,
  call: Call,
  serverId: string,
  named?: string,
): Promise<string> {
  const { actor } = call
  const server = await findOAuthServer(deps, call, serverId)
  if (server.oauthMode !== 'per_user_dynamic_client')
    throw new AppError('invalid_parameter', {
      todo: "Set the server's 'oauth_mode' to 'per_user_dynamic_client' first",
      what: 'its people have no clients of their own',
    })
  return ensureProvider(deps, call, {
    ...{ workspaceId: actor.workspaceId, serverId, serverUrl: server.url, serverName: server.name },
    ownerId: await ownerOf(deps, actor, named),
  })
}

/** @throws AppError mcp_server_not_found */
export async function findOAuthServer(deps: Deps, { actor }: Call, id: string) {
  const { workspaceId } = actor
  const row = mayReach(actor, id)
    ? await deps.db.inWorkspace(workspaceId, (tx) =>
        tx.mcpServer.findUnique({
          where: { workspaceId_id: { workspaceId, id } },
          select: { name: true, url: true, oauthMode: true, oauthProviderId: true },
        }),
      )
    : null
  if (row === null) throw new AppError('mcp_server_not_found')
  return row
}
