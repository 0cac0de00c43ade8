// Which servers answer: their tools could be listed with the stored credential. Asked again every half minute while the page shows.

import type { Server } from '@gatehouse/registry-api'
import { useQueries } from '@tanstack/react-query'
import { healsAfter, sideOf, toApiError } from '#lib/api-error.ts'
import { toolsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

/** A page asks so many at most; which ones were asked is said on screen. */
const most = 20

export interface Failing {
  readonly server: Server
  readonly error: Error
}

export function useReachable(servers: readonly Server[]) {
  const { id } = useWorkspace()
  const asked = servers.filter((server) => server.enabled).slice(0, most)
  const results = useQueries({
    queries: asked.map((server) => ({
      ...toolsRead(id, server.id),
      refetchInterval: ({ state: { error } }: { state: { error: Error | null } }) =>
        (error && healsAfter(error)) || 30_000,
    })),
  })
  const failures = asked.flatMap((server, at): Failing[] => {
    const error = results[at]?.error
    return error ? [{ server, error }] : []
  })
  // Where the question itself got lost, nothing is known about the server.
  const [failing, unknown] = [true, false].map((its) =>
    failures.filter(({ error }) => (sideOf(toApiError(error)) === 'the server') === its),
  ) as [Failing[], Failing[]] // two in, two out
  return {
    asked: asked.length,
    pending: results.filter((one) => one.isPending).length,
    reachable: results.filter((one) => one.isSuccess).length,
    failing,
    unknown,
  }
}
