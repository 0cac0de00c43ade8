// Members of a workspace and invitations to it. No e-mail is sent: links are copied, and work once.

import { z } from 'zod'
import { newAccount } from './people.ts'
import { role, timestamp, uuid } from './primitives.ts'

/** `id` is the person's. */
export const member = z.object({
  id: uuid,
  name: z.string(),
  email: z.string(),
  role,
  /** Member since. */
  created_at: timestamp,
  /** What goes with them: their API keys and their connections. */
  api_keys: z.int(),
  connections: z.int(),
})
export type Member = z.output<typeof member>

/** Body of `PATCH /v1/members/{id}`. Owners are made and changed by owners only; the last one stays. */
export const updateMember = z.strictObject({ role })
export type UpdateMember = z.input<typeof updateMember>

/** Answer of `POST /v1/members/{id}/reset-link`: for a lost password, good for a day. Shown this once. */
export const resetLink = z.object({ link: z.url(), expires_at: timestamp })
export type ResetLink = z.output<typeof resetLink>

/** Body of `POST /v1/invitations`. `email` says whom it is meant for; whoever has the link can use it. */
export const createInvitation = z.strictObject({
  role,
  email: z.email().max(320).toLowerCase().nullish(),
})
export type CreateInvitation = z.input<typeof createInvitation>

/** One that is open: used, withdrawn and expired ones are gone. */
export const invitation = z.object({
  id: uuid,
  role,
  email: z.string().nullable(),
  invited_by: z.string(),
  created_at: timestamp,
  /** A week after it was made. */
  expires_at: timestamp,
})
export type Invitation = z.output<typeof invitation>

/** `link` is shown this once. */
export const createdInvitation = invitation.extend({ link: z.url() })
export type CreatedInvitation = z.output<typeof createdInvitation>

const token = z.string().min(1).max(256)

/** Body of `POST /v1/invitations/check`. Does not use it up. */
export const checkInvitation = z.strictObject({ token })
export type CheckInvitation = z.input<typeof checkInvitation>

export const checkedInvitation = invitation
  .omit({ id: true, created_at: true })
  .extend({ workspace: z.object({ name: z.string() }) })
export type CheckedInvitation = z.output<typeof checkedInvitation>

/**
 * Body of `POST /v1/invitations/accept`. With `account` that is made and signed in. Without, who is signed in at the console
 * joins; 422 `sign_in_required` where nobody is.
 */
export const acceptInvitation = z.strictObject({ token, account: newAccount.optional() })
export type AcceptInvitation = z.input<typeof acceptInvitation>

/** The cookie is set where an account was made. */
export const acceptedInvitation = z.object({
  user: z.object({ id: uuid }),
  workspace: z.object({ id: uuid, slug: z.string(), name: z.string() }),
})
export type AcceptedInvitation = z.output<typeof acceptedInvitation>
