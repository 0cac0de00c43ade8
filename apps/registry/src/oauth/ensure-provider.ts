// The client that one person, or the services of a workspace, have at the authorization server of one server: found, or
// discovered and registered. An authorization server that has changed means another client, never the old one there.

import type { Secret } from '@gatehouse/config'
import { v7 as uuidv7 } from 'uuid'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import { readRevocable } from '../connections/revocable.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { SealedValue } from '../seal.ts'
import { redirectUri } from './client-metadata.ts'
import { type Discovered, discover } from './discover.ts'
import { inTime } from './in-time.ts'
import { secretLabel } from './labels.ts'
import { type ProviderRow, shown, toAudit } from './provider-row.ts'
import { type RegisteredClient, registerClient } from './register-client.ts'

export interface ForWhom {
  readonly workspaceId: string
  readonly serverId: string
  readonly serverUrl: string
  readonly serverName: string
  readonly ownerId: string | null
}

/**
 * Answers what there is where the authorization server can not be asked just now.
 * @throws AppError client_registration_required, oauth_discovery_failed, oauth_registration_failed, url_not_allowed,
 * upstream_unreachable, upstream_timeout, mcp_server_not_found
 */
export async function ensureProvider(deps: Deps, call: Call, whom: ForWhom): Promise<string> {
  const before = await deps.db.inWorkspace(whom.workspaceId, (tx) => findOwn(tx, whom))
  const found = await discover(inTime(deps), whom.serverUrl).catch((error: unknown) => {
    if (before && isGood(deps, before)) return undefined
    throw error
  })
  if (found === undefined && before) return before.id
  if (found === undefined) throw new Error('neither discovered nor known')
  if (before && isGood(deps, before) && isSameServer(before, found)) {
    await refresh(deps, whom, before.id, found)
    return before.id
  }
  const client =
    (await deps.db.inWorkspace(whom.workspaceId, (tx) => findByHand(deps, tx, whom, found))) ??
    (await registerClient(deps, found))
  return store(deps, call, whom, found, client)
}

const findOwn = (tx: Tx, { workspaceId, serverId, ownerId }: ForWhom) =>
  tx.oAuthProvider.findFirst({ where: { workspaceId, serverId, ownerId }, select: shown })

const isGood = (deps: Deps, row: ProviderRow) =>
  row.redirectUri === redirectUri(deps.config) &&
  (row.secretExpiresAt === null || row.secretExpiresAt > deps.now())

const isSameServer = (row: ProviderRow, { metadata, resource }: Discovered) =>
  row.issuer === metadata.issuer && row.resource === resource

/** What the authorization server says may change; who we are there stays. */
async function refresh(deps: Deps, { workspaceId }: ForWhom, id: string, found: Discovered): Promise<void> {
  await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.oAuthProvider.updateMany({
      where: { workspaceId, id },
      data: { metadata: toJson(found), scopes: [...found.scopes], updatedAt: deps.now() },
    }),
  )
}

/** A client that somebody has entered for this authorization server comes before every registration. */
async function findByHand(
  deps: Deps,
  tx: Tx,
  { workspaceId }: ForWhom,
  { metadata: { issuer } }: Discovered,
): Promise<RegisteredClient | undefined> {
  const row = await tx.oAuthProvider.findFirst({
    where: { workspaceId, kind: 'manual', serverId: null, issuer },
    orderBy: { id: 'desc' },
  })
  if (!row) return undefined
  const { sealedSecret: sealed, dataKeyId } = row
  const secret =
    sealed && dataKeyId
      ? await deps.sealer.openFor(tx, workspaceId, secretLabel(row), { sealed, dataKeyId })
      : undefined
  const { clientId, authMethod, secretExpiresAt } = row
  return {
    kind: 'manual',
    clientId,
    secret,
    authMethod,
    redirectUri: redirectUri(deps.config),
    secretExpiresAt,
  }
}

/** One of two that register at once keeps its client; the other's is never used. */
async function store(
  deps: Deps,
  call: Call,
  whom: ForWhom,
  found: Discovered,
  client: RegisteredClient,
): Promise<string> {
  const { workspaceId, serverId, ownerId } = whom
  const done = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const lock = JSON.stringify(['oauth-provider', workspaceId, serverId, ownerId])
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`
    const old = await findOwn(tx, whom)
    if (old && isGood(deps, old) && isSameServer(old, found)) return { id: old.id }
    const revoked = old ? await readRevocable(deps, tx, { workspaceId, providerId: old.id }) : []
    if (old) await tx.oAuthProvider.deleteMany({ where: { workspaceId, id: old.id } })
    const id = uuidv7()
    const place = { workspaceId, id, issuer: found.metadata.issuer }
    const sealed = client.secret && (await sealSecret(deps, tx, place, client.secret))
    const row = await tx.oAuthProvider.create({
      data: {
        ...{ ...place, serverId, ownerId, name: whom.serverName, kind: client.kind },
        ...{ resource: found.resource, metadata: toJson(found), scopes: [...found.scopes] },
        ...{ clientId: client.clientId, authMethod: client.authMethod, redirectUri: client.redirectUri },
        ...{ sealedSecret: sealed?.sealed ?? null, dataKeyId: sealed?.dataKeyId ?? null },
        ...{ secretExpiresAt: client.secretExpiresAt, createdAt: deps.now(), updatedAt: deps.now() },
      },
      select: shown,
    })
    await audit(tx, call.actor, {
      action: 'oauth-provider.registered',
      objectType: 'oauth-provider',
      objectId: id,
      ...(old && { before: toAudit(old) }),
      after: toAudit(row),
      requestId: call.requestId,
    })
    // With the old client go the tokens that it was given.
    const revision = old
      ? await deps.changes.record(tx, { workspaceId, subject: 'connection', subjectId: ownerId ?? serverId })
      : undefined
    return { id, revision, revoked }
  })
  if (done.revision !== undefined) {
    deps.changes.published(done.revision)
    await deps.revocations.now(done.revoked ?? [])
  }
  return done.id
}

/** The secret of a client, bound to its row and issuer. */
export const sealSecret = (
  deps: Pick<Deps, 'sealer'>,
  tx: Tx,
  place: Parameters<typeof secretLabel>[0],
  secret: Secret,
): Promise<SealedValue> => deps.sealer.sealFor(tx, place.workspaceId, secretLabel(place), secret)

/** It came as JSON, so it is. */
export const toJson = ({ metadata }: Pick<Discovered, 'metadata'>) => JSON.parse(JSON.stringify(metadata))
