'use client'

// The question before a server is deleted: its name, and what it hits.

import type { Server } from '@gatehouse/registry-api'
import { List, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { keysRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ConfirmDialog } from '#ui/confirm-dialog.tsx'
import { useDelete } from './queries.ts'

export function DeleteServer({
  server,
  opened,
  onClose,
}: {
  server: Server
  opened: boolean
  onClose: () => void
}) {
  const { id, may, to } = useWorkspace()
  const router = useRouter()
  const keys = useQuery({ ...keysRead(id), enabled: opened && may('api-keys:own') })
  const remove = useDelete(server.id, () => {
    notifications.show({
      title: 'Server deleted',
      message: `${plainly(server.name)} is gone from every gateway.`,
    })
    router.replace(to('/servers'))
  })
  const named = keys.data?.filter((key) => key.servers?.includes(server.id)).length
  const every = keys.data?.filter((key) => key.servers === null).length
  return (
    <ConfirmDialog
      opened={opened}
      title={`Delete server ${plainly(server.name)}?`}
      action="Delete server"
      failed="The deletion is not confirmed"
      mutation={remove}
      onClose={onClose}
    >
      <Text>
        Calls to <code className="gh-break">{server.gateway_url}</code> end. This can not be undone.
      </Text>
      <List size="sm">
        {named !== undefined && (
          <List.Item>{count(named, 'API key names', 'API keys name')} this server.</List.Item>
        )}
        {every !== undefined && (
          <List.Item>{count(every, 'more key reaches', 'more keys reach')} it, as every server.</List.Item>
        )}
        {Boolean(server.headers?.length) && (
          <List.Item>{count(server.headers?.length ?? 0, 'stored header')} will be destroyed.</List.Item>
        )}
      </List>
    </ConfirmDialog>
  )
}
