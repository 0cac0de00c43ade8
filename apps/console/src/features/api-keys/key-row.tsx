'use client'

// One key in the list, and what can be done with it.

import type { ApiKey } from '@gatehouse/registry-api'
import { Button, Code, Group, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useNow } from '#lib/use-now.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Cell } from '#ui/rows.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { permissionWords } from './permission-words.ts'

/** They come when they are opened. */
const RotateKey = dynamic(() => import('./rotate-key.tsx').then((module) => module.RotateKey))
const RevokeKey = dynamic(() => import('./revoke-key.tsx').then((module) => module.RevokeKey))

export function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { to, me } = useWorkspace()
  const [rotating, rotate] = useDisclosure()
  const [revoking, revoke] = useDisclosure()
  useFocusReturn(rotating || revoking)
  const { name, kind, owner_id, permissions, servers } = apiKey
  // A key that acts for a person is rotated by that person alone.
  const mayRotate = owner_id === null || owner_id === me.user?.id
  return (
    <Table.Tr role="row">
      <Cell area="name">
        <Link href={to(`/calls?key=${apiKey.id}`)} className="gh-row-link" title="Calls with this key">
          <UpstreamText text={name} />
        </Link>
        <div>
          <Code>{apiKey.prefix}…</Code>
        </div>
      </Cell>
      <Cell area="kind" end="folded">
        {kind === 'service' ? 'Service' : owner_id === me.user?.id ? 'Yours' : "Another person's"}
      </Cell>
      <Cell area="permissions">
        <Text size="sm" title={permissions.map(permissionWords).join(', ')}>
          {permissions.length <= 2
            ? permissions.map(permissionWords).join(', ')
            : count(permissions.length, 'permission')}
        </Text>
      </Cell>
      <Cell area="servers" end="folded">
        {servers === null ? 'Every server' : count(servers.length, 'server')}
      </Cell>
      <Cell area="used" label="Last used">
        {apiKey.last_used_at === null ? 'Never' : <TimeAgo at={apiKey.last_used_at} />}
      </Cell>
      <Cell area="expires" end="folded" label="Expires" whole>
        <Ends at={apiKey.expires_at} />
      </Cell>
      <Cell area="actions">
        <Group gap="xs" wrap="nowrap" justify="flex-end">
          {mayRotate && (
            <Button
              variant="default"
              size="compact-sm"
              onClick={rotate.open}
              aria-label={`Rotate ${plainly(name)}`}
            >
              Rotate
            </Button>
          )}
          <Button
            variant="default"
            size="compact-sm"
            onClick={revoke.open}
            aria-label={`Revoke ${plainly(name)}`}
          >
            Revoke
          </Button>
        </Group>
        {rotating && <RotateKey apiKey={apiKey} opened onClose={rotate.close} />}
        {revoking && <RevokeKey apiKey={apiKey} opened onClose={revoke.close} />}
      </Cell>
    </Table.Tr>
  )
}

function Ends({ at }: { at: string | null }) {
  const now = useNow(10_000)
  if (at === null) return 'Never'
  if (now > 0 && Date.parse(at) <= now) return <Status tone="bad">Expired</Status>
  return <TimeAgo at={at} />
}
