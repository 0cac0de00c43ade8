'use client'
// Searches the MCP registry that the operator named; what is taken from there is a server.json.

import type { KnownServer } from '@gatehouse/registry-api'
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '#lib/api.ts'
import { plainly } from '#lib/invisible.ts'
import { installationRead, type Page } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'

interface Props {
  /** With its server.json. */
  onTake: (text: string) => void
}

/** Nothing where the operator named none. */
export function RegistrySearch({ onTake }: Props) {
  const { id } = useWorkspace()
  const installation = useQuery(installationRead(id))
  const from = installation.data?.mcp_registry_url
  return from ? <Search host={new URL(from).host} onTake={onTake} /> : null
}

function Search({ host, onTake }: Props & { host: string }) {
  const { id: workspaceId } = useWorkspace()
  const [text, setText] = useState('')
  const [search] = useDebouncedValue(text.trim(), 300)
  const found = useQuery({
    queryKey: [workspaceId, 'known-servers', search],
    queryFn: ({ signal }) =>
      ask<Page<KnownServer>>(`/registry/v1/known-servers?search=${encodeURIComponent(search)}`, {
        workspaceId,
        signal,
      }),
    enabled: search !== '',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchInterval: false,
  })
  const take = ({ server }: KnownServer) => {
    setText('')
    onTake(JSON.stringify(server, null, 2))
  }
  return (
    <Stack gap="sm">
      <TextInput
        type="search"
        label={`Search ${host}`}
        description="The MCP registry that your operator chose. Anybody may publish there: look at who does."
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {text.trim() !== '' && search !== '' && (
        <QueryView
          query={found}
          failed="The MCP registry could not be searched"
          rows={2}
          empty={{
            when: ({ data }) => data.length === 0,
            show: <Empty sentence={`Nothing there is called “${search}”. Enter an address below.`} />,
          }}
        >
          {({ data, next_cursor }) => (
            <Stack
              gap="xs"
              component="ul"
              m={0}
              p={0}
              style={{ listStyle: 'none' }}
              aria-label="Found servers"
            >
              {data.map((one) => (
                <Group key={one.name} component="li" justify="space-between" wrap="nowrap" align="flex-start">
                  <div className="gh-break">
                    <Text size="sm" fw={600}>
                      <UpstreamText text={one.title || one.name} />
                    </Text>
                    <Text size="sm" c="dimmed">
                      <UpstreamText text={`${one.name} ${one.version}`} />
                    </Text>
                    <Text size="sm">
                      <UpstreamText text={one.description} />
                    </Text>
                  </div>
                  <Button
                    variant="default"
                    size="compact-sm"
                    onClick={() => take(one)}
                    aria-label={`Use ${plainly(one.name)}`}
                    flex="none"
                  >
                    Use
                  </Button>
                </Group>
              ))}
              {next_cursor !== null && (
                <Text component="li" size="sm" c="dimmed">
                  There are more: search for something narrower.
                </Text>
              )}
            </Stack>
          )}
        </QueryView>
      )}
    </Stack>
  )
}
