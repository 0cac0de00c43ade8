// Registering, changing and deleting servers.

import type {
  CreateServer,
  Server,
  ServerCapture,
  ServerSettings,
  StartCapture,
  UpdateServer,
  UpdateServerSettings,
} from '@gatehouse/registry-api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { ask, askFully, newIdempotencyKey } from '#lib/api.ts'
import { serversRead, settingsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

const base = '/registry/v1/deepagents/mcp-servers'

/** Sending the same form twice, after a lost answer, registers one server. */
export function useRegister() {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  const sent = useRef({ body: '', key: '' })
  return useMutation({
    mutationFn: (body: CreateServer) => {
      const text = JSON.stringify(body)
      if (sent.current.body !== text) sent.current = { body: text, key: newIdempotencyKey() }
      return askFully<Server>(base, { method: 'POST', workspaceId, body, idempotencyKey: sent.current.key })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: serversRead(workspaceId).queryKey }),
  })
}

export const updateAsk = (workspaceId: string, serverId: string, body: UpdateServer) =>
  askFully<Server>(`${base}/${serverId}`, { method: 'PATCH', workspaceId, body })

export function useUpdate(serverId: string) {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: UpdateServer) => updateAsk(workspaceId, serverId, body),
    onSuccess: () => client.invalidateQueries({ queryKey: serversRead(workspaceId).queryKey }),
  })
}

/**
 * What gateways go by beside address and headers.
 * @throws ApiError version_conflict where somebody was faster: then what holds now is read again
 */
export function useUpdateSettings(serverId: string) {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ ifMatch, ...body }: UpdateServerSettings & { ifMatch?: string }) =>
      ask<ServerSettings>(`/registry/v1/servers/${serverId}`, {
        ...{ method: 'PATCH', workspaceId, body, ifMatch },
      }),
    onError: () => client.invalidateQueries(settingsRead(workspaceId, serverId)),
    onSuccess: () => client.invalidateQueries({ queryKey: serversRead(workspaceId).queryKey }),
  })
}

/** Succeeds when no gateway uses the server's stored headers any more. */
export function useDelete(serverId: string, onDeleted: () => void) {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMutation<unknown, Error, void>({
    mutationFn: () => ask<void>(`${base}/${serverId}`, { method: 'DELETE', workspaceId }),
    onSuccess: async () => {
      onDeleted()
      await client.invalidateQueries({ queryKey: serversRead(workspaceId).queryKey, exact: true })
    },
  })
}

const captureOf = (serverId: string) => `/registry/v1/servers/${serverId}/capture`

/** Succeeds when every gateway knows. */
export function useStartCapture(serverId: string) {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: StartCapture) =>
      ask<ServerCapture>(captureOf(serverId), { method: 'POST', workspaceId, body }),
    onSettled: () => client.invalidateQueries(settingsRead(workspaceId, serverId)),
  })
}

/** Succeeds when nothing more is kept. */
export function useStopCapture(serverId: string) {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMutation<unknown, Error, void>({
    mutationFn: () => ask<void>(captureOf(serverId), { method: 'DELETE', workspaceId }),
    onSettled: () => client.invalidateQueries(settingsRead(workspaceId, serverId)),
  })
}
