// The token that a call goes out with: of the person who is signed in, as themselves or with what one of their keys may do. It lives
// five minutes and is kept in memory only.

import type { GatewayToken } from '@gatehouse/registry-api'
import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ask } from '#lib/api.ts'
import { useWorkspace } from '#lib/workspace.tsx'

export interface Tokens {
  /** @throws ApiError */
  get(): Promise<string>
  /** The gateway refused it: the next one is new. */
  drop(): void
}

/** Less than the life of a token, so that none runs out on its way. */
const usedMs = 4 * 60_000

/** @param as id of an API key; "" is the person themselves */
export function useTokens(as: string): Tokens {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMemo(() => {
    const queryKey = [workspaceId, 'gateway-token', as]
    return {
      async get() {
        const { token } = await client.fetchQuery({
          queryKey,
          queryFn: ({ signal }) =>
            ask<GatewayToken>('/registry/v1/gateway-tokens', {
              method: 'POST',
              workspaceId,
              signal,
              body: as === '' ? {} : { as },
            }),
          staleTime: usedMs,
          gcTime: usedMs,
          retry: false,
        })
        return token
      },
      drop: () => client.removeQueries({ queryKey, exact: true }),
    }
  }, [client, workspaceId, as])
}
