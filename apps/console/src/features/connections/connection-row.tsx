'use client'

// One connection in the list, and what can be done with it.

import type { Connection } from '@gatehouse/registry-api'
import { Button, Group, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { connectionVerdict, refreshWords } from '#lib/connection-words.ts'
import { plainly } from '#lib/invisible.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Cell } from '#ui/rows.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'

/** They come when they are opened. */
const LabelConnection = dynamic(() =>
  import('./label-connection.tsx').then((module) => module.LabelConnection),
)
const Disconnect = dynamic(() => import('./disconnect.tsx').then((module) => module.Disconnect))

export function ConnectionRow({
  connection,
  onReconnect,
}: {
  connection: Connection
  onReconnect: (slug: string) => void
}) {
  const { to, me } = useWorkspace()
  const [labelling, label] = useDisclosure()
  const [leaving, leave] = useDisclosure()
  useFocusReturn(labelling || leaving)
  const { server, owner } = connection
  const yours = owner !== null && owner.id === me.user?.id
  const name = plainly(server?.name ?? 'shared provider')
  const of = owner === null || yours ? name : `${name} of ${plainly(owner.name)}`
  return (
    <Table.Tr role="row">
      <Cell area="server">
        {server === null ? (
          'Several servers'
        ) : (
          <Link href={to(`/servers/${server.id}`)} className="gh-row-link">
            <UpstreamText text={server.name} />
          </Link>
        )}
        <Text size="sm" c="dimmed">
          {owner === null ? 'Shared' : yours ? 'You' : <UpstreamText text={owner.name} />}
          {connection.label && (
            <>
              {' · '}
              <UpstreamText text={connection.label} />
            </>
          )}
        </Text>
      </Cell>
      <Cell area="state" whole>
        <State connection={connection} />
      </Cell>
      <Cell area="scopes" label="Scopes">
        {connection.scopes.length === 0 ? 'None named' : <UpstreamText text={connection.scopes.join(' ')} />}
      </Cell>
      <Cell area="created" label="Created" whole>
        <TimeAgo at={connection.created_at} />
      </Cell>
      <Cell area="expires" label="Expires">
        <Expiry connection={connection} />
      </Cell>
      <Cell area="refresh" label="Last refresh" whole>
        <LastRefresh connection={connection} />
      </Cell>
      <Cell area="actions">
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          {yours && server !== null && (
            <Action
              name="Reconnect"
              of={of}
              urgent={connection.state === 'needs_reconnecting'}
              onClick={() => onReconnect(server.slug)}
            />
          )}
          <Action name="Label" of={of} onClick={label.open} />
          <Action name="Disconnect" of={of} onClick={leave.open} />
        </Group>
        {labelling && <LabelConnection connection={connection} onClose={label.close} />}
        {leaving && <Disconnect connection={connection} onClose={leave.close} />}
      </Cell>
    </Table.Tr>
  )
}

interface ActionProps {
  name: string
  of: string
  urgent?: boolean
  onClick: () => void
}

const Action = ({ name, of, urgent = false, onClick }: ActionProps) => (
  <Button
    variant={urgent ? 'filled' : 'default'}
    size="compact-sm"
    onClick={onClick}
    aria-label={`${name} ${of}`}
  >
    {name}
  </Button>
)

function State({ connection }: { connection: Connection }) {
  const { word, tone } = connectionVerdict(connection)
  return <Status tone={tone}>{word}</Status>
}

/** Of the access token, and of what renews it. */
function Expiry({ connection: { state, expires_at, refresh_expires_at } }: { connection: Connection }) {
  if (state === 'needs_reconnecting') return 'No longer used'
  return (
    <>
      {expires_at === null ? 'Not said' : <TimeAgo at={expires_at} />}
      {refresh_expires_at !== null && (
        <Text size="xs" c="dimmed">
          Sign-in ends <TimeAgo at={refresh_expires_at} />
        </Text>
      )}
    </>
  )
}

function LastRefresh({ connection: { last_refresh_at, last_refresh_result } }: { connection: Connection }) {
  if (last_refresh_at === null) return 'None yet'
  return (
    <>
      <Status tone={last_refresh_result === 'ok' ? 'good' : 'warn'}>
        <UpstreamText text={refreshWords(last_refresh_result)} />
      </Status>
      <Text size="xs" c="dimmed">
        <TimeAgo at={last_refresh_at} />
      </Text>
    </>
  )
}
