'use client'

// The servers of the workspace; search and order live in the address.

import type { Server } from '@gatehouse/registry-api'
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { count } from '#lib/format.ts'
import { serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Rows } from '#ui/rows.tsx'
import { SearchField } from '#ui/search-field.tsx'
import { ServerRow } from './server-row.tsx'
import { orders, sortServers } from './sort-servers.ts'
import { useLastCalls } from './use-last-calls.ts'

const words = { name: 'By name', newest: 'Newest first', changed: 'Last changed first' }

export function ServerList() {
  const { id, may, to } = useWorkspace()
  const servers = useQuery(serversRead(id))
  const register = may('mcp-servers:create') && (
    <Button component={Link} href={to('/servers/register')}>
      Register server
    </Button>
  )
  return (
    <>
      <PageHeader title="Servers" about="The MCP servers that callers reach through this gateway.">
        {servers.data?.length !== 0 && register}
      </PageHeader>
      <QueryView
        query={servers}
        failed="Servers could not be loaded"
        empty={{
          when: (all) => all.length === 0,
          show: <Empty sentence="No server is registered yet. Register one by its URL.">{register}</Empty>,
        }}
      >
        {(all) => <List all={all} />}
      </QueryView>
    </>
  )
}

function List({ all }: { all: Server[] }) {
  const { id } = useWorkspace()
  const [{ q, sort }, set] = useQueryStates({
    q: parseAsString.withDefault(''),
    sort: parseAsStringLiteral(orders).withDefault('name'),
  })
  const lastCalls = useLastCalls(id)
  const shown = sortServers(all, q, sort)
  return (
    <Stack>
      <Group align="flex-end">
        <SearchField label="Search servers" value={q} onChange={(text) => void set({ q: text || null })} />
        <NativeSelect
          aria-label="Order"
          data={orders.map((value) => ({ value, label: words[value] }))}
          value={sort}
          onChange={(event) =>
            void set({ sort: orders.find((one) => one === event.currentTarget.value) ?? null })
          }
        />
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {q ? `${shown.length} of ${count(all.length, 'server')}` : count(all.length, 'server')}
      </Text>
      {shown.length === 0 ? (
        <Empty sentence={`No server's name, slug or URL contains “${q}”.`}>
          <Button variant="default" onClick={() => void set({ q: null })}>
            Clear the search
          </Button>
        </Empty>
      ) : (
        <Rows
          label="Servers"
          heads={['Name', 'URL', 'Authentication', 'Last call']}
          folded={'"name last" "url url" "auth auth"'}
        >
          {shown.map((server) => (
            <ServerRow
              key={server.id}
              server={server}
              lastCall={lastCalls && (lastCalls.get(server.id) ?? null)}
            />
          ))}
        </Rows>
      )}
    </Stack>
  )
}
