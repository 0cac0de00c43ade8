// From a link to an account: the first one to show it becomes the owner. Several links, or one twice at the same time, make
// one account.

import { AppError } from '@gatehouse/errors'
import type { claimAccount } from '@gatehouse/registry-api'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { asEmailTaken } from './email-taken.ts'
import { findLink, useLink } from './links.ts'
import { hashNewPassword } from './password.ts'
import { personActor } from './session-actor.ts'

/** @returns the user's id @throws AppError link_invalid, weak_password */
export async function claim(
  deps: Deps,
  input: z.output<typeof claimAccount>,
  requestId: string,
): Promise<string> {
  // Hashing takes long on purpose: only who has a link gets it done.
  const { userId } = await deps.db.asSystem((tx) => findLink(tx, input.token, deps.now()))
  const password = await hashNewPassword(input.password)
  const { name, email } = input
  const work = deps.db.asSystem(async (tx) => {
    // The person's row first: a claim by another link waits here, and its link is gone then.
    await tx.$queryRaw`SELECT id FROM "user" WHERE id = ${userId}::uuid FOR UPDATE`
    const { workspaceId } = await useLink(tx, 'claim', input.token, deps.now())
    await tx.user.update({ where: { id: userId }, data: { name, email }, select: { id: true } })
    if ((await tx.account.count({ where: { userId } })) > 0) throw new AppError('link_invalid')
    // What other links promised is given away.
    await tx.oneTimeLink.deleteMany({ where: { userId, kind: 'claim', usedAt: null } })
    await tx.account.create({
      data: { id: uuidv7(), accountId: userId, providerId: 'credential', userId, password },
      select: { id: true },
    })
    await audit(tx, personActor(workspaceId, { id: userId, name }), {
      action: 'user.claimed',
      objectType: 'user',
      objectId: userId,
      after: { name, email },
      requestId,
    })
    return userId
  })
  return work.catch(asEmailTaken)
}
