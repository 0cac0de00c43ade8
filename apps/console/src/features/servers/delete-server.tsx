'use client'

// The question before a server is deleted: its name, and what it hits.

import type { ApiKey, Server } from '@gatehouse/registry-api'
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
        {keys.data && <List.Item>{reach(keys.data, server.id)}</List.Item>}
        {keys.isError && <List.Item>Which API keys may use it could not be loaded.</List.Item>}
        {Boolean(server.headers?.length) && (
          <List.Item>{count(server.headers?.length ?? 0, 'stored header')} will be destroyed.</List.Item>
        )}
      </List>
    </ConfirmDialog>
  )
}

/** Who loses it: the keys made for it, and those that reach every server. */
function reach(keys: readonly ApiKey[], serverId: string): string {
  const named = keys.filter((key) => key.servers?.includes(serverId)).length
  const all = named + keys.filter((key) => key.servers === null).length
  if (all === 0) return 'No API key may use this server.'
  return `${count(all, 'API key')} may use this server${named > 0 ? `, ${named} of them by name` : ''}.`
}
