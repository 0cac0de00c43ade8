// The last call of each server, out of the newest records: what real calls say about a server.

import type { Call } from '@gatehouse/registry-api'
import { useQuery } from '@tanstack/react-query'
import { callsAsk } from '#lib/reads.ts'

/** By server id; a server without an entry had none among the newest 200. Undefined: not known. */
export function useLastCalls(workspaceId: string): ReadonlyMap<string, Call> | undefined {
  const { data } = useQuery({
    queryKey: [workspaceId, 'last-calls'],
    queryFn: ({ signal }) => callsAsk(workspaceId, {}, 200, null, signal),
    refetchInterval: 10_000,
  })
  if (!data) return undefined
  const last = new Map<string, Call>()
  for (const call of data.data) {
    if (call.server_id !== null && !last.has(call.server_id)) last.set(call.server_id, call)
  }
  return last
}
