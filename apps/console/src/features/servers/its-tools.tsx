'use client'

// What a server answers when it is asked for its tools with what is stored.

import type { Server } from '@gatehouse/registry-api'
import { Button, Group, List, Loader, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { toApiError } from '#lib/api-error.ts'
import { count } from '#lib/format.ts'
import { toolsAsk, toolsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Status } from '#ui/status.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { authMembers } from './auth-choice.ts'
import { useUpdate } from './queries.ts'

export function ItsTools({ server }: { server: Server }) {
  const { id, to } = useWorkspace()
  const update = useUpdate(server.id)
  const tools = useQuery({
    queryKey: toolsRead(id, server.id).queryKey,
    queryFn: ({ signal }) => toolsAsk(id, server.id, true, signal),
    staleTime: 30_000,
  })
  // It refuses without a credential, so it may want an account.
  const refused = tools.isError && toApiError(tools.error).code === 'upstream_auth_failed'
  const wantsAccount = refused && server.headers?.length === 0
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="its-tools">
      <Stack>
        <Title order={2} id="its-tools">
          Its tools
        </Title>
        <div role="status">
          {tools.isFetching && (
            <Group gap="xs">
              <Loader size="xs" aria-hidden="true" />
              <Text>Asking the server, with the stored headers…</Text>
            </Group>
          )}
          {tools.data && !tools.isFetching && (
            <Status tone="good">It lists {count(tools.data.tools.length, 'tool')}</Status>
          )}
        </div>
        {tools.isError && !tools.isFetching && (
          <ErrorCard
            title="Its tools could not be listed"
            error={tools.error}
            retry={() => void tools.refetch()}
          >
            <Button
              component={Link}
              href={to(`/servers/${server.id}/${refused ? 'credentials' : 'settings'}`)}
              variant="default"
              size="compact-sm"
            >
              {refused ? 'Change credentials' : 'Change the URL'}
            </Button>
            {wantsAccount && (
              <Button
                size="compact-sm"
                loading={update.isPending}
                onClick={() => update.mutate(authMembers('oauth', ''))}
              >
                Use OAuth: each person connects
              </Button>
            )}
          </ErrorCard>
        )}
        {update.isError && <ErrorCard title="The change was not saved" error={update.error} />}
        {tools.data && (
          <List size="sm">
            {tools.data.tools.slice(0, 12).map((tool) => (
              <List.Item key={tool.name}>
                <code>
                  <UpstreamText text={tool.name} />
                </code>
              </List.Item>
            ))}
            {tools.data.tools.length > 12 && <List.Item>and {tools.data.tools.length - 12} more</List.Item>}
          </List>
        )}
      </Stack>
    </Paper>
  )
}
