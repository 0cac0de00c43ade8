// Entering and deleting clients at authorization servers.

import type { CreateProvider, OAuthProvider } from '@gatehouse/registry-api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { ask, newIdempotencyKey } from '#lib/api.ts'
import { providersRead, serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

const base = '/registry/v1/oauth-providers'

/** Sending the same form twice, after a lost answer, enters one provider. */
export function useEnterProvider() {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  const sent = useRef({ body: '', key: '' })
  return useMutation({
    mutationFn: (body: CreateProvider) => {
      const text = JSON.stringify(body)
      if (sent.current.body !== text) sent.current = { body: text, key: newIdempotencyKey() }
      return ask<OAuthProvider>(base, {
        method: 'POST',
        workspaceId,
        body,
        idempotencyKey: sent.current.key,
      })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: providersRead(workspaceId).queryKey }),
  })
}

/** Succeeds when no gateway uses a token that was got with it any more. */
export function useDeleteProvider(providerId: string, onDeleted: () => void) {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  return useMutation<unknown, Error, void>({
    mutationFn: () => ask<void>(`${base}/${providerId}`, { method: 'DELETE', workspaceId }),
    onSuccess: async () => {
      onDeleted()
      await Promise.all([
        client.invalidateQueries({ queryKey: providersRead(workspaceId).queryKey }),
        client.invalidateQueries({ queryKey: [workspaceId, 'connections'] }),
        client.invalidateQueries({ queryKey: serversRead(workspaceId).queryKey }),
      ])
    },
  })
}
