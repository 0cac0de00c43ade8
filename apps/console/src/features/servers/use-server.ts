// The server that a tab is about, and with what its person calls it.

import { useQuery } from '@tanstack/react-query'
import { useTokens } from '#lib/gateway-token.ts'
import { serverRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

/** The frame around a tab shows it only once the server is loaded. */
export function useServer(serverId: string) {
  const { id: workspaceId } = useWorkspace()
  const tokens = useTokens('')
  const { data: server } = useQuery(serverRead(workspaceId, serverId))
  return { server, where: { workspaceId, slug: server?.slug ?? '', tokens } }
}
