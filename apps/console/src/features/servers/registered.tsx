'use client'

// Right after registering: its address, and what it answers when it is asked for its tools or the account that it wants first.

import type { Server } from '@gatehouse/registry-api'
import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { serverRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { CodeBlock } from '#ui/code-block.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { ItsTools } from './its-tools.tsx'
import { ConnectLink } from './own-connection.tsx'

interface Props {
  server: Server
  notice: string | null
  onAnother: () => void
}

export function Registered({ server: made, notice, onAnother }: Props) {
  const { id, to } = useWorkspace()
  const { data: server } = useQuery({ ...serverRead(id, made.id), initialData: made })
  return (
    <>
      <PageHeader title={<UpstreamText text={`${server.name} is registered`} />} />
      <Stack maw={720}>
        {notice === 'duplicate_url' && (
          <Alert variant="default" title="Another server has the same URL">
            Both are kept: each has its own headers and its own address.
          </Alert>
        )}
        <Text>Callers reach it at</Text>
        <CodeBlock text={server.gateway_url} what="address at the gateway" />
        {server.auth_type === 'oauth' && server.can_invoke === false ? (
          <YourAccount server={server} />
        ) : (
          <ItsTools server={server} />
        )}
        <Group>
          <Button component={Link} href={to(`/servers/${server.id}`)}>
            Go to the server
          </Button>
          <Button variant="default" onClick={onAnother}>
            Register another
          </Button>
        </Group>
      </Stack>
    </>
  )
}

/** Nothing can be asked of it before somebody has connected. */
const YourAccount = ({ server }: { server: Server }) => (
  <Paper withBorder p="lg" component="section" aria-labelledby="your-account">
    <Stack align="flex-start">
      <Title order={2} id="your-account">
        Your account
      </Title>
      <Text>Each person connects an account. Connect yours to see its tools and to call them.</Text>
      <ConnectLink server={server} />
    </Stack>
  </Paper>
)
