'use client'
// Waiting for the first connection, until it is seen.

import type { Call } from '@gatehouse/registry-api'
import { Anchor, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core'
import Link from 'next/link'
import { verdictOf } from '#lib/call-outcome.ts'
import type { CallFilter } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { FeedNote } from '#ui/feed-note.tsx'
import { Loading } from '#ui/query-view.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { useArrival } from './use-arrival.ts'

const failed = 'Whether a client came could not be found out'

export function ArrivalNote({ filter }: { filter: CallFilter }) {
  const { query, feed, updatedAt, arrival } = useArrival(filter)
  const retry = () => void query.refetch()
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="arrival">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} id="arrival">
            First connection
          </Title>
          <FeedNote feed={feed} updatedAt={updatedAt} />
        </Group>
        {query.isError && <ErrorCard title={failed} error={query.error} retry={retry} heals />}
        {!arrival && !query.isError && <Loading rows={1} failed={failed} retry={retry} />}
        <div role="status">
          {arrival?.since && <Seen call={arrival.since} />}
          {arrival && !arrival.since && !query.isError && <Waiting last={arrival.last} />}
        </div>
      </Stack>
    </Paper>
  )
}

function Waiting({ last }: { last: Call | undefined }) {
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="nowrap">
        <Loader size="xs" aria-hidden />
        <Text fw={600}>{last ? 'Waiting for a client' : 'Waiting for the first connection'}</Text>
      </Group>
      <Text size="sm" c="dimmed">
        {last ? (
          <>
            The last one came <TimeAgo at={last.started_at} /> with the key <Key call={last} />.
          </>
        ) : (
          'It is seen here as soon as a client shows a key of this workspace.'
        )}
      </Text>
    </Stack>
  )
}

function Seen({ call }: { call: Call }) {
  const { to } = useWorkspace()
  const { word, tone } = verdictOf(call.outcome)
  const fine = tone !== 'bad'
  return (
    <Stack gap={4}>
      <Text component="div" fw={600}>
        <Status tone={fine ? 'good' : 'warn'}>{fine ? 'Seen' : 'Seen, but it did not get through'}</Status>
      </Text>
      <Text size="sm" className="gh-break">
        A client came <TimeAgo at={call.started_at} /> with the key <Key call={call} />:{' '}
        <UpstreamText text={call.tool ?? call.method} />, {word.toLowerCase()}.{' '}
        <Anchor component={Link} href={to(`/calls?call=${call.id}`)} inherit>
          See the call
        </Anchor>
      </Text>
    </Stack>
  )
}

const Key = ({ call }: { call: Call }) => (
  <strong>
    <UpstreamText text={call.caller_name} />
  </strong>
)
