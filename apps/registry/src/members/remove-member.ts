// Removes a member with all that was theirs here. When this has answered, no gateway takes their keys or sends their tokens any
// more; that also holds for a repeat, and for who was no member, because both wait for the newest revision.

import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import { readRevocable } from '../connections/revocable.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { endTokensAs } from '../gateway-tokens/end-tokens.ts'
import { checkMayTouch, checkNotLast, findMembership, lockMembers } from './lock-members.ts'

/** @throws AppError owners_only, last_owner; revocation_pending: they are removed, but a gateway has not confirmed */
export async function removeMember(deps: Deps, call: Call, userId: string): Promise<void> {
  const { actor, requestId } = call
  const { workspaceId } = actor
  const done = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const own = await lockMembers(tx, actor)
    const row = await findMembership(tx, workspaceId, userId)
    if (row === null) return { revision: await deps.changes.current(tx), revocable: [] }
    checkMayTouch(own, row.role)
    if (row.role === 'owner') await checkNotLast(tx, workspaceId)
    const revocable = await readRevocable(deps, tx, { workspaceId, ownerId: userId })
    const { keys, connections } = await removeTheirs(tx, workspaceId, userId)
    await tx.membership.delete({ where: { id: row.id }, select: { id: true } })
    await audit(tx, actor, {
      action: 'member.removed',
      objectType: 'user',
      objectId: userId,
      before: { ...row.user, role: row.role, api_keys: keys.length, connections },
      requestId,
    })
    for (const { id } of keys) await endTokensAs(tx, deps.changes, workspaceId, id)
    const revision = await deps.changes.record(tx, { workspaceId, subject: 'membership', subjectId: userId })
    return { revision, revocable, isRemoved: true }
  })
  deps.changes.published(done.revision)
  // Without a membership a session reaches nothing: what is left of it is cleared away here.
  if (done.isRemoved) await deps.db.asSystem((tx) => endSessions(tx, userId))
  await Promise.all([deps.changes.settled(done.revision), deps.revocations.now(done.revocable)])
}

/** @returns what somebody would look for later */
async function removeTheirs(tx: Tx, workspaceId: string, userId: string) {
  const theirs = { where: { workspaceId, ownerId: userId } }
  const keys = await tx.apiKey.findMany({
    where: { ...theirs.where, purpose: 'client' },
    select: { id: true },
  })
  await tx.apiKey.deleteMany(theirs)
  const connections = await tx.oAuthToken.deleteMany(theirs)
  await tx.authSession.deleteMany(theirs)
  await tx.oAuthProvider.deleteMany(theirs)
  await tx.toolCatalogue.deleteMany({ where: { workspaceId, owner: userId } })
  // By a link that they made or hold nobody comes in, or back.
  await tx.invitation.deleteMany({ where: { workspaceId, inviterId: userId } })
  await tx.oneTimeLink.deleteMany({ where: { workspaceId, OR: [{ userId }, { makerId: userId }] } })
  return { keys, connections: connections.count }
}

async function endSessions(tx: Tx, userId: string): Promise<void> {
  if ((await tx.membership.count({ where: { userId } })) === 0)
    await tx.session.deleteMany({ where: { userId } })
}
