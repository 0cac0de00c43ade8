'use client'
// "X of Y servers answer", with the failing ones by name and reason.

import { Anchor, List, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { halves, toApiError } from '#lib/api-error.ts'
import { count } from '#lib/format.ts'
import { serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Status } from '#ui/status.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { useReachable } from './use-reachable.ts'

export function ServersState() {
  const { id, to } = useWorkspace()
  const servers = useQuery(serversRead(id))
  const { asked, pending, reachable, failing, unknown } = useReachable(servers.data ?? [])
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="servers-state">
      <Stack>
        <Title order={2} id="servers-state">
          Servers
        </Title>
        <QueryView
          query={servers}
          failed="Servers could not be loaded"
          rows={1}
          empty={{
            when: (all) => all.length === 0,
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
          {(all) => (
            <>
              <div role="status">
                {pending > 0 ? (
                  <Status tone="neutral">
                    Asking {asked} of {all.length} for their tools…
                  </Status>
                ) : (
                  <Status tone={failing.length > 0 ? 'bad' : unknown.length > 0 ? 'warn' : 'good'}>
                    {unknown.length < asked
                      ? `${reachable} of ${count(asked, 'server')} reachable`
                      : 'Not known: no server could be asked'}
                  </Status>
                )}
              </div>
              {asked < all.length && pending === 0 && (
                <Text size="sm" c="dimmed">
                  {all.length - asked} more were not asked: they are switched off, or too many for this page.
                </Text>
              )}
              {unknown[0] && pending === 0 && (
                <Text size="sm" c="dimmed">
                  {count(unknown.length, 'server')} could not be asked:{' '}
                  {halves(toApiError(unknown[0].error).detail).what}
                </Text>
              )}
              {failing.length > 0 && (
                <List size="sm">
                  {failing.map(({ server, error }) => (
                    <List.Item key={server.id}>
                      <Anchor component={Link} href={to(`/servers/${server.id}`)}>
                        <UpstreamText text={server.name} />
                      </Anchor>
                      : {halves(toApiError(error).detail).what}
                    </List.Item>
                  ))}
                </List>
              )}
              <Anchor component={Link} href={to('/servers')}>
                All servers
              </Anchor>
            </>
          )}
        </QueryView>
      </Stack>
    </Paper>
  )
}
