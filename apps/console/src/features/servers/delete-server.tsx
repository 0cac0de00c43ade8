'use client'

// The question before a server is deleted: its name, and what it hits.

import type { Server } from '@gatehouse/registry-api'
import { List, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useRouter } from 'next/navigation'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ConfirmDialog } from '#ui/confirm-dialog.tsx'
import { KeysReach } from './keys-reach.tsx'
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
  const { to } = useWorkspace()
  const router = useRouter()
  const remove = useDelete(server.id, () => {
    notifications.show({
      title: 'Server deleted',
      message: `${plainly(server.name)} is gone from every gateway.`,
    })
    router.replace(to('/servers'))
  })
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
        <KeysReach serverId={server.id} />
        {Boolean(server.headers?.length) && (
          <List.Item>{count(server.headers?.length ?? 0, 'stored header')} will be destroyed.</List.Item>
        )}
      </List>
    </ConfirmDialog>
  )
}
