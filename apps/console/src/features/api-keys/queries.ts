// Making, rotating and revoking API keys.

import type { ApiKey, CreateApiKey, CreatedApiKey } from '@gatehouse/registry-api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { ask, newIdempotencyKey } from '#lib/api.ts'
import { keysRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

const base = '/registry/v1/api-keys'

/** An answer without `key` is a repeat: the key was made before, and whoever got that answer saw it. */
export function useCreateKey() {
  const { id: workspaceId } = useWorkspace()
  const refresh = useRefresh()
  const sent = useRef({ body: '', key: '' })
  return useMutation({
    mutationFn: (body: CreateApiKey) => {
      const text = JSON.stringify(body)
      if (sent.current.body !== text) sent.current = { body: text, key: newIdempotencyKey() }
      return ask<ApiKey | CreatedApiKey>(base, {
        method: 'POST',
        workspaceId,
        body,
        idempotencyKey: sent.current.key,
      })
    },
    onSuccess: () => {
      sent.current = { body: '', key: '' } // the same form once more means another key
      return refresh()
    },
  })
}

/** Where it answers, no gateway takes a secret that ended. */
export function useRotateKey(keyId: string) {
  const { id: workspaceId } = useWorkspace()
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (overlap_s: number) =>
      ask<CreatedApiKey>(`${base}/${keyId}/rotate`, { method: 'POST', workspaceId, body: { overlap_s } }),
    onSuccess: refresh,
  })
}

/** Succeeds when no gateway takes the key any more. */
export function useRevokeKey(keyId: string, onRevoked: () => void) {
  const { id: workspaceId } = useWorkspace()
  const refresh = useRefresh()
  return useMutation<unknown, Error, void>({
    mutationFn: () => ask<void>(`${base}/${keyId}`, { method: 'DELETE', workspaceId }),
    onSuccess: async () => {
      onRevoked()
      await refresh()
    },
  })
}

function useRefresh() {
  const { id } = useWorkspace()
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: keysRead(id).queryKey })
}
