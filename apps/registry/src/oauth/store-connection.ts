// Writes the connection that a visit has brought: in the place of the same owner's earlier one there, with a new generation, so
// that nothing of the old one is used again.

import { AppError } from '@gatehouse/errors'
import { v7 as uuidv7 } from 'uuid'
import { audit } from '../audit.ts'
import { changesOf } from '../connections/changes-of.ts'
import type { Granted } from '../connections/request-token.ts'
import { readRevocable } from '../connections/revocable.ts'
import { sealTokens } from '../connections/tokens.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { Visitor } from './browser.ts'
import type { Visit } from './finish-connect.ts'

/** @throws AppError oauth_state_unknown where the visit, its client or its server is gone meanwhile */
export async function storeConnection(
  deps: Deps,
  visitor: Visitor,
  visit: Visit,
  granted: Granted,
): Promise<void> {
  const { actor, id: sessionId, providerId, serverId, ownerId, agentId } = visit
  const { workspaceId } = actor
  const now = deps.now()
  const done = await deps.db.inWorkspace(workspaceId, async (tx) => {
    // Whoever deletes the client waits, or has been here; so does another visit for the same place.
    const still = await tx.$queryRaw<unknown[]>`
      SELECT p.id FROM oauth_provider p JOIN auth_session s ON s.workspace_id = p.workspace_id AND s.provider_id = p.id
      WHERE s.workspace_id = ${workspaceId}::uuid AND s.id = ${sessionId}::uuid AND s.status = 'PENDING' FOR UPDATE`
    if (still.length === 0) throw new AppError('oauth_state_unknown')
    const place = { workspaceId, providerId, serverId, ownerId }
    const old = await tx.oAuthToken.findFirst({
      where: { ...place, agentId },
      orderBy: { updatedAt: 'desc' },
      select: { id: true, label: true, isDefault: true },
    })
    // What is replaced is taken back.
    const where = { workspaceId, id: old?.id ?? '' }
    const revoked = old ? await readRevocable(deps, tx, where, granted.tokens) : []
    const id = old?.id ?? uuidv7()
    const row = { ...place, id, generation: uuidv7(), version: 1 }
    const { sealed, dataKeyId } = await sealTokens(deps, tx, row, granted.tokens)
    const data = {
      ...{ generation: row.generation, version: row.version, sealed, dataKeyId, state: 'active', agentId },
      ...{
        scopes: [...(granted.scopes ?? visit.scopes)],
        askedScopes: [...visit.scopes],
        isDefault: visit.isDefault || (old?.isDefault ?? false),
      },
      ...{ expiresAt: granted.expiresAt, refreshExpiresAt: granted.refreshExpiresAt ?? null },
      ...{ claimId: null, claimUntil: null, attempts: 0, retryAt: null },
      ...{ lastRefreshAt: null, lastRefreshResult: null, updatedAt: now },
    }
    if (old)
      await tx.oAuthToken.update({
        where: { workspaceId_id: { workspaceId, id } },
        data,
        select: { id: true },
      })
    else await tx.oAuthToken.create({ data: { ...place, id, ...data, createdAt: now }, select: { id: true } })
    if (data.isDefault) await beTheDefault(tx, place, id)
    await tx.authSession.update({
      where: { workspaceId_id: { workspaceId, id: sessionId } },
      data: { status: 'COMPLETED', tokenId: id, updatedAt: now },
      select: { id: true },
    })
    await deps.authSessions.announce(tx)
    await audit(tx, actor, {
      action: old ? 'connection.renewed' : 'connection.created',
      objectType: 'connection',
      objectId: id,
      after: { provider_id: providerId, server_id: serverId, owner_id: ownerId, scopes: data.scopes },
      requestId: visitor.requestId,
    })
    return { revoked, revision: await deps.changes.recordAll(tx, await changesOf(tx, row)) }
  })
  deps.changes.published(done.revision)
  deps.authSessions.notice()
  await deps.revocations.now(done.revoked)
}

interface Place {
  readonly workspaceId: string
  readonly providerId: string
  readonly serverId: string | null
  readonly ownerId: string | null
}

async function beTheDefault(tx: Tx, place: Place, id: string): Promise<void> {
  await tx.oAuthToken.updateMany({ where: { ...place, id: { not: id } }, data: { isDefault: false } })
}
