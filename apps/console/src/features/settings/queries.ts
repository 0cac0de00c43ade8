// The settings of the workspace, and the gateways that serve it.

import type { Gateways, UpdateWorkspaceSettings, WorkspaceSettings } from '@gatehouse/registry-api'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { ask } from '#lib/api.ts'
import { useWorkspace } from '#lib/workspace.tsx'

const settings = '/registry/v1/settings'

export const workspaceSettingsRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'settings'],
    queryFn: ({ signal }) => ask<WorkspaceSettings>(settings, { workspaceId, signal }),
  })

/** Leases are prolonged every few seconds. */
export const gatewaysRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'gateways'],
    queryFn: ({ signal }) => ask<Gateways>('/registry/v1/gateways', { workspaceId, signal }),
    refetchInterval: 5_000,
  })

export function useUpdateWorkspaceSettings() {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: UpdateWorkspaceSettings) =>
      ask<WorkspaceSettings>(settings, { method: 'PATCH', workspaceId, body }),
    onSuccess: (saved) => client.setQueryData(workspaceSettingsRead(workspaceId).queryKey, saved),
  })
}
