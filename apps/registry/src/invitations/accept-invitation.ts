// From an invitation to a membership: of a new account, or of somebody who has one and is signed in. Of several at once, one gets
// it. All as gatehouse_system, because nobody is in the workspace yet.

import { AppError } from '@gatehouse/errors'
import type {
  AcceptedInvitation,
  acceptInvitation as body,
  CheckedInvitation,
  newAccount,
} from '@gatehouse/registry-api'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { hashOf } from '../oauth/one-time.ts'
import { asEmailTaken } from '../people/email-taken.ts'
import { hashNewPassword } from '../people/password.ts'
import { type Person, personActor } from '../people/session-actor.ts'
import { shown, toWire } from './to-wire.ts'

type Account = z.output<typeof newAccount>
type Joining = Person & { readonly account?: { readonly email: string; readonly password: string } }

const workspace = { select: { id: true, slug: true, name: true } } as const

/** Does not use it up. @throws AppError link_invalid */
export function checkInvitation(deps: Deps, token: string): Promise<CheckedInvitation> {
  return deps.db.asSystem(async (tx) => {
    const row = await find(tx, token, deps.now())
    const { id: _, created_at: __, ...told } = toWire(row)
    return { ...told, workspace: { name: row.workspace.name } }
  })
}

/** @param signedIn who is, where no account is to be made @throws AppError link_invalid, weak_password, email_taken, already_member, sign_in_required */
export async function acceptInvitation(
  deps: Deps,
  { token, account }: z.output<typeof body>,
  signedIn: Person | null,
  requestId: string,
): Promise<AcceptedInvitation> {
  // Hashing takes long on purpose: only who has a link gets it done.
  await deps.db.asSystem((tx) => find(tx, token, deps.now()))
  const joining = account ? await newPerson(account) : signedIn
  if (joining === null) throw new AppError('sign_in_required')
  const work = deps.db.asSystem((tx) => join(tx, token, joining, deps.now(), requestId))
  return account ? work.catch(asEmailTaken) : work
}

const newPerson = async ({ name, email, password }: Account): Promise<Joining> => ({
  id: uuidv7(),
  name,
  account: { email, password: await hashNewPassword(password) },
})

async function join(tx: Tx, token: string, who: Joining, now: Date, requestId: string) {
  const { id: userId, name, account } = who
  const { workspace: to, ...row } = await find(tx, token, now)
  const membership = { workspaceId: to.id, userId }
  if ((await tx.membership.count({ where: membership })) > 0) throw new AppError('already_member')
  const { count } = await tx.invitation.deleteMany({ where: { id: row.id } })
  if (count === 0) throw new AppError('link_invalid')
  if (account) {
    await tx.user.create({ data: { id: userId, name, email: account.email }, select: { id: true } })
    const credential = { accountId: userId, providerId: 'credential', userId, password: account.password }
    await tx.account.create({ data: { id: uuidv7(), ...credential }, select: { id: true } })
  }
  const { role, email, invited_by } = toWire(row)
  await tx.membership.create({ data: { id: uuidv7(), ...membership, role }, select: { id: true } })
  await audit(tx, personActor(to.id, who), {
    action: 'invitation.accepted',
    objectType: 'invitation',
    objectId: row.id,
    before: { role, email, invited_by },
    after: { role, user_id: userId, name, ...(account && { email: account.email }) },
    requestId,
  })
  return { user: { id: userId }, workspace: to }
}

async function find(tx: Tx, token: string, now: Date) {
  const where = { tokenHash: hashOf(token), expiresAt: { gt: now } }
  const row = await tx.invitation.findFirst({ where, select: { ...shown, workspace } })
  if (row === null) throw new AppError('link_invalid')
  return row
}
