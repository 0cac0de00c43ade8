// Connections as a table.

import type { Connection } from '@gatehouse/registry-api'
import { VisuallyHidden } from '@mantine/core'
import { Rows } from '#ui/rows.tsx'
import { ConnectionRow } from './connection-row.tsx'

interface Props {
  connections: readonly Connection[]
  onReconnect: (slug: string) => void
}

export const ConnectionRows = ({ connections, onReconnect }: Props) => (
  <Rows
    label="Connections"
    heads={[
      ...['Server', 'State', 'Scopes', 'Created', 'Expires', 'Last refresh'],
      <VisuallyHidden key="actions">Actions</VisuallyHidden>,
    ]}
    folded={
      '"server server" "state state" "scopes scopes" "created created" "expires expires" "refresh refresh" "actions actions"'
    }
  >
    {connections.map((one) => (
      <ConnectionRow key={one.id} connection={one} onReconnect={onReconnect} />
    ))}
  </Rows>
)
