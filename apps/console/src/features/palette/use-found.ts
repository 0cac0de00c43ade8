// What the typed words may mean beyond screens and servers: tools of the first servers, a call by its id or its request's.

import type { Call, Server } from '@gatehouse/registry-api'
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries, useQuery } from '@tanstack/react-query'
import { callRead, callsAsk, toolsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

/** As many servers are asked for their tools as on the home screen, which shares the answers. */
const most = 20

export interface FoundTool {
  readonly server: Server
  readonly name: string
}

export function useFoundTools(servers: readonly Server[], text: string): FoundTool[] {
  const { id } = useWorkspace()
  const asked = servers.filter((server) => server.enabled).slice(0, most)
  const lists = useQueries({
    queries: asked.map((server) => ({ ...toolsRead(id, server.id), enabled: text !== '', retry: false })),
  })
  if (text === '') return []
  return asked.flatMap((server, at) => lists[at]?.data?.tools.map(({ name }) => ({ server, name })) ?? [])
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The newest calls before anything is typed; else the one that the text names. */
export function useFoundCalls(text: string): readonly Call[] {
  const { id } = useWorkspace()
  const [asked] = useDebouncedValue(text.trim(), 150)
  const newest = useQuery({
    queryKey: [id, 'palette-calls'],
    queryFn: ({ signal }) => callsAsk(id, {}, 5, null, signal),
  })
  const byId = useQuery({ ...callRead(id, asked), enabled: uuid.test(asked), retry: false })
  const byRequest = useQuery({
    queryKey: [id, 'call-of-request', asked],
    queryFn: ({ signal }) => callsAsk(id, { request_id: asked }, 5, null, signal),
    enabled: /^\S{8,128}$/.test(asked),
    retry: false,
  })
  const named = [...(byId.data ? [byId.data] : []), ...(byRequest.data?.data ?? [])]
  return named.length > 0 ? named : (newest.data?.data ?? [])
}
