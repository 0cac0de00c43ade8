'use client'
// The clients that Gatehouse is at authorization servers: entered by hand for all, or made for one server and person.

import type { Connection, OAuthProvider, Server } from '@gatehouse/registry-api'
import { Anchor, Button, Group, Stack, Text, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { parseAsBoolean, parseAsString, useQueryStates } from 'nuqs'
import { count } from '#lib/format.ts'
import { connectionsRead, providersRead, serversRead } from '#lib/reads.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Rows } from '#ui/rows.tsx'
import { SearchField } from '#ui/search-field.tsx'
import { ProviderRow } from './provider-row.tsx'
import { findProviders } from './provider-words.ts'

/** Comes when it is opened. */
const EnterProvider = dynamic(() => import('./enter-provider.tsx').then((module) => module.EnterProvider))

export function ProviderList() {
  const { id, may, to } = useWorkspace()
  const providers = useQuery(providersRead(id))
  const servers = useQuery(serversRead(id))
  const connections = useQuery({ ...connectionsRead(id), enabled: may('mcp-servers:invoke') })
  const [{ enter }, set] = useQueryStates({ enter: parseAsBoolean.withDefault(false) })
  useFocusReturn(enter)
  const button = may('mcp-servers:create') && (
    <Button onClick={() => void set({ enter: true })}>Enter provider</Button>
  )
  return (
    <>
      <Anchor component={Link} href={to('/connections')} size="sm">
        All connections
      </Anchor>
      <PageHeader
        title="OAuth providers"
        about="The clients that Gatehouse is at authorization servers. Most are registered by themselves when somebody connects."
      >
        {providers.data?.length !== 0 && button}
      </PageHeader>
      <QueryView
        query={providers}
        failed="OAuth providers could not be loaded"
        empty={{
          when: (all) => all.length === 0,
          show: (
            <Empty sentence="There is none yet. The first is made when somebody connects; enter one by hand where an authorization server registers nobody, or where all shall share one.">
              {button}
            </Empty>
          ),
        }}
      >
        {(all) => <List all={all} servers={servers.data} connections={connections.data} />}
      </QueryView>
      {enter && may('mcp-servers:create') && <EnterProvider onClose={() => void set({ enter: null })} />}
    </>
  )
}

interface ListProps {
  all: OAuthProvider[]
  servers: readonly Server[] | undefined
  connections: readonly Connection[] | undefined
}

function List({ all, servers, connections }: ListProps) {
  const [{ q }, set] = useQueryStates({ q: parseAsString.withDefault('') })
  const shown = findProviders(all, q)
  return (
    <Stack>
      <Group>
        <SearchField label="Search providers" value={q} onChange={(text) => void set({ q: text || null })} />
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {q ? `${shown.length} of ${count(all.length, 'provider')}` : count(all.length, 'provider')}
      </Text>
      {shown.length === 0 ? (
        <Empty sentence={`No provider's name, authorization server or client id contains “${q}”.`}>
          <Button variant="default" onClick={() => void set({ q: null })}>
            Clear the search
          </Button>
        </Empty>
      ) : (
        <Rows
          label="OAuth providers"
          heads={[
            ...['Name', 'Authorization server', 'Client', 'For', 'Created'],
            <VisuallyHidden key="actions">Actions</VisuallyHidden>,
          ]}
          folded={'"name name" "issuer issuer" "client client" "for for" "created created" "actions actions"'}
        >
          {shown.map((provider) => (
            <ProviderRow key={provider.id} provider={provider} servers={servers} connections={connections} />
          ))}
        </Rows>
      )}
    </Stack>
  )
}
