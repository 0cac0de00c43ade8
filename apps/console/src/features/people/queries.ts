// Coming in and going out.

import type { CheckedLink, ClaimAccount, SignedIn, UseSignInLink } from '@gatehouse/registry-api'
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

export function useSignIn(next: string) {
  const enter = useEnter(next)
  return useMutation({
    mutationFn: (body: { email: string; password: string }) =>
      ask('/auth/sign-in/email', { method: 'POST', body }),
    onSuccess: enter,
  })
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => ask('/auth/sign-out', { method: 'POST', body: {} }),
    onSuccess: () => window.location.replace('/sign-in'),
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
