// Another role. When this has answered, every gateway goes by it; also where nothing was changed, because a repeat waits too.

import { AppError } from '@gatehouse/errors'
import { type Member, type Role, rolePermissions } from '@gatehouse/registry-api'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { checkMayTouch, checkNotLast, findMembership, lockMembers } from './lock-members.ts'
import { toWire } from './to-wire.ts'

/** @throws AppError member_not_found, owners_only, last_owner, revocation_pending */
export async function changeRole(deps: Deps, call: Call, userId: string, to: Role): Promise<Member> {
  const { actor, requestId } = call
  const { workspaceId } = actor
  const { member, revision } = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const own = await lockMembers(tx, actor)
    const row = await findMembership(tx, workspaceId, userId)
    if (row === null) throw new AppError('member_not_found')
    checkMayTouch(own, row.role, to)
    const [member] = await toWire(tx, workspaceId, [{ ...row, userId, role: to }])
    if (member === undefined) throw new Error('one row makes one member')
    if (row.role === to) return { member, revision: await deps.changes.current(tx) }
    if (row.role === 'owner') await checkNotLast(tx, workspaceId)
    await tx.membership.update({ where: { id: row.id }, data: { role: to }, select: { id: true } })
    await dropInvitations(tx, workspaceId, userId, to)
    // Pages get new ones, of what the new role allows.
    const tokens = { workspaceId, ownerId: userId, purpose: { not: 'client' } }
    await tx.apiKey.deleteMany({ where: tokens })
    await audit(tx, actor, {
      action: 'member.role-changed',
      objectType: 'user',
      objectId: userId,
      before: { role: row.role },
      after: { role: to },
      requestId,
    })
    const revision = await deps.changes.record(tx, { workspaceId, subject: 'membership', subjectId: userId })
    return { member, revision }
  })
  deps.changes.published(revision)
  await deps.changes.settled(revision)
  return member
}

/** What they could not make any more is not good any more. */
async function dropInvitations(tx: Tx, workspaceId: string, userId: string, to: Role): Promise<void> {
  const manages = rolePermissions[to].includes('members:manage')
  const kept = to === 'owner' ? { id: { in: [] } } : manages ? { role: 'owner' } : {}
  await tx.invitation.deleteMany({ where: { workspaceId, inviterId: userId, ...kept } })
  if (!manages) await tx.oneTimeLink.deleteMany({ where: { workspaceId, makerId: userId } })
}
