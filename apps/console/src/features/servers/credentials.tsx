'use client'
// With what calls to a server prove who they are, and who may change that.

import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { serverRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Loading } from '#ui/query-view.tsx'
import { AuthFacts } from './auth-facts.tsx'
import { ChangeAuth } from './change-auth.tsx'
import { ChangeHeaders } from './change-headers.tsx'
import { ConnectLink, OwnConnection } from './own-connection.tsx'
import { StoredHeaderList } from './stored-header-list.tsx'

/** @param children what is shown of a server that wants accounts: its connections */
export function Credentials({ serverId, children }: { serverId: string; children: ReactNode }) {
  const { id, may } = useWorkspace()
  const { data: server } = useQuery(serverRead(id, serverId))
  if (!server) return <Loading failed="The server could not be loaded" />
  const mayChange = may('mcp-servers:update')
  const isAccounts = server.auth_type === 'oauth'
  return (
    <Stack gap="lg">
      <Stack gap="lg" maw={760}>
        <Text c="dimmed">
          {mayChange
            ? 'You may set, replace and remove what is stored. Nobody can read a stored value again, not even you.'
            : 'Owners, admins and operators set, replace and remove what is stored. Nobody can read a stored value again.'}
        </Text>
        {mayChange ? (
          <ChangeAuth server={server} />
        ) : (
          <Part id="authentication" title="Authentication">
            <AuthFacts server={server} />
          </Part>
        )}
        {isAccounts ? (
          <Group gap="sm">
            <OwnConnection server={server} />
            <ConnectLink server={server} />
          </Group>
        ) : mayChange ? (
          <ChangeHeaders server={server} />
        ) : (
          <Part id="headers" title="Headers">
            <StoredHeaderList serverId={serverId} />
          </Part>
        )}
      </Stack>
      {isAccounts && children}
    </Stack>
  )
}

const Part = ({ id, title, children }: { id: string; title: string; children: ReactNode }) => (
  <Paper withBorder p="lg" component="section" aria-labelledby={id}>
    <Stack>
      <Title order={2} id={id}>
        {title}
      </Title>
      {children}
    </Stack>
  </Paper>
)
