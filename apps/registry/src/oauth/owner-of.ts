// Whose account a request is about: the person's who asks; for a service key its own, or the person's that it names where it may
// act for people.

import { AppError } from '@gatehouse/errors'
import { z } from 'zod'
import { type Actor, may } from '../actor.ts'
import type { Deps } from '../deps.ts'

/**
 * Null for the services of the workspace.
 * @param named `ls_user_id`; it counts for a service key with `users:act-as` alone
 * @throws AppError invalid_parameter where it names nobody of this workspace
 */
export async function ownerOf(deps: Deps, actor: Actor, named?: string): Promise<string | null> {
  if (actor.userId !== null || !named || !mayActAs(actor)) return actor.userId
  const userId = z.uuid().safeParse(named).data?.toLowerCase()
  const { workspaceId } = actor
  const member =
    userId &&
    (await deps.db.asSystem((tx) =>
      tx.membership.findUnique({
        where: { workspaceId_userId: { workspaceId, userId } },
        select: { userId: true },
      }),
    ))
  if (member) return member.userId
  throw new AppError('invalid_parameter', { what: "'ls_user_id' is no member of this workspace" })
}

/** A service key that may act for the workspace's people. */
export const mayActAs = (actor: Actor): boolean => actor.kind === 'service' && may(actor, 'users:act-as')

/** True for one's own, for what nobody owns, and for a service key that acts for people. */
export const isOpenTo = (actor: Actor, ownerId: string | null): boolean =>
  ownerId === null || ownerId === actor.userId || mayActAs(actor)
