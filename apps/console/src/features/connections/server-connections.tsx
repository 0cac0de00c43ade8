'use client'
// The connections under which calls to one server may go, as far as the person may see them.

import { Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { connectionsAt } from '#lib/connection-words.ts'
import { connectionsRead, serverRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { ConnectionRows } from './connection-rows.tsx'

export function ServerConnections({ serverId }: { serverId: string }) {
  const { id, may, to } = useWorkspace()
  const router = useRouter()
  const mayCall = may('mcp-servers:invoke')
  const { data: server } = useQuery(serverRead(id, serverId))
  const connections = useQuery({ ...connectionsRead(id), enabled: mayCall })
  if (!server) return null
  return (
    <Stack component="section" aria-labelledby="connections">
      <Title order={2} id="connections">
        Connections
      </Title>
      {mayCall ? (
        <QueryView
          query={connections}
          failed="Connections could not be loaded"
          rows={1}
          empty={{
            when: (all) => connectionsAt(server, all).length === 0,
            show: <Empty sentence="Nobody is connected yet: calls are refused until somebody connects." />,
          }}
        >
          {(all) => (
            <ConnectionRows
              connections={connectionsAt(server, all)}
              onReconnect={(slug) => router.push(to(`/connections?connect=${slug}`))}
            />
          )}
        </QueryView>
      ) : (
        <Text>Your role makes no calls, so it sees no connections.</Text>
      )}
    </Stack>
  )
}
