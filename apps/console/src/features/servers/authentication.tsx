'use client'
// With what calls of a server go, in a few words, and the way to an account where it wants one.

import type { Server } from '@gatehouse/registry-api'
import { Group, Text } from '@mantine/core'
import { authWords } from './auth-words.ts'
import { ConnectLink, OwnConnection } from './own-connection.tsx'
import { StoredHeaders } from './stored-headers.tsx'

export function Authentication({ server }: { server: Server }) {
  return (
    <>
      <Text size="sm">{authWords(server)}</Text>
      <StoredHeaders server={server} />
      <Group gap="sm">
        <OwnConnection server={server} />
        <ConnectLink server={server} />
      </Group>
    </>
  )
}
