// The settings of the workspace, and the gateways that serve it.

import type { Gateways, UpdateWorkspaceSettings, WorkspaceSettings } from '@gatehouse/registry-api'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { ask, askVersioned } from '#lib/api.ts'
import { useWorkspace } from '#lib/workspace.tsx'

const settings = '/registry/v1/settings'

export const workspaceSettingsRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'settings'],
    queryFn: ({ signal }) => askVersioned<WorkspaceSettings>(settings, { workspaceId, signal }),
  })

/** Leases are prolonged every few seconds. */
export const gatewaysRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'gateways'],
    queryFn: ({ signal }) => ask<Gateways>('/registry/v1/gateways', { workspaceId, signal }),
    refetchInterval: 5_000,
  })

/** @throws ApiError version_conflict where somebody was faster: then what holds now is read again */
export function useUpdateWorkspaceSettings() {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ ifMatch, ...body }: UpdateWorkspaceSettings & { ifMatch: string }) =>
      askVersioned<WorkspaceSettings>(settings, { method: 'PATCH', workspaceId, body, ifMatch }),
    onSuccess: (saved) => client.setQueryData(workspaceSettingsRead(workspaceId).queryKey, saved),
    onError: () => client.invalidateQueries(workspaceSettingsRead(workspaceId)),
  })
}
