'use client'
// From a call record to the playground, with its server and its tool. Arguments are not in records.

import type { Call } from '@gatehouse/registry-api'
import { Button, Text } from '@mantine/core'
import Link from 'next/link'
import { useWorkspace } from '#lib/workspace.tsx'
import { Icon } from '#ui/icons.tsx'

export function Replay({ call: { server_id: server, tool } }: { call: Call }) {
  const { to, may } = useWorkspace()
  if (server === null || tool === null || !may('mcp-servers:invoke')) return null
  return (
    <div>
      <Button
        component={Link}
        href={to(`/playground?${new URLSearchParams({ server, tool })}`)}
        variant="default"
        size="compact-sm"
        leftSection={<Icon name="play" size={14} />}
      >
        Replay in the playground
      </Button>
      <Text size="xs" c="dimmed" mt={4}>
        Without its arguments: records don't keep them.
      </Text>
    </div>
  )
}
