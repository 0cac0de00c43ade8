// The way to a connection as the registry knows it.

import type { ConnectLink, ContinuedConnect, FinishConnect, FinishedConnect } from '@gatehouse/registry-api'
import { queryOptions, useMutation } from '@tanstack/react-query'
import { ask } from '#lib/api.ts'
import { toApiError } from '#lib/api-error.ts'
import { tellConnect } from '#lib/connect-channel.ts'
import { safeToVisit } from './safe-to-visit.ts'

/** Looks at a link without using it up. @throws ApiError 404 */
export const connectRead = (token: string) =>
  queryOptions({
    queryKey: ['connect', token],
    queryFn: ({ signal }) =>
      ask<ConnectLink>(`/registry/v1/connect/${encodeURIComponent(token)}`, { signal }),
    refetchOnWindowFocus: false,
  })

/** Uses the link up and leaves for the authorization server. */
export function useContinue(token: string) {
  return useMutation({
    mutationFn: async () => {
      const { authorization_url } = await ask<ContinuedConnect>(
        `/registry/v1/connect/${encodeURIComponent(token)}`,
        { method: 'POST', body: {} },
      )
      window.location.assign(safeToVisit(authorization_url))
    },
  })
}

/** Hands over what came back, and tells the page that waits for it. */
export function useFinish() {
  return useMutation({
    mutationFn: (body: FinishConnect) =>
      ask<FinishedConnect>('/registry/v1/connect/callback', { method: 'POST', body }),
    onSuccess: ({ auth_session_id, status }) => tellConnect({ auth_session_id, status, code: null }),
    onError: (error) =>
      tellConnect({ auth_session_id: null, status: 'CONNECTION_REQUIRED', code: toApiError(error).code }),
  })
}
