// POST /v1/connections: what a person who wants to connect needs, in one step: the client, and a visit with it.

import { AppError } from '@gatehouse/errors'
import type { StartedConnection, createConnection as schema } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { createSession } from './create-session.ts'
import { findOAuthServer, registerProvider } from './register-provider.ts'
import { toScopes } from './words.ts'

/** @throws AppError mcp_server_not_found, invalid_parameter; as ensureProvider */
export async function startConnection(
  deps: Deps,
  call: Call,
  input: z.output<typeof schema>,
): Promise<StartedConnection> {
  const serverId = input.server_id.toLowerCase()
  const server = await findOAuthServer(deps, call, serverId)
  const isShared = server.oauthMode !== 'per_user_dynamic_client' && server.oauthProviderId !== null
  const provider_id = isShared ? (server.oauthProviderId ?? '') : await registerProvider(deps, call, serverId)
  const scopes = await withEarlier(deps, call, provider_id, input.scopes ?? [])
  const { session } = await createSession(deps, call, { provider_id, scopes, strategy: 'CREATE' }, serverId)
  if (session.verification_url === null) throw new AppError('internal_error')
  return { auth_session_id: session.id, verification_url: session.verification_url }
}

/** Asking for more keeps what was asked for and granted before; a limit keeps a server from making it ever longer. */
async function withEarlier(deps: Deps, { actor }: Call, providerId: string, asked: readonly string[]) {
  if (asked.length === 0) return []
  const { workspaceId, userId: ownerId } = actor
  const rows = await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.oAuthToken.findMany({
      where: { workspaceId, providerId, ownerId },
      select: { scopes: true, askedScopes: true },
    }),
  )
  return toScopes([...asked, ...rows.flatMap((row) => [...row.scopes, ...row.askedScopes])])
}
