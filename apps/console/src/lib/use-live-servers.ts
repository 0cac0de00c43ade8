// How servers do, kept fresh by the event stream; where that can't be had, by asking every few seconds. While a page has this, the
// registry looks at the servers that it names every 5 s.

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { followEvents } from './follow-events.ts'
import { serverPagesKey } from './reads.ts'
import type { Feed } from './use-live-calls.ts'

/** The registry takes no more. */
export const mostWatched = 50
const gatherMs = 250

/** `aliveAt` is the last sign of the stream, Unix ms; 0 before the first. */
export function useLiveServers(workspaceId: string, serverIds: readonly string[]) {
  const watch = serverIds.slice(0, mostWatched).toSorted().join(',')
  const client = useQueryClient()
  const [feed, setFeed] = useState<Feed>('polling')
  const [aliveAt, setAliveAt] = useState(0)
  useEffect(() => {
    const gone = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    // Many servers may change at once: they are asked for together.
    const refresh = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void client.invalidateQueries({ queryKey: serverPagesKey(workspaceId) })
      }, gatherMs)
    }
    void followEvents(`/registry/v1/servers/stream${watch && `?watch=${watch}`}`, {
      workspaceId,
      signal: gone.signal,
      alive: () => setAliveAt(Date.now()),
      event: refresh,
      begun: () => {
        setFeed('live')
        refresh()
      },
      ended: () => setFeed('polling'),
    })
    return () => {
      gone.abort()
      clearTimeout(timer)
    }
  }, [client, watch, workspaceId])
  return { feed, aliveAt }
}
