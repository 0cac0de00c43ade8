'use client'
// The question before stored headers are removed: whose they are, and what it hits.

import type { Server } from '@gatehouse/registry-api'
import { List, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ConfirmDialog } from '#ui/confirm-dialog.tsx'
import { KeysReach } from './keys-reach.tsx'
import { updateAsk } from './queries.ts'

export function RemoveHeaders({ server, onClose }: { server: Server; onClose: () => void }) {
  const { id } = useWorkspace()
  const client = useQueryClient()
  const stored = count(server.headers?.length ?? 0, 'stored header')
  const remove = useMutation<unknown, Error, void>({
    mutationFn: () => updateAsk(id, server.id, { headers: [] }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: serversRead(id).queryKey })
      onClose()
      notifications.show({ title: 'Headers removed', message: 'No gateway sends them any more.' })
    },
  })
  return (
    <ConfirmDialog
      opened
      title={`Remove the headers of ${plainly(server.name)}?`}
      action="Remove headers"
      failed="The removal is not confirmed"
      mutation={remove}
      onClose={onClose}
    >
      <Text>From the next call on nothing proves to the server who calls. This can not be undone.</Text>
      <List size="sm">
        <List.Item>{stored} will be destroyed.</List.Item>
        <KeysReach serverId={server.id} />
      </List>
    </ConfirmDialog>
  )
}
