// Who changes members waits for whoever is changing them, so that two requests can't take away the last two owners. And the rules:
// owners are touched by owners only, and the last one stays.

import { AppError, AuthError } from '@gatehouse/errors'
import { type Role, role } from '@gatehouse/registry-api'
import type { Actor } from '../actor.ts'
import type { Tx } from '../db.ts'

/** Until the transaction ends; as gatehouse_app. @returns the role that the actor has now; null for a service key @throws AuthError */
export async function lockMembers(tx: Tx, { workspaceId, userId }: Actor): Promise<Role | null> {
  await tx.$queryRaw`SELECT id FROM workspace WHERE id = ${workspaceId}::uuid FOR UPDATE`
  if (userId === null) return null
  const found = await findMembership(tx, workspaceId, userId)
  // They were removed while this request waited.
  if (found === null) throw new AuthError(403, 'you are not a member of this workspace')
  return role.parse(found.role)
}

export const findMembership = (tx: Tx, workspaceId: string, userId: string) =>
  tx.membership.findUnique({
    where: { workspaceId_userId: { workspaceId, userId } },
    select: { id: true, role: true, createdAt: true, user: { select: { name: true, email: true } } },
  })

/** @param roles what the member is, or is to become @throws AppError owners_only */
export function checkMayTouch(own: Role | null, ...roles: readonly (string | null)[]): void {
  if (own !== 'owner' && roles.includes('owner')) throw new AppError('owners_only')
}

/** Before an owner is removed or becomes something else. @throws AppError last_owner */
export async function checkNotLast(tx: Tx, workspaceId: string): Promise<void> {
  if ((await tx.membership.count({ where: { workspaceId, role: 'owner' } })) < 2)
    throw new AppError('last_owner')
}
