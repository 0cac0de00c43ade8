// A link by which a member chooses a new password. Their account is the whole installation's: who is in other workspaces too
// gets none from here, or an administrator of one would come into all of them.

import { AppError } from '@gatehouse/errors'
import { type ResetLink, toTimestamp } from '@gatehouse/registry-api'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { lifetimeMs, makeLink } from '../people/links.ts'
import { checkMayTouch, findMembership, lockMembers } from './lock-members.ts'

/** @throws AppError member_not_found, owners_only, member_elsewhere */
export async function createResetLink(deps: Deps, call: Call, userId: string): Promise<ResetLink> {
  const { actor, requestId } = call
  const { workspaceId } = actor
  const now = deps.now()
  const elsewhere = await deps.db.asSystem((tx) =>
    tx.membership.count({ where: { userId, workspaceId: { not: workspaceId } } }),
  )
  const link = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const own = await lockMembers(tx, actor)
    const row = await findMembership(tx, workspaceId, userId)
    if (row === null) throw new AppError('member_not_found')
    checkMayTouch(own, row.role)
    if (elsewhere > 0) throw new AppError('member_elsewhere')
    await tx.oneTimeLink.deleteMany({ where: { workspaceId, userId, kind: 'reset' } })
    const wanted = { kind: 'reset', userId, workspaceId, makerId: actor.userId ?? actor.id } as const
    const made = await makeLink(tx, deps.config.CONSOLE_PUBLIC_URL, wanted, now)
    await audit(tx, actor, {
      action: 'link.created',
      objectType: 'user',
      objectId: userId,
      after: { kind: 'reset' },
      requestId,
    })
    return made
  })
  return { link, expires_at: toTimestamp(new Date(now.getTime() + lifetimeMs.reset)) }
}
