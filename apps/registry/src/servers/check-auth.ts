// How a server's callers are let in: stored headers, or OAuth with a mode and perhaps a client that is named. Headers and OAuth
// exclude each other.

import { AppError } from '@gatehouse/errors'
import type { Actor } from '../actor.ts'
import type { Tx } from '../db.ts'
import { isOpenTo } from '../oauth/owner-of.ts'

/** As a request sends it: absent, null for unset, or a value. */
interface Sent {
  readonly auth_type?: string | null | undefined
  readonly oauth_mode?: string | null | undefined
}

export interface ServerAuth {
  readonly authType: string
  readonly oauthMode: string
}

/**
 * A mode says how people get accounts, so it makes the server one that wants them; who says anything else ends the mode.
 * @param headerCount as it will be @throws AppError conflicting_auth
 */
export function authOf(sent: Sent, before: ServerAuth, headerCount: number): ServerAuth {
  const says = sent.auth_type !== undefined
  const isMode = typeof sent.oauth_mode === 'string'
  const authType = isMode ? (sent.auth_type ?? 'oauth') : says ? (sent.auth_type ?? '') : before.authType
  if (isMode && authType !== 'oauth') throw new AppError('conflicting_auth')
  if (authType === 'oauth' && headerCount > 0) throw new AppError('conflicting_auth')
  const kept = authType === 'oauth' ? before.oauthMode : ''
  return { authType, oauthMode: sent.oauth_mode === undefined ? kept : (sent.oauth_mode ?? '') }
}

/**
 * A client of this workspace that the actor may use here: one that the workspace shares, or their own at this very server.
 * @throws AppError invalid_parameter, the same for one that is elsewhere and for one that is nowhere
 */
export async function checkProvider(tx: Tx, actor: Actor, providerId: string, serverId?: string) {
  const { workspaceId } = actor
  const row = await tx.oAuthProvider.findUnique({
    where: { workspaceId_id: { workspaceId, id: providerId } },
    select: { ownerId: true, serverId: true },
  })
  const isFit = row?.serverId == null || row.serverId === serverId
  if (row && isFit && isOpenTo(actor, row.ownerId)) return
  throw new AppError('invalid_parameter', {
    todo: "Set 'oauth_provider_id' to a provider of this workspace, or to null",
    what: 'there is none with this id',
  })
}
