'use client'
// The way from a tool's call to the playground, with its server and tool; or why there is none.

import type { Call } from '@gatehouse/registry-api'
import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Icon } from '#ui/icons.tsx'

export function Replay({ call }: { call: Call }) {
  const { id, to, may } = useWorkspace()
  const servers = useQuery(serversRead(id))
  const { tool, server_id } = call
  if (tool === null || server_id === null) return <Why>Only a tool’s call can be tried again.</Why>
  if (servers.data && !servers.data.some((one) => one.id === server_id))
    return <Why>Its server is not registered any more, so it can’t be tried again.</Why>
  const fills = call.captured && may('calls:read-bodies')
  const mayCall = may('mcp-servers:invoke')
  if (!mayCall && !fills) return <Why>Your role may not call tools, so it can’t be tried again here.</Why>
  return (
    <div>
      <Button
        component={Link}
        variant="default"
        href={to(
          `/playground?${new URLSearchParams({ server: server_id, tool, ...(fills && { call: call.id }) })}`,
        )}
        leftSection={<Icon name="play" size={16} />}
      >
        {mayCall ? 'Replay' : 'Show'} in the playground
      </Button>
      <Why>{whyWithout(call, fills, mayCall)}</Why>
    </div>
  )
}

function whyWithout({ captured }: Call, fills: boolean, mayCall: boolean): string {
  const audited = 'That you read them goes to the audit trail.'
  if (fills && mayCall) return `With the arguments that were captured. ${audited}`
  if (fills)
    return `With the arguments that were captured, for somebody whose role may call tools: yours may not. ${audited}`
  if (captured) return 'Without its arguments: they were captured, and only auditors can read them.'
  return 'Without its arguments: records keep them only while capture mode is on.'
}

const Why = ({ children }: { children: string }) => (
  <Text size="sm" c="dimmed" mt={4}>
    {children}
  </Text>
)
