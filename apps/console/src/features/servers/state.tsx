'use client'
// How a server does: measured on the way that calls take, with a look at once for who doesn't want to wait.

import type { Health, ServerSummary, TestedServer } from '@gatehouse/registry-api'
import { Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { ask } from '#lib/api.ts'
import { halves } from '#lib/api-error.ts'
import { duration } from '#lib/format.ts'
import { serverPageRead, serverPagesKey } from '#lib/reads.ts'
import { useLiveServers } from '#lib/use-live-servers.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { FeedNote } from '#ui/feed-note.tsx'
import { HealthState } from '#ui/health-state.tsx'
import { Icon } from '#ui/icons.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { EnabledSwitch } from './enabled-switch.tsx'
import { LastDay } from './last-day.tsx'

export function State({ serverId }: { serverId: string }) {
  const { id } = useWorkspace()
  const page = useQuery(serverPageRead(id, { id: serverId }))
  const { feed, aliveAt } = useLiveServers(id, [serverId])
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="state">
      <Stack>
        <Group justify="space-between">
          <Title order={2} id="state">
            State
          </Title>
          <FeedNote
            feed={feed}
            updatedAt={page.isError ? page.dataUpdatedAt : Math.max(page.dataUpdatedAt, aliveAt)}
          />
        </Group>
        <QueryView query={page} failed="Its state could not be loaded">
          {({ data: [server] }) => server && <Known server={server} />}
        </QueryView>
      </Stack>
    </Paper>
  )
}

function Known({ server }: { server: ServerSummary }) {
  const { to } = useWorkspace()
  const { health } = server
  return (
    <>
      <Facts>
        <Fact name="Health">
          <HealthState health={health} />
        </Fact>
        {health.reason && health.state !== 'healthy' && (
          <Fact name="What to do">{halves(health.reason.detail).todo || 'Look at its calls'}</Fact>
        )}
        <Fact name="Last success">
          {health.last_success_at === null ? 'None yet' : <TimeAgo at={health.last_success_at} />}
        </Fact>
        <Fact name="Told by">{measuredWords(health)}</Fact>
        <Fact name="Last 24 hours">
          <LastDay day={server.last_day} />
        </Fact>
        <Fact name="Enabled">
          <EnabledSwitch server={server} />
        </Fact>
      </Facts>
      <Group>
        <LookNow serverId={server.id} />
        <Anchor component={Link} href={to(`/calls?server=${server.id}`)} size="sm">
          Calls of this server
        </Anchor>
      </Group>
    </>
  )
}

function measuredWords({ measured, checked_at }: Health) {
  const words = {
    call: 'A call',
    check: 'A call that Gatehouse made itself',
    reachability:
      'An answer at its URL: calls need each person’s own account, so Gatehouse can make none itself',
  }
  if (measured === null || checked_at === null) return 'Nothing yet'
  return (
    <>
      {words[measured]}, <TimeAgo at={checked_at} />
    </>
  )
}

function LookNow({ serverId }: { serverId: string }) {
  const { id: workspaceId } = useWorkspace()
  const client = useQueryClient()
  const look = useMutation<TestedServer, Error, void>({
    mutationFn: () => ask(`/registry/v1/servers/${serverId}/test`, { method: 'POST', workspaceId }),
    onSuccess: () => client.invalidateQueries({ queryKey: serverPagesKey(workspaceId) }),
  })
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        loading={look.isPending}
        onClick={() => look.mutate()}
        leftSection={<Icon name="refresh" size={14} />}
      >
        Look now
      </Button>
      <div role="status">{look.data && !look.isPending && <Looked tested={look.data} />}</div>
      {look.isError && <ErrorCard title="The server could not be looked at" error={look.error} />}
    </>
  )
}

function Looked({ tested }: { tested: TestedServer }) {
  if (tested.ok) return <Status tone="good">{`It answered in ${duration(tested.duration_ms)}`}</Status>
  return (
    <>
      <Status tone="bad">It did not answer as it should</Status>
      {tested.reason && (
        <Text size="xs" className="gh-break">
          <UpstreamText text={halves(tested.reason.detail).what} /> ({tested.reason.code})
        </Text>
      )}
    </>
  )
}
