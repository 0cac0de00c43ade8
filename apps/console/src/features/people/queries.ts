// Coming in and going out.

import type {
  AcceptedInvitation,
  AcceptInvitation,
  CheckedInvitation,
  CheckedLink,
  ClaimAccount,
  SignedIn,
  UseSignInLink,
} from '@gatehouse/registry-api'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { ask } from '#lib/api.ts'

/** Looks at a link without using it up. @throws ApiError link_invalid */
export const linkRead = (token: string) =>
  queryOptions({
    queryKey: ['link', token],
    queryFn: ({ signal }) =>
      ask<CheckedLink>('/registry/v1/links/check', { method: 'POST', body: { token }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Looks at an invitation without using it up. @throws ApiError link_invalid */
export const invitationRead = (token: string) =>
  queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) =>
      ask<CheckedInvitation>('/registry/v1/invitations/check', { method: 'POST', body: { token }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

export interface SessionUser {
  readonly name: string
  readonly email: string
}

/** Who is signed in here, also without any workspace; `user` is null where nobody is. */
export const sessionRead = () =>
  queryOptions({
    queryKey: ['session'],
    queryFn: async ({ signal }) => {
      const session = await ask<{ user: SessionUser } | null>('/auth/get-session', { signal })
      return { user: session?.user ?? null }
    },
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Leads into the workspace. */
export function useJoin() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: AcceptInvitation) =>
      ask<AcceptedInvitation>('/registry/v1/invitations/accept', { method: 'POST', body }),
    onSuccess: ({ workspace }) => {
      client.clear()
      window.location.replace(`/w/${workspace.slug}`)
    },
  })
}

export function useClaim() {
  const enter = useEnter()
  return useMutation({
    mutationFn: (body: ClaimAccount) => ask<SignedIn>('/registry/v1/claim', { method: 'POST', body }),
    onSuccess: enter,
  })
}

export function useSignInByLink() {
  const enter = useEnter()
  return useMutation({
    mutationFn: (body: UseSignInLink) => ask<SignedIn>('/registry/v1/sign-in-link', { method: 'POST', body }),
    onSuccess: enter,
  })
}

const signInAs = (body: { email: string; password: string }) =>
  ask('/auth/sign-in/email', { method: 'POST', body })

export function useSignIn(next: string) {
  const enter = useEnter(next)
  return useMutation({ mutationFn: signInAs, onSuccess: enter })
}

/** Without leaving the page. */
export const useSignInHere = () => useMutation({ mutationFn: signInAs })

export function useSignOut(then: () => void = () => window.location.replace('/sign-in')) {
  return useMutation({
    mutationFn: () => ask('/auth/sign-out', { method: 'POST', body: {} }),
    onSuccess: then,
  })
}

/** A whole new page: nothing that was read as somebody else is left. */
function useEnter(next = '/') {
  const client = useQueryClient()
  return () => {
    client.clear()
    window.location.replace(next)
  }
}
