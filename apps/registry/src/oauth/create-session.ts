// Begins a visit to an authorization server, or finds that none is needed. The person goes on at the verification URL:
// connect-link.ts.

import { AppError } from '@gatehouse/errors'
import type { AuthSession, createAuthSession as schema } from '@gatehouse/registry-api'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import { type Actor, type Call, mayReach } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { hashOf, newWord } from './one-time.ts'
import { isOpenTo } from './owner-of.ts'
import { type ProviderRow, shown } from './provider-row.ts'
import { lifetimeMs } from './session-status.ts'

type Input = z.output<typeof schema>

export interface Begun {
  readonly session: AuthSession
  readonly isReused: boolean
}

/** @param serverId the server that a shared client is used for @throws AppError invalid_parameter for an unknown provider */
export function createSession(deps: Deps, call: Call, input: Input, serverId?: string): Promise<Begun> {
  const { actor } = call
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const provider = await findProvider(tx, actor, input.provider_id)
    // Of a person's own client the person's; of a shared one the caller's.
    const ownerId = provider.ownerId ?? actor.userId
    const scopes = input.scopes.length > 0 ? [...new Set(input.scopes)] : provider.scopes
    const tokenId =
      input.strategy === 'REUSE' ? await findToken(deps, tx, provider, ownerId, input) : undefined
    const link = newWord()
    const now = deps.now()
    const id = uuidv7()
    await tx.authSession.create({
      data: {
        ...{
          workspaceId,
          id,
          providerId: provider.id,
          serverId: provider.serverId ?? serverId ?? null,
          ownerId,
        },
        ...{ scopes, strategy: input.strategy, agentId: input.agent_id ?? null },
        ...{ isDefault: input.is_default ?? false, linkHash: hashOf(link), tokenId: tokenId ?? null },
        status: tokenId === undefined ? 'PENDING' : 'COMPLETED',
        ...{ expiresAt: new Date(now.getTime() + lifetimeMs), createdAt: now, updatedAt: now },
      },
      select: { id: true },
    })
    await audit(tx, actor, {
      action: tokenId === undefined ? 'auth-session.created' : 'connection.reused',
      objectType: 'auth-session',
      objectId: id,
      after: { provider_id: provider.id, owner_id: ownerId, scopes, token_id: tokenId ?? null },
      requestId: call.requestId,
    })
    const url = `${deps.config.CONSOLE_PUBLIC_URL}/connect/${link}`
    const session: AuthSession = {
      ...{ id, provider_id: provider.id, status: tokenId === undefined ? 'PENDING' : 'COMPLETED' },
      ...{ verification_url: tokenId === undefined ? url : null, token: tokenId ?? null, metadata: {} },
    }
    return { session, isReused: tokenId !== undefined }
  })
}

async function findProvider(tx: Tx, actor: Actor, providerId: string): Promise<ProviderRow> {
  const { workspaceId } = actor
  const id = providerId.toLowerCase()
  const row = await tx.oAuthProvider.findUnique({
    where: { workspaceId_id: { workspaceId, id } },
    select: shown,
  })
  if (row && isOpenTo(actor, row.ownerId) && (row.serverId === null || mayReach(actor, row.serverId)))
    return row
  throw new AppError('invalid_parameter', {
    todo: "Set 'provider_id' to a provider of this workspace that is yours",
    what: 'there is none with this id',
  })
}

/** A connection that stands and was granted everything that is asked for now. */
async function findToken(
  deps: Deps,
  tx: Tx,
  { workspaceId, id: providerId }: ProviderRow,
  ownerId: string | null,
  input: Input,
): Promise<string | undefined> {
  const named = input.token_id?.toLowerCase()
  const rows = await tx.oAuthToken.findMany({
    where: {
      ...{ workspaceId, providerId, ownerId, state: 'active' },
      ...(named && { id: named }),
      ...(input.agent_id && { agentId: input.agent_id }),
      ...(input.scopes.length > 0 && { scopes: { hasEvery: input.scopes } }),
    },
    orderBy: [{ isDefault: 'desc' }, { updatedAt: 'desc' }],
    select: { id: true, refreshExpiresAt: true },
  })
  const now = deps.now()
  return rows.find((row) => row.refreshExpiresAt === null || row.refreshExpiresAt > now)?.id
}
