// Members, and invitations to become one.

import { z } from 'zod'
import { page, pageQuery } from '../calls.ts'
import {
  acceptedInvitation,
  acceptInvitation,
  checkedInvitation,
  checkInvitation,
  createdInvitation,
  createInvitation,
  invitation,
  member,
  resetLink,
  updateMember,
} from '../members.ts'
import { uuid } from '../primitives.ts'
import type { Operation } from './operation.ts'

const id = z.object({ id: uuid })
/** Of everything that concerns one member. */
const refusals = ['member_not_found', 'owners_only'] as const

export const memberOperations: readonly Operation[] = [
  {
    id: 'listMembers',
    method: 'get',
    path: '/v1/members',
    tag: 'Members',
    summary: 'List members',
    permission: 'members:manage',
    query: pageQuery,
    answers: { 200: { description: 'A page of members', schema: page(member) } },
    codes: [],
  },
  {
    id: 'updateMember',
    method: 'patch',
    path: '/v1/members/{id}',
    tag: 'Members',
    summary: 'Give a member another role',
    description:
      'When it has answered, every gateway goes by it. What the new role may not give is withdrawn: open invitations that the member made.',
    permission: 'members:manage',
    params: id,
    body: updateMember,
    answers: { 200: { description: 'The member', schema: member } },
    codes: [...refusals, 'last_owner', 'revocation_pending'],
  },
  {
    id: 'removeMember',
    method: 'delete',
    path: '/v1/members/{id}',
    tag: 'Members',
    summary: 'Remove a member',
    description:
      'Their keys and connections go with them: when it has answered, no gateway accepts those keys or sends those tokens any more. Where this was their last workspace, their sessions end. Tokens are revoked at their authorization servers, where those offer it. Service keys stay.',
    permission: 'members:manage',
    params: id,
    answers: { 204: { description: 'They are removed, or never were a member' } },
    codes: ['owners_only', 'last_owner', 'revocation_pending'],
  },
  {
    id: 'createResetLink',
    method: 'post',
    path: '/v1/members/{id}/reset-link',
    tag: 'Members',
    summary: 'Make a link by which a member chooses a new password',
    description:
      'It works once, for a day, and replaces an earlier one. Not for who is in other workspaces too.',
    permission: 'members:manage',
    params: id,
    answers: { 201: { description: 'The link; it is shown this once', schema: resetLink } },
    codes: [...refusals, 'member_elsewhere'],
  },
  {
    id: 'listInvitations',
    method: 'get',
    path: '/v1/invitations',
    tag: 'Members',
    summary: 'List open invitations',
    permission: 'members:manage',
    query: pageQuery,
    answers: { 200: { description: 'A page of invitations', schema: page(invitation) } },
    codes: [],
  },
  {
    id: 'createInvitation',
    method: 'post',
    path: '/v1/invitations',
    tag: 'Members',
    summary: 'Invite somebody',
    description: 'No e-mail is sent: pass the link on. Owners are invited by owners only.',
    permission: 'members:manage',
    body: createInvitation,
    idempotent: true,
    answers: {
      201: { description: 'The invitation; `link` is shown this once', schema: createdInvitation },
      200: { description: 'What an earlier request with this Idempotency-Key made', schema: invitation },
    },
    codes: ['owners_only', 'invitation_not_found'],
  },
  {
    id: 'deleteInvitation',
    method: 'delete',
    path: '/v1/invitations/{id}',
    tag: 'Members',
    summary: 'Withdraw an invitation',
    permission: 'members:manage',
    params: id,
    answers: { 204: { description: 'Its link works no more, or never was' } },
    codes: [],
  },
  {
    id: 'checkInvitation',
    method: 'post',
    path: '/v1/invitations/check',
    tag: 'Members',
    summary: 'Ask what an invitation is for',
    description: 'Does not use it up.',
    body: checkInvitation,
    answers: { 200: { description: 'Who invites to what', schema: checkedInvitation } },
    codes: ['link_invalid'],
  },
  {
    id: 'acceptInvitation',
    method: 'post',
    path: '/v1/invitations/accept',
    tag: 'Members',
    summary: 'Become a member by an invitation',
    description: 'With `account` that is made and signed in. Without, who is signed in at the console joins.',
    body: acceptInvitation,
    answers: { 200: { description: 'A member now', schema: acceptedInvitation } },
    codes: ['link_invalid', 'weak_password', 'email_taken', 'already_member', 'sign_in_required'],
  },
]
