// The connection that a call is made with: the caller's own at this server, and no other person's. Where the workspace shares a
// client, its own connection serves who has none.

import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { ReadServer } from '../servers/open-headers.ts'
import { serviceConnection } from './service-connection.ts'

/** The person that asks; null for a service. */
export type OwnerId = string | null

/** What is looked at of a server. */
export type OAuthServer = Pick<
  ReadServer,
  'workspaceId' | 'id' | 'slug' | 'url' | 'oauthMode' | 'oauthProviderId'
>

/** Where the clock is the database's. */
interface Standing {
  readonly id: string
  readonly is_claimed: boolean
  /** Left alone for so many seconds. */
  readonly retry_s: number | null
  readonly resource: string
  /** Of the client. */
  readonly kind: string
  /** Whether people can get accounts by that client: RFC 8414 section 2 has its servers do that unless they say otherwise. */
  readonly is_for_people: boolean
}

/** Locked against changes until the end of the transaction; null where the caller has none. */
export async function findConnection(
  deps: Pick<Deps, 'sealer' | 'now'>,
  tx: Tx,
  server: OAuthServer,
  ownerId: OwnerId,
) {
  const { workspaceId, id: serverId, url, oauthProviderId } = server
  const isPerUser = server.oauthMode === 'per_user_dynamic_client'
  const find = () => tx.$queryRaw<Standing[]>`
    SELECT t.id, p.resource, p.kind, coalesce(t.claim_until > now(), false) AS is_claimed,
      extract(epoch FROM t.retry_at - now())::float8 AS retry_s,
      coalesce(p.metadata->'grant_types_supported' @> '"authorization_code"'::jsonb, true) AS is_for_people
    FROM oauth_token t JOIN oauth_provider p ON p.workspace_id = t.workspace_id AND p.id = t.provider_id
    WHERE t.workspace_id = ${workspaceId}::uuid AND (t.owner_id IS NOT DISTINCT FROM ${ownerId}::uuid OR t.owner_id IS NULL AND NOT ${isPerUser})
      AND CASE WHEN ${isPerUser} THEN t.server_id = ${serverId}::uuid
        ELSE t.provider_id = ${oauthProviderId}::uuid AND coalesce(t.server_id, ${serverId}::uuid) = ${serverId}::uuid END
    ORDER BY t.owner_id IS NULL, t.state = 'active' DESC, t.is_default DESC, t.agent_id IS NULL DESC, t.created_at DESC, t.id DESC
    FOR SHARE OF t`
  let found = (await find()).find((one) => isFor(one.resource, url))
  if (!found && !(isPerUser && ownerId) && (await serviceConnection(deps, tx, server)))
    found = (await find()).find((one) => isFor(one.resource, url))
  if (!found) return null
  const { is_claimed: isClaimed, retry_s, kind: clientKind, is_for_people: isForPeople } = found
  const row = await tx.oAuthToken.findUniqueOrThrow({
    where: { workspaceId_id: { workspaceId, id: found.id } },
  })
  return {
    ...row,
    clientKind,
    isForPeople,
    isClaimed,
    retryInS: retry_s !== null && retry_s > 0 ? Math.ceil(retry_s) : null,
  }
}

/** A token does not follow a server to another origin, as headers don't. */
const isFor = (resource: string, url: string) =>
  URL.canParse(resource) && new URL(resource).origin === new URL(url).origin
