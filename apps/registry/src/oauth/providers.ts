// /v1/oauth-providers: clients at authorization servers, listed, entered by hand, deleted.

import { Secret } from '@gatehouse/config'
import { AppError } from '@gatehouse/errors'
import type { createProvider as createSchema, OAuthProvider, pageQuery } from '@gatehouse/registry-api'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import { type Actor, type Call, may } from '../actor.ts'
import { audit } from '../audit.ts'
import { changesOf } from '../connections/changes-of.ts'
import { clientAuth } from '../connections/client-of.ts'
import { readRevocable } from '../connections/revocable.ts'
import type { Deps } from '../deps.ts'
import type { Prisma } from '../generated/client.ts'
import { createOnce, type Idempotency } from '../idempotency.ts'
import { parseId } from '../parse.ts'
import { redirectUri } from './client-metadata.ts'
import { type Discovered, discover } from './discover.ts'
import { sealSecret, toJson } from './ensure-provider.ts'
import { inTime } from './in-time.ts'
import { shown, toAudit, toWire } from './provider-row.ts'
import { findServerMetadata } from './server-metadata.ts'

/** Shared ones, one's own, and with api-keys:all everybody's; a key of some servers sees those of its servers and shared ones. */
function visibleProviders(actor: Actor): Prisma.OAuthProviderWhereInput {
  const { workspaceId, userId, servers } = actor
  const reached = servers === null ? {} : { OR: [{ serverId: null }, { serverId: { in: [...servers] } }] }
  const owned = may(actor, 'api-keys:all') ? {} : { OR: [{ ownerId: null }, { ownerId: userId }] }
  return { workspaceId, AND: [reached, owned] }
}

/** Newest first; the cursor is the last id of the page before. */
export async function listProviders(
  deps: Deps,
  { actor }: Call,
  query: z.output<typeof pageQuery>,
): Promise<{ data: OAuthProvider[]; next_cursor: string | null }> {
  const after = query.cursor === undefined ? {} : { id: { lt: parseId(query.cursor, 'cursor') } }
  const rows = await deps.db.inWorkspace(actor.workspaceId, (tx) =>
    tx.oAuthProvider.findMany({
      where: { AND: [visibleProviders(actor), after] },
      orderBy: { id: 'desc' },
      take: query.limit + 1,
      select: shown,
    }),
  )
  const data = rows.slice(0, query.limit).map(toWire)
  return { data, next_cursor: rows.length > query.limit ? (data.at(-1)?.id ?? null) : null }
}

type Input = z.output<typeof createSchema>

/** @throws AppError missing_required_field, invalid_parameter, idempotency_conflict, oauth_provider_not_found; as discover */
export async function createProvider(
  deps: Deps,
  call: Call,
  input: Input,
  idempotency?: Idempotency,
): Promise<OAuthProvider> {
  const { workspaceId } = call.actor
  const secret = input.client_secret ? new Secret(input.client_secret) : undefined
  const authMethod = input.auth_method ?? (secret ? 'client_secret_basic' : 'none')
  if ((authMethod === 'none') !== (secret === undefined))
    throw new AppError('invalid_parameter', { what: `'client_secret' does not fit '${authMethod}'` })
  await clientAuth(authMethod, secret).catch((cause: unknown) => {
    throw new AppError('invalid_parameter', {
      what: "'client_secret' is no private key that can be used",
      cause,
    })
  })
  const found = await discoverFor(deps, input)
  const now = deps.now()
  const done = await createOnce(deps.db, call.actor, now, idempotency, async (tx) => {
    const place = { workspaceId, id: uuidv7(), issuer: found.metadata.issuer }
    const sealed = secret && (await sealSecret(deps, tx, place, secret))
    const row = await tx.oAuthProvider.create({
      data: {
        ...{ ...place, name: input.name, kind: 'manual', resource: found.resource, metadata: toJson(found) },
        ...{ scopes: [...(input.scopes ?? found.scopes)], clientId: input.client_id, authMethod },
        ...{ sealedSecret: sealed?.sealed ?? null, dataKeyId: sealed?.dataKeyId ?? null },
        ...{ redirectUri: redirectUri(deps.config), createdAt: now, updatedAt: now },
      },
      select: shown,
    })
    await audit(tx, call.actor, {
      action: 'oauth-provider.created',
      objectType: 'oauth-provider',
      objectId: row.id,
      after: toAudit(row),
      requestId: call.requestId,
    })
    return { id: row.id, made: row }
  })
  if ('made' in done) return toWire(done.made)
  const row = await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.oAuthProvider.findUnique({
      where: { workspaceId_id: { workspaceId, id: done.repeatOf } },
      select: shown,
    }),
  )
  if (row) return toWire(row)
  throw new AppError('oauth_provider_not_found', { what: 'it was made by this Idempotency-Key and is gone' })
}

/** What the server at `server_url` names, or what was given. */
async function discoverFor(deps: Deps, input: Input): Promise<Discovered> {
  const { server_url: serverUrl, issuer, resource } = input
  if (serverUrl) {
    const found = await discover(inTime(deps), deps.egress.checkUrl(serverUrl.trim()).href)
    return { ...found, resource: resource ?? found.resource }
  }
  if (!issuer || !resource)
    throw new AppError('missing_required_field', {
      todo: "Set 'server_url', or 'issuer' and 'resource'",
      what: 'nothing tells where the authorization server is and what tokens are for',
    })
  const metadata = await findServerMetadata(inTime(deps), issuer)
  if (metadata) return { metadata, resource, scopes: [], knownScopes: [] }
  throw new AppError('oauth_discovery_failed', { what: 'its authorization server has no metadata' })
}

/** As deleting a connection, for all that it has. @throws AppError revocation_pending */
export async function deleteProvider(deps: Deps, { actor, requestId }: Call, id: string): Promise<void> {
  const { workspaceId } = actor
  const done = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const nothing = async () => ({ revision: await deps.changes.current(tx), revocable: [] })
    await tx.$queryRaw`
      SELECT id FROM oauth_provider WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const row = await tx.oAuthProvider.findFirst({
      where: { AND: [visibleProviders(actor), { id }] },
      select: shown,
    })
    if (!row) return nothing()
    const revocable = await readRevocable(deps, tx, { workspaceId, providerId: id })
    const changes = await changesOf(tx, { ...row, providerId: id })
    await tx.oAuthProvider.delete({ where: { workspaceId_id: { workspaceId, id } }, select: { id: true } })
    // Servers that used it have none then, until somebody names another.
    await tx.mcpServer.updateMany({
      where: { workspaceId, oauthProviderId: id },
      data: { oauthProviderId: null, updatedAt: deps.now() },
    })
    await audit(tx, actor, {
      action: 'oauth-provider.deleted',
      objectType: 'oauth-provider',
      objectId: id,
      before: toAudit(row),
      requestId,
    })
    return { revocable, revision: await deps.changes.recordAll(tx, changes) }
  })
  deps.changes.published(done.revision)
  await Promise.all([deps.changes.settled(done.revision), deps.revocations.now(done.revocable)])
}
