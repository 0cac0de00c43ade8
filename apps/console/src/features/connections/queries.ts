// Beginning, naming and ending connections.

import type {
  CreateConnection,
  CreateProvider,
  StartedConnection,
  UpdateConnection,
} from '@gatehouse/registry-api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { ask } from '#lib/api.ts'
import { providersRead, serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

const base = '/registry/v1/connections'

/** Finds the authorization server, makes us known to it, and answers with the page where the person goes on. */
export function useStartConnection() {
  const { id: workspaceId } = useWorkspace()
  return useMutation({
    mutationFn: (body: CreateConnection) =>
      ask<StartedConnection>(base, { method: 'POST', workspaceId, body }),
  })
}

/** A client that was registered at the authorization server by hand: connecting uses it from then on. */
export function useEnterClient() {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: CreateProvider) =>
      ask('/registry/v1/oauth-providers', { method: 'POST', workspaceId, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: providersRead(workspaceId).queryKey }),
  })
}

export function useLabelConnection(connectionId: string) {
  const { id: workspaceId } = useWorkspace()
  const refresh = useRefreshConnections()
  return useMutation({
    mutationFn: (body: UpdateConnection) =>
      ask(`${base}/${connectionId}`, { method: 'PATCH', workspaceId, body }),
    onSuccess: refresh,
  })
}

/** Succeeds when no gateway uses the connection's token any more. */
export function useDisconnect(connectionId: string, onDisconnected: () => void) {
  const { id: workspaceId } = useWorkspace()
  const refresh = useRefreshConnections()
  return useMutation<unknown, Error, void>({
    mutationFn: () => ask<void>(`${base}/${connectionId}`, { method: 'DELETE', workspaceId }),
    onSuccess: async () => {
      onDisconnected()
      await refresh()
    },
  })
}

/** Connections, and what servers say to a person who has one or not. The function stays the same one. */
export function useRefreshConnections() {
  const { id } = useWorkspace()
  const client = useQueryClient()
  return useCallback(async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: [id, 'connections'] }),
      client.invalidateQueries({ queryKey: serversRead(id).queryKey }),
    ])
  }, [client, id])
}
