// What to send for a caller at a server that wants OAuth, told in the transaction that read it: a token, whose turn it is to do
// something about one that can't be had, or which token to renew first.

import { Secret } from '@gatehouse/config'
import { AppError } from '@gatehouse/errors'
import type { RequiredAction, UsedConnection } from '@gatehouse/registry-api/internal'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { findConnection, type OAuthServer, type OwnerId } from './find-connection.ts'
import type { TokenVersion } from './refresh.ts'
import { openTokens } from './tokens.ts'

/** A server said 401 to this version. */
export interface RefusedToken {
  readonly tokenId: string
  readonly version: number
}

export type Credential =
  | {
      readonly use: UsedConnection
      readonly header: readonly [name: string, value: Secret]
      /** It still holds: nobody waits for the next one. */
      readonly renewSoon?: TokenVersion
    }
  | { readonly required: RequiredAction }
  | { readonly renew: TokenVersion }

/** @throws AppError upstream_auth_unavailable, upstream_auth_failed, credential_unreadable */
export async function findCredential(
  deps: Pick<Deps, 'sealer' | 'config' | 'now'>,
  tx: Tx,
  server: OAuthServer,
  ownerId: OwnerId,
  refused?: RefusedToken,
): Promise<Credential> {
  const row = await findConnection(deps, tx, server, ownerId)
  if (row === null) {
    const nobodyCan = server.oauthMode !== 'per_user_dynamic_client' && server.oauthProviderId === null
    return required(deps, tx, server, nobodyCan || ownerId === null ? 'operator' : 'not_connected')
  }
  if (row.state !== 'active') {
    return required(deps, tx, server, whoCanHelp(row, ownerId))
  }
  const now = deps.now().getTime()
  const isRefused = refused?.tokenId === row.id && refused.version === row.version
  const due = row.expiresAt === null ? Number.POSITIVE_INFINITY : renewalOf(row)
  const stillGood = !isRefused && (row.expiresAt === null || row.expiresAt.getTime() > now)
  if (isRefused && row.lastRefreshResult === 'ok' && now - (row.lastRefreshAt?.getTime() ?? 0) < settleMs)
    throw new AppError('upstream_auth_failed', { what: 'it refused a token that was made for it just now' })
  const token = { workspaceId: row.workspaceId, id: row.id, version: row.version }
  if (stillGood) {
    const { access_token } = await openTokens(deps, tx, row)
    const { generation, id: token_id, version } = row
    const until = now < due ? due : Math.min(row.expiresAt?.getTime() ?? due, now + lookAgainMs)
    const fresh_until_ms = Number.isFinite(until) ? Math.floor(until) : null
    const header = ['Authorization', new Secret(`Bearer ${access_token}`)] as const
    const use = { generation, token_id, version, fresh_until_ms, url: await connectPage(deps, tx, server) }
    const isDue = now >= due && !row.isClaimed && row.retryInS === null
    return { use, header, ...(isDue && { renewSoon: token }) }
  }
  if (row.retryInS !== null && !row.isClaimed)
    throw new AppError('upstream_auth_unavailable', { retryAfterS: row.retryInS })
  return { renew: token }
}

export type Ready = Exclude<Credential, { renew: unknown }>

/**
 * Repeats the reading until nothing has to be renewed first.
 * @param read `found` is null where the server wants no account
 * @throws AppError upstream_auth_unavailable
 */
export async function renewing<T>(
  deps: Pick<Deps, 'refreshes' | 'log'>,
  read: () => Promise<{ readonly about: T; readonly found: Credential | null }>,
): Promise<{ readonly about: T; readonly found: Ready | null }> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const { about, found } = await read()
    if (found === null || !('renew' in found)) {
      if (found && 'use' in found && found.renewSoon) renewBehind(deps, found.renewSoon)
      return { about, found }
    }
    await deps.refreshes.renew(found.renew)
  }
  throw new AppError('upstream_auth_unavailable', { retryAfterS: 5 })
}

function renewBehind(deps: Pick<Deps, 'refreshes' | 'log'>, token: TokenVersion): void {
  deps.refreshes.renew(token).catch((err: unknown) => {
    deps.log.warn({ err }, 'a token was not renewed ahead of its end')
  })
}

const lookAgainMs = 5_000
/** One that is refused so soon after it was renewed gains nothing by another. */
const settleMs = 10_000

/** Where our client is to blame, not the person's consent, an operator; else the person, who may have an account of their own. */
function whoCanHelp(
  row: NonNullable<Awaited<ReturnType<typeof findConnection>>>,
  ownerId: OwnerId,
): RequiredAction['reason'] {
  const isOwn = row.ownerId === ownerId
  if (ownerId === null || (!isOwn && !row.isForPeople)) return 'operator'
  const result = row.lastRefreshResult
  // The client may not ask in its own name, which says nothing about what people may ask it for.
  const isRefused = result === 'invalid_client' || (isOwn && result === 'unauthorized_client')
  if (isRefused && row.clientKind === 'manual') return 'operator'
  return isOwn ? 'needs_reconnecting' : 'not_connected'
}

/** Half a minute before it runs out, or a tenth of its life where that is short. */
function renewalOf(row: {
  readonly expiresAt: Date | null
  readonly lastRefreshAt: Date | null
  readonly lastRefreshResult: string | null
  readonly updatedAt: Date
}): number {
  const ends = row.expiresAt?.getTime() ?? 0
  const renewed = row.lastRefreshResult === 'ok' ? row.lastRefreshAt : null
  const began = (renewed ?? row.updatedAt).getTime()
  return ends - Math.max(0, Math.min(30_000, (ends - began) / 10))
}

async function required(
  deps: Pick<Deps, 'config'>,
  tx: Tx,
  server: OAuthServer,
  reason: RequiredAction['reason'],
): Promise<Credential> {
  return { required: { reason, url: await connectPage(deps, tx, server) } }
}

/** The link is the same for everybody: whoever opens it is who they are by their own session. */
async function connectPage({ config }: Pick<Deps, 'config'>, tx: Tx, server: OAuthServer): Promise<string> {
  const workspace = await tx.workspace.findUniqueOrThrow({
    where: { id: server.workspaceId },
    select: { slug: true },
  })
  return `${config.CONSOLE_PUBLIC_URL}/w/${workspace.slug}/connections?connect=${server.slug}`
}
