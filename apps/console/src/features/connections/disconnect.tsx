'use client'

// The question before a connection ends: whose it is, and what it hits.

import type { Connection } from '@gatehouse/registry-api'
import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { plainly } from '#lib/invisible.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ConfirmDialog } from '#ui/confirm-dialog.tsx'
import { useDisconnect } from './queries.ts'

export function Disconnect({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const { me } = useWorkspace()
  const server = plainly(connection.server?.name ?? 'the shared provider')
  const yours = connection.owner?.id === me.user?.id
  const whose =
    connection.owner === null ? 'Everybody’s' : yours ? 'Your' : `${plainly(connection.owner.name)}’s`
  const disconnect = useDisconnect(connection.id, () => {
    onClose()
    notifications.show({
      title: 'Disconnected',
      message: `No gateway uses the token for ${server} any more.`,
    })
  })
  return (
    <ConfirmDialog
      opened
      title={`Disconnect from ${server}?`}
      action="Disconnect"
      failed="The disconnection is not confirmed"
      mutation={disconnect}
      onClose={onClose}
    >
      <Text>
        {whose} calls to {server} are refused until {yours ? 'you connect' : 'somebody connects'} again.
        Nobody else's connection is touched.
      </Text>
      <Text>
        The token is deleted here, and revoked where it was issued if its authorization server offers that.
      </Text>
    </ConfirmDialog>
  )
}
