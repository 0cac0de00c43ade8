'use client'

// `?connect={slug}`: the link that a client shows to who is not connected yet, or (`&scope=…`) not for all that a call needs. It
// only opens the dialog: who connects is known by their own session, and nothing begins without a click.

import type { Connection, Server } from '@gatehouse/registry-api'
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { connectionOf, takesAccounts } from '#lib/connection-words.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ConnectDialog } from './connect-dialog.tsx'

interface Props {
  slug: string
  /** To ask for beside those that were granted before; the person sees them all before they consent. */
  scopes: readonly string[]
  servers: readonly Server[]
  connections: readonly Connection[]
  onClose: () => void
}

export function ConnectBySlug({ slug, scopes, servers, connections, onClose }: Props) {
  const { me } = useWorkspace()
  const server = servers.find((one) => one.slug === slug)
  if (server && takesAccounts(server)) {
    const own = connectionOf(server, connections, me.user?.id) !== undefined
    return <ConnectDialog key={server.id} server={server} scopes={scopes} again={own} onClose={onClose} />
  }
  return (
    <Modal opened onClose={onClose} title={server ? 'Nothing to connect' : 'No such server'}>
      <Stack>
        <Text>
          {server
            ? server.auth_type === 'oauth'
              ? 'Its shared OAuth provider is gone: somebody who keeps servers has to choose another.'
              : 'Calls to this server need no account of yours.'
            : 'It was deleted, or it never was in this workspace.'}
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
