'use client'

// The connections that the person may see, and the servers that still wait for theirs; search and dialog live in the address.

import type { Connection, Server } from '@gatehouse/registry-api'
import { Anchor, Button, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { parseAsString, useQueryStates } from 'nuqs'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { connectionsRead, serversRead } from '#lib/reads.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { SearchField } from '#ui/search-field.tsx'
import { ConnectionRows } from './connection-rows.tsx'
import { findConnections } from './find-connections.ts'
import { WaitingServers } from './waiting-servers.tsx'

/** Comes when it is opened. */
const ConnectBySlug = dynamic(() => import('./connect-by-slug.tsx').then((module) => module.ConnectBySlug))

function Header() {
  const { to } = useWorkspace()
  return (
    <PageHeader
      title="Connections"
      about="Accounts at the servers that want to know who calls. Each person connects their own."
    >
      <Button component={Link} href={to('/connections/providers')} variant="default">
        OAuth providers
      </Button>
    </PageHeader>
  )
}

export function ConnectionList() {
  const { may } = useWorkspace()
  if (may('mcp-servers:invoke')) return <Screen />
  return (
    <>
      <Header />
      <Empty sentence="Your role makes no calls, so it has no connections. Ask an owner for another one." />
    </>
  )
}

function Screen() {
  const { id } = useWorkspace()
  const servers = useQuery(serversRead(id))
  const [{ connect, scope, server }, set] = useQueryStates({
    connect: parseAsString,
    scope: parseAsString,
    server: parseAsString,
  })
  const connections = useQuery(connectionsRead(id, server ?? undefined))
  useFocusReturn(connect !== null)
  const open = (slug: string) => void set({ connect: slug })
  return (
    <>
      <Header />
      <QueryView query={servers} failed="The servers could not be loaded">
        {(all) => (
          <QueryView query={connections} failed="Connections could not be loaded">
            {(kept) => (
              <Stack gap="lg">
                {server === null && <WaitingServers servers={all} connections={kept} onConnect={open} />}
                <List servers={all} all={kept} onReconnect={open} />
                {connect !== null && (
                  <ConnectBySlug
                    slug={connect}
                    scopes={scope?.split(' ').filter(Boolean) ?? []}
                    servers={all}
                    connections={kept}
                    onClose={() => void set({ connect: null, scope: null })}
                  />
                )}
              </Stack>
            )}
          </QueryView>
        )}
      </QueryView>
    </>
  )
}

interface ListProps {
  servers: readonly Server[]
  all: Connection[]
  onReconnect: (slug: string) => void
}

function List({ servers, all, onReconnect }: ListProps) {
  const { to, may } = useWorkspace()
  const [{ q, server }, set] = useQueryStates({ q: parseAsString.withDefault(''), server: parseAsString })
  const asking = servers.filter(({ auth_type }) => auth_type === 'oauth')
  if (all.length === 0 && server === null) {
    if (asking.length > 0) return <Empty sentence="Nobody is connected yet. Connect to a server above." />
    return (
      <Empty sentence="No server here asks for an account. Register one with OAuth, and people can connect to it.">
        {may('mcp-servers:create') && (
          <Anchor component={Link} href={to('/servers/register')}>
            Register server
          </Anchor>
        )}
      </Empty>
    )
  }
  const shown = findConnections(all, q)
  return (
    <Stack>
      <Group align="flex-end">
        <SearchField
          label="Search connections"
          value={q}
          onChange={(text) => void set({ q: text || null })}
        />
        <NativeSelect
          aria-label="Server"
          data={[
            { value: '', label: 'Every server' },
            ...asking.map((one) => ({ value: one.id, label: plainly(one.name) })),
          ]}
          value={server ?? ''}
          onChange={(event) => void set({ server: event.currentTarget.value || null })}
        />
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {q ? `${shown.length} of ${count(all.length, 'connection')}` : count(all.length, 'connection')}
      </Text>
      {shown.length === 0 ? (
        <Empty
          sentence={
            q
              ? `No connection's server, owner, label or scope contains “${q}”.`
              : 'Nobody is connected to this server yet.'
          }
        >
          <Button variant="default" onClick={() => void set({ q: null, server: null })}>
            Show every connection
          </Button>
        </Empty>
      ) : (
        <ConnectionRows connections={shown} onReconnect={onReconnect} />
      )}
    </Stack>
  )
}
