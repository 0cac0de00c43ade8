// A link for the owner who can not come in otherwise: to claim the account, or to sign in once it is claimed. Always audited.

import type { Actor } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Owner } from './first-owner.ts'
import { makeLink } from './links.ts'

/** As gatehouse_app in the owner's workspace. @returns the URL */
export async function linkForOwner(
  tx: Tx,
  actor: Actor,
  owner: Owner,
  where: { readonly consoleUrl: string; readonly now: Date; readonly requestId: string },
): Promise<string> {
  const kind = owner.claimed ? 'sign-in' : 'claim'
  const { userId, workspaceId } = owner
  const link = await makeLink(tx, where.consoleUrl, { kind, userId, workspaceId }, where.now)
  await audit(tx, actor, {
    action: 'link.created',
    objectType: 'user',
    objectId: userId,
    after: { kind },
    requestId: where.requestId,
  })
  return link
}

/** What the installation does by itself; `name` says on which occasion. */
export const systemActor = (workspaceId: string, name: string): Actor => ({
  type: 'system',
  id: 'system',
  name,
  workspaceId,
  userId: null,
  keyId: null,
  kind: 'service',
  permissions: new Set(),
  servers: null,
})
