'use client'

// The servers of the workspace and how they do; search, filter, order and page live in the address.

import type { HealthState, ServerPage, ServersQuery } from '@gatehouse/registry-api'
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { count } from '#lib/format.ts'
import { serverPageRead } from '#lib/reads.ts'
import { useLiveServers } from '#lib/use-live-servers.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { FeedNote } from '#ui/feed-note.tsx'
import { healthStates, healthWords } from '#ui/health-state.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Rows } from '#ui/rows.tsx'
import { SearchField } from '#ui/search-field.tsx'
import { ServerRow } from './server-row.tsx'

const orders = ['name', 'newest', 'changed'] as const
const orderWords = { name: 'By name', newest: 'Newest first', changed: 'Last changed first' }
const states = ['down', ...healthStates] as const

const parsers = {
  q: parseAsString.withDefault(''),
  state: parseAsStringLiteral(states),
  sort: parseAsStringLiteral(orders).withDefault('name'),
  after: parseAsString,
}

export function ServerList() {
  const { id, may, to } = useWorkspace()
  const [{ q, state, sort, after }] = useQueryStates(parsers)
  const query: ServersQuery = {
    ...{ q, sort },
    ...(state === null ? {} : { state }),
    ...(after === null ? {} : { cursor: after }),
  }
  const page = useQuery(serverPageRead(id, query))
  const { feed, aliveAt } = useLiveServers(id, page.data?.data.map((server) => server.id) ?? [])
  const register = may('mcp-servers:create') && (
    <Button component={Link} href={to('/servers/register')}>
      Register server
    </Button>
  )
  const all = page.data && allOf(page.data)
  return (
    <>
      <PageHeader title="Servers" about="The MCP servers that callers reach through this gateway.">
        {all !== 0 && register}
      </PageHeader>
      <QueryView
        query={page}
        failed="Servers could not be loaded"
        empty={{
          when: (data) => allOf(data) === 0,
          show: <Empty sentence="No server is registered yet. Register one by its URL.">{register}</Empty>,
        }}
      >
        {(data) => (
          <Stack>
            <Filters page={data} />
            <Group justify="space-between">
              <Text size="sm" c="dimmed" role="status">
                {data.total === all
                  ? count(data.total, 'server')
                  : `${data.total} of ${count(allOf(data), 'server')}`}
              </Text>
              <FeedNote
                feed={feed}
                updatedAt={page.isError ? page.dataUpdatedAt : Math.max(page.dataUpdatedAt, aliveAt)}
              />
            </Group>
            <Found page={data} />
          </Stack>
        )}
      </QueryView>
    </>
  )
}

const allOf = ({ states }: ServerPage) => Object.values(states).reduce((sum, some) => sum + some, 0)

function Filters({ page }: { page: ServerPage }) {
  const [{ q, state, sort }, set] = useQueryStates(parsers)
  const of = (one: HealthState) => page.states[one] ?? 0
  return (
    <Group align="flex-end">
      <SearchField
        label="Search servers"
        value={q}
        onChange={(text) => void set({ q: text || null, after: null })}
      />
      <NativeSelect
        aria-label="State"
        data={[
          { value: '', label: 'Any state' },
          { value: 'down', label: `Failing or unreachable (${of('failing') + of('unreachable')})` },
          ...healthStates
            .filter((one) => of(one) > 0 || one === state)
            .map((one) => ({ value: one, label: `${healthWords[one].word} (${of(one)})` })),
        ]}
        value={state ?? ''}
        onChange={(event) =>
          void set({ state: states.find((one) => one === event.currentTarget.value) ?? null, after: null })
        }
      />
      <NativeSelect
        aria-label="Order"
        data={orders.map((value) => ({ value, label: orderWords[value] }))}
        value={sort}
        onChange={(event) =>
          void set({ sort: orders.find((one) => one === event.currentTarget.value) ?? null, after: null })
        }
      />
    </Group>
  )
}

function Found({ page }: { page: ServerPage }) {
  const [{ q, after }, set] = useQueryStates(parsers)
  if (page.data.length === 0)
    return (
      <Empty sentence={q ? `No server that is looked for contains “${q}”.` : 'No server is in this state.'}>
        <Button variant="default" onClick={() => void set({ q: null, state: null, after: null })}>
          Show all servers
        </Button>
      </Empty>
    )
  return (
    <>
      <Rows
        label="Servers"
        heads={['Name', 'State', 'Authentication', 'Tools', 'Last 24 hours', 'Enabled']}
        folded={'"name on" "state state" "auth auth" "tools tools" "day day"'}
      >
        {page.data.map((server) => (
          <ServerRow key={server.id} server={server} />
        ))}
      </Rows>
      <Group>
        {after !== null && (
          <Button variant="default" onClick={() => void set({ after: null })}>
            First page
          </Button>
        )}
        {page.next_cursor !== null && (
          <Button
            variant="default"
            onClick={() => void set({ after: page.next_cursor }, { history: 'push' })}
          >
            Next page
          </Button>
        )}
      </Group>
    </>
  )
}
