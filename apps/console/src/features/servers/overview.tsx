'use client'
// What there is to know about a server at a glance.

import { Anchor, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { count } from '#lib/format.ts'
import { callsAsk, serverPageRead, serverRead, toolsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ClientSnippets } from '#ui/client-snippets.tsx'
import { CodeBlock } from '#ui/code-block.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { Loading } from '#ui/query-view.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { Authentication } from './authentication.tsx'
import { Eras } from './eras.tsx'
import { LastCall } from './last-call.tsx'
import { State } from './state.tsx'

export function Overview({ serverId }: { serverId: string }) {
  const { id, to } = useWorkspace()
  const { data: server } = useQuery(serverRead(id, serverId))
  const tools = useQuery(toolsRead(id, serverId))
  // The list that is kept tells how many there were, also while the server can't be asked.
  const kept = useQuery(serverPageRead(id, { id: serverId })).data?.data[0]?.tools
  const listed = tools.data ? { count: tools.data.tools.length, fetched_at: tools.data.fetched_at } : kept
  const calls = useQuery({
    queryKey: [id, 'servers', serverId, 'last-call'],
    queryFn: ({ signal }) => callsAsk(id, { server: serverId }, 1, null, signal),
    refetchInterval: 5_000,
  })
  if (!server) return <Loading failed="The server could not be loaded" />
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <State serverId={serverId} />
        <Paper withBorder p="lg" component="section" aria-labelledby="about">
          <Stack>
            <Title order={2} id="about">
              About
            </Title>
            <Facts>
              <Fact name="Last call">
                {calls.isError ? 'Could not be loaded' : calls.data && <LastCall call={calls.data.data[0]} />}
              </Fact>
              <Fact name="Tools">
                {listed && (
                  <Text size="sm">
                    <Anchor component={Link} href={to(`/servers/${serverId}/tools`)}>
                      {count(listed.count, 'tool')}
                    </Anchor>
                    , listed <TimeAgo at={listed.fetched_at} />
                  </Text>
                )}
                {!listed && tools.isLoading && <Text size="sm">Asking the server…</Text>}
                {tools.isError && <Text size="sm">Could not be listed{listed && ' now'}</Text>}
              </Fact>
              <Fact name="Protocol">
                <Eras serverId={serverId} />
              </Fact>
              <Fact name="Authentication">
                <Authentication server={server} />
              </Fact>
              <Fact name="Slug">
                <code>{server.slug}</code>
              </Fact>
              <Fact name="Registered">
                <TimeAgo at={server.created_at} />
              </Fact>
              <Fact name="Changed">
                <TimeAgo at={server.updated_at} />
              </Fact>
            </Facts>
            {tools.isError && (
              <ErrorCard
                title="Its tools could not be listed"
                error={tools.error}
                retry={() => void tools.refetch()}
              />
            )}
          </Stack>
        </Paper>
      </SimpleGrid>
      <Paper withBorder p="lg" component="section" aria-labelledby="connect">
        <Stack>
          <Title order={2} id="connect">
            Connect a client
          </Title>
          <div className="gh-halves">
            <Stack gap="sm">
              <Text size="sm">This server alone, at its address at the gateway:</Text>
              <CodeBlock text={server.gateway_url} what="address at the gateway" />
            </Stack>
            <ClientSnippets name={server.slug} url={server.gateway_url} brief />
          </div>
        </Stack>
      </Paper>
    </Stack>
  )
}
