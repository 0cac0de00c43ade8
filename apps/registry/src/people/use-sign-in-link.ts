// Signing in by a link, with a new password where the old one is lost; one that was made for that wants a new one.

import { AppError } from '@gatehouse/errors'
import type { useSignInLink } from '@gatehouse/registry-api'
import type { z } from 'zod'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { endTokensOf } from '../gateway-tokens/end-tokens.ts'
import { findLink, useLink } from './links.ts'
import { hashNewPassword } from './password.ts'
import { personActor } from './session-actor.ts'

/** @returns the user's id @throws AppError link_invalid, weak_password */
export async function signInByLink(
  deps: Deps,
  input: z.output<typeof useSignInLink>,
  requestId: string,
): Promise<string> {
  // Hashing takes long on purpose: only who has a link gets it done.
  const { kind } = await deps.db.asSystem((tx) => findLink(tx, input.token, deps.now()))
  if (kind === 'claim') throw new AppError('link_invalid')
  if (kind === 'reset' && input.password === undefined) throw new AppError('weak_password')
  const password = input.password === undefined ? undefined : await hashNewPassword(input.password)
  const done = await deps.db.asSystem(async (tx) => {
    const { userId, workspaceId } = await useLink(tx, kind, input.token, deps.now())
    // Whoever made it rules that workspace only.
    const elsewhere = { userId, workspaceId: { not: workspaceId } }
    if (kind === 'reset' && (await tx.membership.count({ where: elsewhere })) > 0)
      throw new AppError('link_invalid')
    let sessions: string[] = []
    const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { id: true, name: true } })
    if (password !== undefined) {
      await tx.account.updateMany({ where: { userId, providerId: 'credential' }, data: { password } })
      const ended = await tx.session.findMany({ where: { userId }, select: { id: true } })
      await tx.session.deleteMany({ where: { userId } })
      sessions = ended.map(({ id }) => id)
    }
    await audit(tx, personActor(workspaceId, user), {
      action: 'user.signed-in',
      objectType: 'user',
      objectId: userId,
      after: { by: 'link', password_changed: password !== undefined },
      requestId,
    })
    return { userId, revision: await endTokensOf(tx, deps, sessions) }
  })
  if (done.revision !== undefined) deps.changes.published(done.revision)
  return done.userId
}
