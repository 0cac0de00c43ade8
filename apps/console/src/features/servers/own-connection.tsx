'use client'
// Whether this person's calls have an account to go under at a server that wants one, and the way to connect it.

import type { Server } from '@gatehouse/registry-api'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { connectionOf, connectionVerdict, takesAccounts } from '#lib/connection-words.ts'
import { plainly } from '#lib/invisible.ts'
import { connectionsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Status } from '#ui/status.tsx'

/** Nothing for a server that wants no account, and for who makes no calls. */
export function OwnConnection({ server }: { server: Server }) {
  const { id, me, may } = useWorkspace()
  const asks = server.auth_type === 'oauth' && may('mcp-servers:invoke')
  const connections = useQuery({ ...connectionsRead(id), enabled: asks })
  if (!asks) return null
  if (connections.data === undefined)
    return connections.isError ? <Status tone="neutral">Not known whether connected</Status> : null
  const own = connectionOf(server, connections.data, me.user?.id)
  // A shared provider may need nobody.
  if (!own && server.can_invoke !== false) return null
  if (!own) return <Status tone="warn">Not connected</Status>
  const { tone, word } = connectionVerdict(own)
  return <Status tone={tone}>{word}</Status>
}

/** Leads to the dialog; only where the person can have an account of their own. */
export function ConnectLink({ server }: { server: Server }) {
  const { id, me, may, to } = useWorkspace()
  const asks = takesAccounts(server) && may('mcp-servers:invoke')
  const connections = useQuery({ ...connectionsRead(id), enabled: asks })
  if (!asks) return null
  const own = connectionOf(server, connections.data ?? [], me.user?.id)
  const verb = own ? 'Reconnect' : 'Connect'
  return (
    <Button
      component={Link}
      href={to(`/connections?connect=${server.slug}`)}
      variant={own ? 'default' : 'filled'}
      size="compact-sm"
      aria-label={`${verb} to ${plainly(server.name)}`}
    >
      {verb}
    </Button>
  )
}
