// A service's own connection where our client may ask for tokens in its own name (client credentials, RFC 6749 section 4.4): made
// by the first call that needs it. Its first token is due at once.

import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { systemActor } from '../people/link-for-owner.ts'
import type { OAuthServer } from './find-connection.ts'
import { sealTokens } from './tokens.ts'

const offers = z.object({ grant_types_supported: z.array(z.string()) })

/** True where there is one now. */
export async function serviceConnection(
  deps: Pick<Deps, 'sealer' | 'now'>,
  tx: Tx,
  server: OAuthServer,
): Promise<boolean> {
  const { workspaceId, id: serverId } = server
  const own =
    server.oauthMode === 'per_user_dynamic_client'
      ? { serverId, ownerId: null }
      : { id: server.oauthProviderId ?? '' }
  if (own.id === '') return false
  const provider = await tx.oAuthProvider.findFirst({
    where: { workspaceId, kind: 'manual', authMethod: { not: 'none' }, ...own },
  })
  const offered = offers.safeParse(provider?.metadata).data?.grant_types_supported
  if (!provider || !offered?.includes('client_credentials')) return false
  // Two calls at once: the second one finds what the first has made.
  await tx.$queryRaw`
    SELECT id FROM oauth_provider WHERE workspace_id = ${workspaceId}::uuid AND id = ${provider.id}::uuid FOR UPDATE`
  const made = { workspaceId, providerId: provider.id, serverId, ownerId: null }
  if ((await tx.oAuthToken.count({ where: made })) > 0) return true
  const place = { ...made, id: uuidv7(), generation: uuidv7(), version: 0 }
  const tokens = { access_token: '', token_type: 'bearer', grant: 'client_credentials' } as const
  const { sealed, dataKeyId } = await sealTokens(deps, tx, place, tokens)
  const createdAt = deps.now()
  await tx.oAuthToken.create({
    data: {
      ...place,
      sealed,
      dataKeyId,
      scopes: provider.scopes,
      createdAt,
      updatedAt: createdAt,
      expiresAt: createdAt,
    },
    select: { id: true },
  })
  await audit(tx, systemActor(workspaceId, 'service connection'), {
    action: 'connection.created',
    objectType: 'connection',
    objectId: place.id,
    after: { provider_id: provider.id, server_id: serverId, owner_id: null, grant: 'client_credentials' },
    requestId: `service-${place.id}`,
  })
  return true
}
