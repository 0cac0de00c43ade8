// Switches one tool on or off at every gateway.

import type { ServerToolList } from '@gatehouse/registry-api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ask } from '#lib/api.ts'
import { toolsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

interface Switched {
  readonly name: string
  readonly enabled: boolean
}

export function useSwitchTool(serverId: string) {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  const { queryKey } = toolsRead(workspaceId, serverId)
  return useMutation({
    mutationFn: ({ name, enabled }: Switched) =>
      ask<Pick<ServerToolList, 'disabled_tools'>>(`/registry/v1/servers/${serverId}/tools`, {
        method: 'PATCH',
        workspaceId,
        body: { enabled, match: name },
      }),
    onSuccess: (switched) =>
      client.setQueryData<ServerToolList>(queryKey, (listed) => listed && { ...listed, ...switched }),
  })
}
