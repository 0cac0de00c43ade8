'use client'
// "X of Y servers reachable", with the failing ones by name and reason.

import type { ServerPage } from '@gatehouse/registry-api'
import { Anchor, List, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { halves } from '#lib/api-error.ts'
import { count } from '#lib/format.ts'
import { serverPageRead, serversRead } from '#lib/reads.ts'
import { mostWatched, useLiveServers } from '#lib/use-live-servers.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { healthWords } from '#ui/health-state.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'

const most = 10

export function ServersState() {
  const { id, to } = useWorkspace()
  const servers = useQuery(serversRead(id))
  const down = useQuery(serverPageRead(id, { state: 'down', limit: most }))
  const shown = servers.data?.filter(({ enabled }) => enabled) ?? []
  useLiveServers(
    id,
    shown.map((server) => server.id),
  )
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="servers-state">
      <Stack>
        <Title order={2} id="servers-state">
          Servers
        </Title>
        <QueryView
          query={down}
          failed="Servers could not be loaded"
          rows={1}
          empty={{
            when: ({ states }) => Object.keys(states).length === 0,
            show: (
              <Text>
                No server is registered yet.{' '}
                <Anchor component={Link} href={to('/servers/register')}>
                  Register a server
                </Anchor>
              </Text>
            ),
          }}
        >
          {(page) => (
            <>
              <div role="status">
                {down.isError ? (
                  <Status tone="neutral">Not known: the registry could not be asked</Status>
                ) : (
                  <Reachable states={page.states} />
                )}
              </div>
              {page.data.length > 0 && <Failing page={page} />}
              <Anchor component={Link} href={to(page.total > most ? '/servers?state=down' : '/servers')}>
                {page.total > most ? `All ${page.total} of these` : 'All servers'}
              </Anchor>
            </>
          )}
        </QueryView>
      </Stack>
    </Paper>
  )
}

function Reachable({ states }: { states: ServerPage['states'] }) {
  const of = (...some: (keyof typeof states)[]) => some.reduce((sum, one) => sum + (states[one] ?? 0), 0)
  const reachable = of('healthy', 'reachable', 'needs_account')
  const [down, unknown] = [of('failing', 'unreachable'), of('unknown')]
  const [all, off] = [reachable + down + unknown, of('disabled')]
  return (
    <>
      <Status tone={down > 0 ? 'bad' : unknown > 0 ? 'warn' : 'good'}>
        {`${reachable} of ${count(all, 'server')} reachable`}
      </Status>
      {all > mostWatched && (
        <Text size="sm" c="dimmed">
          {`${mostWatched} are looked at every few seconds, the others once a minute and when calls to them fail.`}
        </Text>
      )}
      {unknown > 0 && <Text size="sm">{unknown} not yet known</Text>}
      {off > 0 && (
        <Text size="sm" c="dimmed">
          {off} more switched off
        </Text>
      )}
    </>
  )
}

function Failing({ page }: { page: ServerPage }) {
  const { to } = useWorkspace()
  return (
    <List size="sm">
      {page.data.map(({ id, name, health }) => (
        <List.Item key={id}>
          <Anchor component={Link} href={to(`/servers/${id}`)}>
            <UpstreamText text={name} />
          </Anchor>
          :{' '}
          <UpstreamText
            text={health.reason ? halves(health.reason.detail).what : healthWords[health.state].word}
          />
          {health.since !== null && (
            <Text span size="xs" c="dimmed">
              {', since '}
              <TimeAgo at={health.since} />
            </Text>
          )}
        </List.Item>
      ))}
    </List>
  )
}
