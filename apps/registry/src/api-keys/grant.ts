// Nobody gives a key more than they have: not when a key is made, and not by taking a stronger key's new secret.

import { AuthError } from '@gatehouse/errors'
import type { Permission } from '@gatehouse/registry-api'
import { type Actor, may } from '../actor.ts'
import type { Tx } from '../db.ts'

export interface Grant {
  readonly permissions: readonly Permission[]
  /** null: every server. */
  readonly servers: readonly string[] | null
}

/**
 * No role has `users:act-as`: an owner, signed in, grants it to services.
 * @throws AuthError 403 with the first thing that the actor lacks
 */
export async function checkGrant(tx: Tx, actor: Actor, grant: Grant): Promise<void> {
  const beyond = (await isSignedInOwner(tx, actor)) ? ['users:act-as'] : []
  const lacking = grant.permissions.find((one) => !may(actor, one) && !beyond.includes(one))
  if (lacking !== undefined) {
    throw new AuthError(403, `a key can not grant ${lacking}, which its maker lacks`)
  }
  if (actor.servers === null) return
  if (grant.servers === null) throw new AuthError(403, 'name the servers: yours are limited as well')
  const reached = new Set(actor.servers)
  if (!grant.servers.every((id) => reached.has(id))) {
    throw new AuthError(403, 'a key can not reach a server that its maker can not reach')
  }
}

async function isSignedInOwner(tx: Tx, actor: Actor): Promise<boolean> {
  if (actor.kind !== 'session' || actor.userId === null) return false
  const membership = await tx.membership.findUnique({
    where: { workspaceId_userId: { workspaceId: actor.workspaceId, userId: actor.userId } },
    select: { role: true },
  })
  return membership?.role === 'owner'
}
