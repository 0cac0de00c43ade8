'use client'

// The API keys that the person may see; search and order live in the address.

import type { ApiKey } from '@gatehouse/registry-api'
import { Button, Group, NativeSelect, Stack, Text, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { count } from '#lib/format.ts'
import { keysRead } from '#lib/reads.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Rows } from '#ui/rows.tsx'
import { SearchField } from '#ui/search-field.tsx'
import { KeyRow } from './key-row.tsx'
import { orders, sortKeys } from './sort-keys.ts'

/** Comes when it is opened. */
const CreateKey = dynamic(() => import('./create-key.tsx').then((module) => module.CreateKey))

const words = { name: 'By name', newest: 'Newest first', used: 'Last used first' }

const about = 'What clients show to the gateway. A key is shown once, when it is made.'

export function KeyList() {
  const { may } = useWorkspace()
  if (may('api-keys:own')) return <Screen />
  return (
    <>
      <PageHeader title="API keys" about={about} />
      <Empty sentence="Your role makes no calls, so it has no keys. Ask an owner for another one." />
    </>
  )
}

function Screen() {
  const { id } = useWorkspace()
  const keys = useQuery(keysRead(id))
  const [{ create }, set] = useQueryStates({ create: parseAsBoolean.withDefault(false) })
  useFocusReturn(create)
  const make = <Button onClick={() => void set({ create: true })}>Create API key</Button>
  return (
    <>
      <PageHeader title="API keys" about={about}>
        {keys.data?.length !== 0 && make}
      </PageHeader>
      <QueryView
        query={keys}
        failed="API keys could not be loaded"
        empty={{
          when: (all) => all.length === 0,
          show: <Empty sentence="There is no API key yet. Create one for each client.">{make}</Empty>,
        }}
      >
        {(all) => <List all={all} />}
      </QueryView>
      {create && <CreateKey opened onClose={() => void set({ create: null })} />}
    </>
  )
}

function List({ all }: { all: ApiKey[] }) {
  const [{ q, sort }, set] = useQueryStates({
    q: parseAsString.withDefault(''),
    sort: parseAsStringLiteral(orders).withDefault('name'),
  })
  const shown = sortKeys(all, q, sort)
  return (
    <Stack>
      <Group align="flex-end">
        <SearchField label="Search API keys" value={q} onChange={(text) => void set({ q: text || null })} />
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
        {q ? `${shown.length} of ${count(all.length, 'key')}` : count(all.length, 'key')}
      </Text>
      {shown.length === 0 ? (
        <Empty sentence={`No key's name or prefix contains “${q}”.`}>
          <Button variant="default" onClick={() => void set({ q: null })}>
            Clear the search
          </Button>
        </Empty>
      ) : (
        <Rows
          label="API keys"
          heads={[
            'Name',
            'Kind',
            'Permissions',
            'Servers',
            'Last used',
            'Expires',
            <VisuallyHidden key="actions">Actions</VisuallyHidden>,
          ]}
          folded={'"name kind" "permissions servers" "used expires" "actions actions"'}
        >
          {shown.map((key) => (
            <KeyRow key={key.id} apiKey={key} />
          ))}
        </Rows>
      )}
    </Stack>
  )
}
