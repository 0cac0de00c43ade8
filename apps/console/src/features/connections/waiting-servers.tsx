'use client'

// The servers that refuse this person's calls until they connect.

import type { Connection, Server } from '@gatehouse/registry-api'
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { plainly } from '#lib/invisible.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { missing } from './find-connections.ts'

interface Props {
  servers: readonly Server[]
  connections: readonly Connection[]
  onConnect: (slug: string) => void
}

export function WaitingServers({ servers, connections, onConnect }: Props) {
  const { me } = useWorkspace()
  const waiting = missing(servers, connections, me.user?.id)
  if (waiting.length === 0) return null
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="waiting">
      <Stack gap="sm">
        <Title order={2} id="waiting">
          Not connected yet
        </Title>
        <Text size="sm" c="dimmed">
          Your calls to a server in this list are refused until you connect to it.
        </Text>
        {waiting.map((server) => (
          <Group key={server.id} justify="space-between" gap="sm">
            <Text className="gh-break" flex="1 1 12rem" miw={0}>
              <UpstreamText text={server.name} />
            </Text>
            <Button
              size="compact-sm"
              onClick={() => onConnect(server.slug)}
              aria-label={`Connect to ${plainly(server.name)}`}
            >
              Connect
            </Button>
          </Group>
        ))}
      </Stack>
    </Paper>
  )
}
