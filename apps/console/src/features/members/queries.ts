// Members and invitations: reading, and what owners and admins do with them.

import type {
  CreatedInvitation,
  CreateInvitation,
  Invitation,
  Member,
  ResetLink,
  Role,
} from '@gatehouse/registry-api'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { ask, newIdempotencyKey } from '#lib/api.ts'
import { allPages } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

const members = '/registry/v1/members'
const invitations = '/registry/v1/invitations'

export const membersRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'members'],
    queryFn: ({ signal }) => allPages<Member>(`${members}?`, workspaceId, signal),
  })

export const invitationsRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'invitations'],
    queryFn: ({ signal }) => allPages<Invitation>(`${invitations}?`, workspaceId, signal),
  })

/** Succeeds when every gateway goes by the new role. */
export function useChangeRole(memberId: string, role: Role | null, onChanged: () => void) {
  const { id: workspaceId } = useWorkspace()
  const refresh = useRefresh()
  return useMutation<unknown, Error, void>({
    mutationFn: () => ask(`${members}/${memberId}`, { method: 'PATCH', workspaceId, body: { role } }),
    onSuccess: async () => {
      onChanged()
      await refresh()
    },
  })
}

/** Succeeds when nothing of theirs is used by any gateway any more. */
export function useRemoveMember(memberId: string, onRemoved: () => void) {
  const { id: workspaceId } = useWorkspace()
  const refresh = useRefresh()
  return useMutation<unknown, Error, void>({
    mutationFn: () => ask<void>(`${members}/${memberId}`, { method: 'DELETE', workspaceId }),
    onSuccess: async () => {
      onRemoved()
      await refresh()
    },
  })
}

export function useResetLink(memberId: string) {
  const { id: workspaceId } = useWorkspace()
  return useMutation<ResetLink, Error, void>({
    mutationFn: () => ask(`${members}/${memberId}/reset-link`, { method: 'POST', workspaceId }),
  })
}

/** An answer without `link` is a repeat: whoever got that answer saw it. */
export function useInvite() {
  const { id: workspaceId } = useWorkspace()
  const refresh = useRefresh()
  const sent = useRef({ body: '', key: '' })
  return useMutation({
    mutationFn: (body: CreateInvitation) => {
      const text = JSON.stringify(body)
      if (sent.current.body !== text) sent.current = { body: text, key: newIdempotencyKey() }
      const idempotencyKey = sent.current.key
      return ask<Invitation | CreatedInvitation>(invitations, {
        ...{ method: 'POST', workspaceId, body, idempotencyKey },
      })
    },
    onSuccess: () => {
      sent.current = { body: '', key: '' }
      return refresh()
    },
  })
}

export function useWithdraw(invitationId: string, onWithdrawn: () => void) {
  const { id: workspaceId } = useWorkspace()
  const refresh = useRefresh()
  return useMutation<unknown, Error, void>({
    mutationFn: () => ask<void>(`${invitations}/${invitationId}`, { method: 'DELETE', workspaceId }),
    onSuccess: async () => {
      onWithdrawn()
      await refresh()
    },
  })
}

/** Who one is may have changed as well. */
function useRefresh() {
  const { id } = useWorkspace()
  const client = useQueryClient()
  return () =>
    Promise.all(
      [membersRead(id).queryKey, invitationsRead(id).queryKey, ['me']].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    )
}
