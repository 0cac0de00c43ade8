'use client'
// The newest calls on the home screen, live.

import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useLiveCalls } from '#lib/use-live-calls.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { FeedNote } from '#ui/feed-note.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { CallsTable } from './calls-table.tsx'

const shown = 8

export function LastCalls() {
  const { id, to } = useWorkspace()
  const router = useRouter()
  const { query, feed, updatedAt } = useLiveCalls(id, {}, 50)
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
                onOpen={(callId) => router.push(to(`/calls?call=${callId}`))}
                label="Last calls"
              />
              <Anchor component={Link} href={to('/calls')}>
                All calls
              </Anchor>
            </>
          )}
        </QueryView>
      </Stack>
    </Paper>
  )
}
