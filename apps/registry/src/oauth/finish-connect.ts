// A browser comes back from an authorization server: its state is taken, once; then issuer, outcome and code are judged outside
// of any transaction; then the connection is written, or why there is none.

import { AppError } from '@gatehouse/errors'
import type { FinishedConnect, finishConnect as schema } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Actor } from '../actor.ts'
import { audit } from '../audit.ts'
import { readClient } from '../connections/client-of.ts'
import { type Granted, TokenRefused } from '../connections/request-token.ts'
import { keepRevocable } from '../connections/revocable.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { memberFor, type Visitor } from './browser.ts'
import { checkIssuer, checkOutcome, exchangeCode } from './exchange-code.ts'
import { verifierLabel } from './labels.ts'
import { hashOf } from './one-time.ts'
import { storeConnection } from './store-connection.ts'

type Returned = z.output<typeof schema>

/** @throws AppError oauth_state_unknown, oauth_denied, oauth_failed */
export async function finishConnect(
  deps: Deps,
  visitor: Visitor,
  returned: Returned,
): Promise<FinishedConnect> {
  const visit = await takeState(deps, visitor, returned.state)
  const { actor, id, client } = visit
  let granted: Granted
  try {
    checkIssuer(client, returned)
    const code = checkOutcome(returned)
    granted = await exchangeCode(deps, client, { code, ...visit })
  } catch (thrown) {
    const error = toFailure(thrown)
    await fail(deps, visitor, visit, error)
    throw error
  }
  await storeConnection(deps, visitor, visit, granted).catch(async (error: unknown) => {
    // Nobody will use them.
    const { workspaceId } = actor
    const unused = await deps.db
      .inWorkspace(workspaceId, (tx) => keepRevocable(deps, tx, workspaceId, client, granted.tokens))
      .catch(() => ({ workspaceId, id, client, tokens: granted.tokens })) // once then, and not again
    await deps.revocations.now([unused])
    throw error
  })
  return { auth_session_id: id, status: 'COMPLETED', server: await serverOf(deps, actor, id) }
}

export type Visit = Awaited<ReturnType<typeof takeState>>

/** Whoever comes second finds nothing, and so does every other browser. */
async function takeState(deps: Deps, visitor: Visitor, state: string) {
  const stateHash = hashOf(state)
  const found = await deps.db.asSystem((tx) =>
    tx.authSession.findUnique({
      where: { stateHash },
      select: { workspaceId: true, id: true, ownerId: true },
    }),
  )
  if (found === null) throw new AppError('oauth_state_unknown')
  const actor = await memberFor(deps, visitor, found).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'connect_link_not_found'
      ? new AppError('oauth_state_unknown')
      : error
  })
  const { workspaceId, id } = found
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    await tx.$queryRaw`
      SELECT id FROM auth_session WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const where = { workspaceId_id: { workspaceId, id } }
    const row = await tx.authSession.findUnique({ where })
    const isTheirs =
      row?.browserHash &&
      visitor.browserHash.equals(row.browserHash) &&
      row.stateHash &&
      stateHash.equals(row.stateHash) &&
      row.status === 'PENDING' &&
      row.expiresAt > deps.now()
    if (!isTheirs || !row.sealed || !row.dataKeyId) throw new AppError('oauth_state_unknown')
    const { sealed, dataKeyId, providerId, serverId, ownerId, scopes, agentId, isDefault } = row
    const label = verifierLabel({ workspaceId, id })
    const verifier = await deps.sealer.openFor(tx, workspaceId, label, { sealed, dataKeyId })
    const client = await readClient(deps, tx, workspaceId, providerId)
    const { redirectUri } = await tx.oAuthProvider.findUniqueOrThrow({
      where: { workspaceId_id: { workspaceId, id: providerId } },
      select: { redirectUri: true },
    })
    await tx.authSession.update({
      where,
      data: { stateHash: null, sealed: null, dataKeyId: null, updatedAt: deps.now() },
      select: { id: true },
    })
    return {
      ...{ actor, id, providerId, serverId, ownerId, scopes, agentId, isDefault },
      ...{ verifier, client, redirectUri },
    }
  })
}

function toFailure(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof TokenRefused)
    return new AppError('oauth_failed', {
      what: `the authorization server gave no token (${thrown.result})`,
      cause: thrown,
    })
  throw thrown
}

async function fail(
  deps: Deps,
  visitor: Visitor,
  { actor, id, providerId }: Visit,
  error: AppError,
): Promise<void> {
  const { workspaceId } = actor
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    const { count } = await tx.authSession.updateMany({
      where: { workspaceId, id, status: 'PENDING' },
      data: { status: 'CONNECTION_REQUIRED', failure: error.code, updatedAt: deps.now() },
    })
    if (count === 0) return
    await audit(tx, actor, {
      action: 'auth-session.failed',
      objectType: 'auth-session',
      objectId: id,
      after: { provider_id: providerId, reason: error.code },
      requestId: visitor.requestId,
    })
    await deps.authSessions.announce(tx)
  })
  deps.authSessions.notice()
}

async function serverOf(deps: Deps, { workspaceId }: Actor, id: string): Promise<FinishedConnect['server']> {
  const row = await deps.db.inWorkspace(workspaceId, (tx: Tx) =>
    tx.authSession.findUnique({
      where: { workspaceId_id: { workspaceId, id } },
      select: { server: { select: { id: true, name: true, slug: true } } },
    }),
  )
  return row?.server ?? null
}
