// What the typed words may mean beyond screens and servers: tools of any server, a call by its id or its request's.

import type { Call, FoundTool, Server } from '@gatehouse/registry-api'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { callRead, callsAsk, toolSearchRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

const settleMs = 150
const mostServers = 8

/** So few that tools and calls are seen beside them. */
export function findServers(servers: readonly Server[], text: string): Server[] {
  const asked = text
    .trim()
    .toLowerCase()
    .replace(/^tools of\s+/, '')
  return servers.filter(({ name }) => name.toLowerCase().includes(asked)).slice(0, mostServers)
}

export function useFoundTools(text: string): readonly FoundTool[] {
  const { id } = useWorkspace()
  const [asked] = useDebouncedValue(text.trim(), settleMs)
  const found = useQuery({ ...toolSearchRead(id, asked), enabled: asked !== '', retry: false })
  return text.trim() === '' ? [] : (found.data?.data ?? [])
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The newest calls before anything is typed; else the one that the text names. */
export function useFoundCalls(text: string): readonly Call[] {
  const { id } = useWorkspace()
  const [asked] = useDebouncedValue(text.trim(), settleMs)
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
