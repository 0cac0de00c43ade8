'use client'

// Right after registering: what the server answers when it is asked for its tools.

import type { Server } from '@gatehouse/registry-api'
import { Alert, Button, Group, List, Loader, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { count } from '#lib/format.ts'
import { toolsAsk, toolsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { CodeBlock } from '#ui/code-block.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { Status } from '#ui/status.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'

interface Props {
  server: Server
  notice: string | null
  onAnother: () => void
}

export function Registered({ server, notice, onAnother }: Props) {
  const { id, to } = useWorkspace()
  const tools = useQuery({
    queryKey: toolsRead(id, server.id).queryKey,
    queryFn: ({ signal }) => toolsAsk(id, server.id, true, signal),
    staleTime: 30_000,
  })
  return (
    <>
      <PageHeader title={<UpstreamText text={`${server.name} is registered`} />} />
      <Stack maw={720}>
        {notice === 'duplicate_url' && (
          <Alert variant="default" title="Another server has the same URL">
            Both are kept: each has its own headers and its own address.
          </Alert>
        )}
        <Text>Callers reach it at</Text>
        <CodeBlock text={server.gateway_url} what="address at the gateway" />
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
                  href={to(`/servers/${server.id}/settings`)}
                  variant="default"
                  size="compact-sm"
                >
                  Change URL or headers
                </Button>
              </ErrorCard>
            )}
            {tools.data && (
              <List size="sm">
                {tools.data.tools.slice(0, 12).map((tool) => (
                  <List.Item key={tool.name}>
                    <code>
                      <UpstreamText text={tool.name} />
                    </code>
                  </List.Item>
                ))}
                {tools.data.tools.length > 12 && (
                  <List.Item>and {tools.data.tools.length - 12} more</List.Item>
                )}
              </List>
            )}
          </Stack>
        </Paper>
        <Group>
          <Button component={Link} href={to(`/servers/${server.id}`)}>
            Go to the server
          </Button>
          <Button variant="default" onClick={onAnother}>
            Register another
          </Button>
        </Group>
      </Stack>
    </>
  )
}
