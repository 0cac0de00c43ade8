'use client'

// Heading and tabs of a server's screens; each tab has its own address.

import type { Server } from '@gatehouse/registry-api'
import { Anchor, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { plainly } from '#lib/invisible.ts'
import { serverRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { CaptureNote } from './capture-note.tsx'

export function ServerFrame({ serverId, children }: { serverId: string; children: ReactNode }) {
  const { id, to } = useWorkspace()
  const server = useQuery(serverRead(id, serverId))
  const gone =
    server.isError && ['mcp_server_not_found', 'invalid_parameter'].includes(toApiError(server.error).code)
  return (
    <>
      <Anchor component={Link} href={to('/servers')} size="sm">
        All servers
      </Anchor>
      {gone ? (
        <>
          <PageHeader title="No such server" />
          <Empty sentence="It was deleted, or it never was in this workspace.">
            <Anchor component={Link} href={to('/servers')}>
              See the servers that are
            </Anchor>
          </Empty>
        </>
      ) : (
        <QueryView query={server} failed="The server could not be loaded">
          {(data) => <Known server={data}>{children}</Known>}
        </QueryView>
      )}
    </>
  )
}

function Known({ server, children }: { server: Server; children: ReactNode }) {
  const { may, to } = useWorkspace()
  const router = useRouter()
  const base = to(`/servers/${server.id}`)
  const tab = usePathname().slice(base.length + 1) || 'overview'
  const go = (value: string | null) => router.push(value === 'overview' ? base : `${base}/${value}`)
  return (
    <>
      <title>{`${plainly(server.name)} · Gatehouse`}</title>
      <PageHeader title={<UpstreamText text={server.name} />} about={<UpstreamText text={server.url} />} />
      <CaptureNote serverId={server.id} />
      <Tabs value={tab} onChange={go} activateTabWithKeyboard={false}>
        <Tabs.List mb="lg" aria-label="Parts of this server">
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="tools">Tools</Tabs.Tab>
          <Tabs.Tab value="resources">Resources</Tabs.Tab>
          <Tabs.Tab value="prompts">Prompts</Tabs.Tab>
          <Tabs.Tab value="connection">Connection</Tabs.Tab>
          <Tabs.Tab value="credentials">Credentials</Tabs.Tab>
          <Tabs.Tab value="calls">Calls</Tabs.Tab>
          {(may('mcp-servers:update') || may('mcp-servers:delete')) && (
            <Tabs.Tab value="settings">Settings</Tabs.Tab>
          )}
        </Tabs.List>
        <Tabs.Panel value={tab}>{children}</Tabs.Panel>
      </Tabs>
      {!server.enabled && <Text mt="md">This server is switched off: calls to it are refused.</Text>}
    </>
  )
}
