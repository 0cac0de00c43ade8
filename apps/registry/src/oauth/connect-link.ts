// The link that a person follows: what it asks for, and the way on to the authorization server, once. They come back to
// finish-connect.ts.

import { Secret } from '@gatehouse/config'
import { AppError } from '@gatehouse/errors'
import { type ConnectLink, type ContinuedConnect, toTimestamp } from '@gatehouse/registry-api'
import type { Actor } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { authorizationUrl } from './authorization-url.ts'
import { memberFor, type Visitor } from './browser.ts'
import { verifierLabel } from './labels.ts'
import { hashOf, newWord } from './one-time.ts'

/** @throws AppError connect_link_not_found */
export async function showLink(deps: Deps, visitor: Visitor, token: string): Promise<ConnectLink> {
  const { actor, id } = await findLink(deps, visitor, token)
  return deps.db.inWorkspace(actor.workspaceId, async (tx) => {
    const row = await readOpen(deps, tx, actor, id)
    return {
      server: row.server,
      provider: { id: row.provider.id, issuer_host: new URL(row.provider.issuer).host },
      scopes: row.scopes,
      expires_at: toTimestamp(row.expiresAt),
      mine: true,
    }
  })
}

/** Uses the link up. @throws AppError connect_link_not_found */
export async function followLink(deps: Deps, visitor: Visitor, token: string): Promise<ContinuedConnect> {
  const { actor, id } = await findLink(deps, visitor, token)
  const { workspaceId } = actor
  const [state, verifier] = [newWord(), newWord()]
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    await tx.$queryRaw`
      SELECT id FROM auth_session WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const row = await readOpen(deps, tx, actor, id)
    const label = verifierLabel({ workspaceId, id })
    const { sealed, dataKeyId } = await deps.sealer.sealFor(tx, workspaceId, label, new Secret(verifier))
    await tx.authSession.update({
      where: { workspaceId_id: { workspaceId, id } },
      data: {
        ...{ stateHash: hashOf(state), browserHash: visitor.browserHash, sealed, dataKeyId },
        updatedAt: deps.now(),
      },
      select: { id: true },
    })
    await audit(tx, actor, {
      action: 'auth-session.followed',
      objectType: 'auth-session',
      objectId: id,
      after: { provider_id: row.provider.id, issuer: row.provider.issuer, scopes: row.scopes },
      requestId: visitor.requestId,
    })
    return { authorization_url: authorizationUrl({ ...row.provider, scopes: row.scopes }, state, verifier) }
  })
}

async function findLink(deps: Deps, visitor: Visitor, token: string): Promise<{ actor: Actor; id: string }> {
  const visit = await deps.db.asSystem((tx) =>
    tx.authSession.findUnique({
      where: { linkHash: hashOf(token) },
      select: { workspaceId: true, id: true, ownerId: true },
    }),
  )
  if (visit === null) throw new AppError('connect_link_not_found')
  return { actor: await memberFor(deps, visitor, visit), id: visit.id }
}

/** Still pending, in time, and followed by nobody. */
async function readOpen(deps: Deps, tx: Tx, { workspaceId }: Actor, id: string) {
  const row = await tx.authSession.findUnique({
    where: { workspaceId_id: { workspaceId, id } },
    select: {
      ...{ status: true, expiresAt: true, browserHash: true, scopes: true },
      server: { select: { id: true, name: true, slug: true } },
      provider: {
        select: {
          ...{ id: true, issuer: true, metadata: true, clientId: true, redirectUri: true, resource: true },
        },
      },
    },
  })
  if (row && row.status === 'PENDING' && row.browserHash === null && row.expiresAt > deps.now()) return row
  throw new AppError('connect_link_not_found')
}
