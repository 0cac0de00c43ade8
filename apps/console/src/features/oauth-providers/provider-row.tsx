'use client'
// One provider in the list.

import type { Connection, OAuthProvider, Server } from '@gatehouse/registry-api'
import { Button, Code, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { plainly } from '#lib/invisible.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { methodWords } from '#ui/client-fields.tsx'
import { Cell } from '#ui/rows.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { forWhom, kindWords } from './provider-words.ts'

/** Comes when it is opened. */
const DeleteProvider = dynamic(() => import('./delete-provider.tsx').then((module) => module.DeleteProvider))

interface Props {
  provider: OAuthProvider
  /** Undefined: not known. */
  servers: readonly Server[] | undefined
  connections: readonly Connection[] | undefined
}

export function ProviderRow({ provider, servers, connections }: Props) {
  const { me, may, to } = useWorkspace()
  const [asking, { open, close }] = useDisclosure()
  useFocusReturn(asking)
  const { id, kind, server_id, secret_expires_at } = provider
  const usedBy = servers?.filter((one) => one.oauth_provider_id === id || one.id === server_id)
  const made = connections?.filter((one) => one.provider_id === id)
  return (
    <Table.Tr role="row">
      <Cell area="name">
        <UpstreamText text={provider.name} />
        <Text size="sm" c="dimmed">
          {kindWords[kind]}
        </Text>
      </Cell>
      <Cell area="issuer" label="Authorization server">
        <Text size="sm" className="gh-break">
          <UpstreamText text={provider.issuer} />
        </Text>
      </Cell>
      <Cell area="client" label="Client">
        <Code className="gh-break">
          <UpstreamText text={provider.client_id} />
        </Code>
        <Text size="xs" c="dimmed">
          {methodWords[provider.auth_method]}
          {provider.auth_method !== 'none' && ' ••••••'}
          {secret_expires_at !== null && (
            <>
              , until <TimeAgo at={secret_expires_at} />
            </>
          )}
        </Text>
      </Cell>
      <Cell area="for" label="For">
        <UpstreamText text={forWhom(provider, connections ?? [], me.user?.id)} />
        {usedBy?.map((server) => (
          <div key={server.id}>
            <Link href={to(`/servers/${server.id}`)} className="gh-row-link">
              <UpstreamText text={server.name} />
            </Link>
          </div>
        ))}
      </Cell>
      <Cell area="created" label="Created" whole>
        <TimeAgo at={provider.created_at} />
      </Cell>
      <Cell area="actions" end="always">
        {may('mcp-servers:delete') && (
          <Button
            variant="default"
            size="compact-sm"
            onClick={open}
            aria-label={`Delete provider ${plainly(provider.name)}`}
          >
            Delete
          </Button>
        )}
        {asking && <DeleteProvider provider={provider} usedBy={usedBy} made={made} onClose={close} />}
      </Cell>
    </Table.Tr>
  )
}
