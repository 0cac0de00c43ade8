// The newest call records, kept fresh by the event stream; where that can't be had, by asking every few seconds.

import type { Call } from '@gatehouse/registry-api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { followEvents } from './follow-events.ts'
import { type CallFilter, callsAsk, filterText, type Page } from './reads.ts'

const pollMs = 4_000
const keep = 500

/** `live`: by events; `polling`: by asking; `paused`: the person stopped it. */
export type Feed = 'live' | 'polling' | 'paused'

/** `updatedAt` is the last time that we know the list to be complete, Unix ms. */
export function useLiveCalls(workspaceId: string, filter: CallFilter, limit: number, paused = false) {
  const text = filterText(filter)
  const queryKey = useMemo(() => [workspaceId, 'calls', text, limit], [workspaceId, text, limit])
  const client = useQueryClient()
  const [streaming, setStreaming] = useState(false)
  const [aliveAt, setAliveAt] = useState(0)
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      callsAsk(workspaceId, Object.fromEntries(new URLSearchParams(text)), limit, null, signal),
    refetchInterval: paused || streaming ? false : pollMs,
  })

  useEffect(() => {
    if (paused) return
    const gone = new AbortController()
    // What comes from now on is within every span that doesn't end.
    const { since: _since, ...rest } = Object.fromEntries(new URLSearchParams(text))
    void followEvents(`/registry/v1/calls/stream?${filterText(rest)}`, {
      workspaceId,
      signal: gone.signal,
      alive: () => setAliveAt(Date.now()),
      event: ({ event, data }) => {
        if (event === 'call')
          client.setQueryData<Page<Call>>(queryKey, (page) => page && withCall(page, JSON.parse(data)))
      },
      begun: () => {
        setStreaming(true)
        // What came between the list and the stream.
        void client.invalidateQueries({ queryKey, exact: true })
      },
      ended: () => setStreaming(false),
    })
    return () => gone.abort()
  }, [client, paused, queryKey, text, workspaceId])

  const feed: Feed = paused ? 'paused' : streaming ? 'live' : 'polling'
  return { query, feed, updatedAt: Math.max(query.dataUpdatedAt, streaming ? aliveAt : 0) }
}

/** A record may come twice: ids tell. */
function withCall(page: Page<Call>, call: Call): Page<Call> {
  const others = page.data.filter((one) => one.id !== call.id)
  return { ...page, data: [call, ...others].slice(0, keep) }
}
