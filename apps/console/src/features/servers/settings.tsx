'use client'
// What can be changed about a server, and its end.

import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { serverRead } from '#lib/reads.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { Loading } from '#ui/query-view.tsx'
import { Capture } from './capture.tsx'
import { ChangeUrl } from './change-url.tsx'
import { GatewaySettings } from './gateway-settings.tsx'

/** Comes when it is opened. */
const DeleteServer = dynamic(() => import('./delete-server.tsx').then((module) => module.DeleteServer))

export function Settings({ serverId }: { serverId: string }) {
  const { id, may } = useWorkspace()
  const { data: server } = useQuery(serverRead(id, serverId))
  const [asking, { open, close }] = useDisclosure()
  useFocusReturn(asking)
  if (!may('mcp-servers:update') && !may('mcp-servers:delete'))
    return <Empty sentence="Your role changes no servers. Ask an owner, an admin or an operator." />
  if (!server) return <Loading failed="The server could not be loaded" />
  return (
    <Stack maw={720} gap="lg">
      {may('mcp-servers:update') && <ChangeUrl key={server.url} server={server} />}
      {may('mcp-servers:update') && <GatewaySettings serverId={serverId} />}
      {may('settings:manage') && <Capture serverId={serverId} />}
      {may('mcp-servers:delete') && (
        <Paper withBorder p="lg" component="section" aria-labelledby="delete">
          <Stack align="flex-start">
            <Title order={2} id="delete">
              Delete
            </Title>
            <Text>
              When it is deleted, no gateway uses its stored headers any more. Its slug is never used again.
            </Text>
            <Button color="red.9" variant="filled" onClick={open}>
              Delete server…
            </Button>
          </Stack>
          {asking && <DeleteServer server={server} opened onClose={close} />}
        </Paper>
      )}
    </Stack>
  )
}
