// Makes an invitation. Its link is shown this once; a repeat with the same Idempotency-Key shows the stored object only.

import { AppError } from '@gatehouse/errors'
import type { createInvitation as body, CreatedInvitation, Invitation } from '@gatehouse/registry-api'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { createOnce, type Idempotency } from '../idempotency.ts'
import { checkMayTouch, lockMembers } from '../members/lock-members.ts'
import { hashOf, newWord } from '../oauth/one-time.ts'
import { shown, toWire } from './to-wire.ts'

const lifetimeMs = 7 * 86_400_000

/** @throws AppError owners_only, idempotency_conflict, invitation_not_found (a repeat after its end) */
export async function createInvitation(
  deps: Deps,
  { actor, requestId }: Call,
  input: z.output<typeof body>,
  idempotency?: Idempotency,
): Promise<{ created: CreatedInvitation } | { repeated: Invitation }> {
  const { workspaceId } = actor
  const now = deps.now()
  const done = await createOnce(deps.db, actor, now, idempotency, async (tx) => {
    checkMayTouch(await lockMembers(tx, actor), input.role)
    const token = newWord()
    const row = await tx.invitation.create({
      data: {
        ...{ id: uuidv7(), workspaceId, role: input.role, email: input.email ?? '' },
        ...{ tokenHash: hashOf(token), createdAt: now, expiresAt: new Date(now.getTime() + lifetimeMs) },
        ...{ inviterId: actor.userId ?? actor.id, inviterName: actor.name },
      },
      select: shown,
    })
    const after = toWire(row)
    await audit(tx, actor, {
      action: 'invitation.created',
      objectType: 'invitation',
      objectId: row.id,
      after,
      requestId,
    })
    return { id: row.id, made: { ...after, link: linkOf(deps, token) } }
  })
  if ('made' in done) return { created: done.made }
  const { repeatOf: id } = done
  const row = await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.invitation.findFirst({ where: { workspaceId, id, expiresAt: { gt: now } }, select: shown }),
  )
  if (row === null) throw new AppError('invitation_not_found')
  return { repeated: toWire(row) }
}

/** The token is in the fragment, which browsers send to nobody. */
const linkOf = ({ config }: Deps, token: string) =>
  `${config.CONSOLE_PUBLIC_URL.replace(/\/$/, '')}/invitation#token=${token}`
