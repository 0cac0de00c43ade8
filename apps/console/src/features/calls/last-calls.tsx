'use client'
// The newest calls, live: on the home screen of all servers, on a server's own of that one.

import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useLiveCalls } from '#lib/use-live-calls.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { FeedNote } from '#ui/feed-note.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { CallsTable } from './calls-table.tsx'

interface Props {
  /** Id; every server's unless told. */
  server?: string
  /** How many. */
  shown?: number
}

export function LastCalls({ server, shown = 8 }: Props) {
  const { id, to } = useWorkspace()
  const router = useRouter()
  const { query, feed, updatedAt } = useLiveCalls(id, server === undefined ? {} : { server }, 50)
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="last-calls">
      <Stack>
        <Group justify="space-between">
          <Title order={2} id="last-calls">
            Last calls
          </Title>
          <FeedNote feed={feed} updatedAt={updatedAt} />
        </Group>
        <QueryView
          query={query}
          failed="Calls could not be loaded"
          empty={{
            when: ({ data }) => data.length === 0,
            show: (
              <Text c="dimmed">No call yet. The first one appears here within two seconds of its end.</Text>
            ),
          }}
        >
          {({ data }) => (
            <>
              <CallsTable
                calls={data.slice(0, shown)}
                onOpen={(callId) =>
                  router.push(to(`/calls?${server === undefined ? '' : `server=${server}&`}call=${callId}`))
                }
                label="Last calls"
              />
              <Anchor component={Link} href={to(server === undefined ? '/calls' : `/calls?server=${server}`)}>
                {server === undefined ? 'All calls' : 'All calls of this server'}
              </Anchor>
            </>
          )}
        </QueryView>
      </Stack>
    </Paper>
  )
}
