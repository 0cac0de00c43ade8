// From the click to the connection: a window of its own, and two ways to hear that it is done. The window's way through the
// authorization server may cut it from this page, so it says so itself by the channel, and the registry is asked as well.

import type { AuthSessionStatus } from '@gatehouse/registry-api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { ask } from '#lib/api.ts'
import { healsAfter, toApiError } from '#lib/api-error.ts'
import { type ConnectNews, onConnect } from '#lib/connect-channel.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { useRefreshConnections, useStartConnection } from './queries.ts'

/** `opening`: the registry prepares; `blocked`: the browser let no window open; `refused`: it ended without a connection. */
export type Connecting =
  | { readonly phase: 'idle' | 'opening' | 'connected' }
  | { readonly phase: 'failed'; readonly error: Error }
  | { readonly phase: 'waiting' | 'blocked'; readonly url: string; readonly error: Error | null }
  | { readonly phase: 'refused'; readonly code: string | null }

/** @param scopes to ask for; what the server wants, where none is named */
export function useConnecting(serverId: string, scopes: readonly string[]) {
  const start = useStartConnection()
  const [blocked, setBlocked] = useState(false)
  const preparing = useRef<Window | null>(null)
  const { status, code, error, forget } = useOutcome(start.data?.auth_session_id)
  const refresh = useRefreshConnections()

  useEffect(() => {
    if (status === 'COMPLETED') void refresh()
  }, [status, refresh])

  // Who leaves meanwhile leaves no window behind that waits for nothing.
  useEffect(() => () => preparing.current?.close(), [])

  /** Only in the handler of a click: browsers open windows for nothing else. */
  const begin = () => {
    const popup = openWindow()
    preparing.current = popup
    setBlocked(popup === null)
    forget()
    start.mutate(
      { server_id: serverId, ...(scopes.length > 0 && { scopes: [...scopes] }) },
      {
        onSuccess: ({ verification_url }) => {
          preparing.current = null
          popup?.location.replace(verification_url)
        },
        onError: () => popup?.close(),
      },
    )
  }

  return { begin, forget: start.reset, state: stateOf() }

  function stateOf(): Connecting {
    if (start.isPending) return { phase: 'opening' }
    if (start.isError) return { phase: 'failed', error: start.error }
    if (!start.data) return { phase: 'idle' }
    if (status === 'COMPLETED') return { phase: 'connected' }
    if (status !== 'PENDING') return { phase: 'refused', code }
    return { phase: blocked ? 'blocked' : 'waiting', url: start.data.verification_url, error }
  }
}

/** What became of an auth session, by whichever way it is heard first. */
function useOutcome(session: string | undefined) {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  const [news, setNews] = useState<ConnectNews | null>(null)
  const told = news !== null && news.auth_session_id === session ? news : null
  const queryKey = useMemo(() => [workspaceId, 'auth-session', session], [workspaceId, session])
  const poll = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      ask<{ status: AuthSessionStatus }>(`/registry/v1/deepagents/auth-sessions/${session}?wait_seconds=25`, {
        workspaceId,
        signal,
      }),
    enabled: session !== undefined && told === null,
    staleTime: 0,
    refetchInterval: ({ state }) => {
      if (state.status === 'error') return healsAfter(state.error)
      return state.data?.status === 'PENDING' ? 500 : false
    },
    refetchIntervalInBackground: true,
  })
  useEffect(
    () =>
      onConnect((one) => {
        // Where it names none, it may be about this one: the registry knows.
        if (one.auth_session_id === null) void client.invalidateQueries({ queryKey })
        else if (one.auth_session_id !== session) return
        setNews((heard) => (heard !== null && heard.auth_session_id === session ? heard : one))
      }),
    [client, queryKey, session],
  )
  const gone = poll.error !== null && toApiError(poll.error).status === 404
  const asked = gone ? 'CONNECTION_REQUIRED' : (poll.data?.status ?? 'PENDING')
  return {
    status: told?.status ?? asked,
    code: news?.code ?? null,
    error: told === null ? poll.error : null,
    forget: () => setNews(null),
  }
}

/** A page of ours first, so that the window opens while the click counts. Null where the browser opens none. */
function openWindow(): Window | null {
  const popup = window.open('/connect', '_blank', 'popup,width=520,height=720')
  return popup === null || popup.closed ? null : popup
}
