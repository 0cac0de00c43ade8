'use client'
// A filter for each thing that tells events apart. Which person and which object is chosen in an event.

import { Button, NativeSelect, TextInput } from '@mantine/core'
import { actionWords, objectTypes } from './event-words.ts'
import { useAuditFilter } from './use-audit-filter.ts'

const actions = [
  ...['api-key.created', 'api-key.rotated', 'api-key.deleted'],
  ...['connection.created', 'connection.updated', 'connection.deleted', 'connection.needs-reconnecting'],
  ...['invitation.created', 'invitation.accepted', 'invitation.withdrawn'],
  ...['link.created', 'member.role-changed', 'member.removed', 'settings.updated'],
  ...['mcp-server.created', 'mcp-server.updated', 'mcp-server.deleted'],
  ...['oauth-provider.created', 'oauth-provider.registered', 'oauth-provider.deleted'],
  ...['user.claimed', 'user.signed-in', 'user.signed-out', 'user.password-changed', 'workspace.imported'],
]

export function AuditFilters() {
  const { value, set, clear, isFiltered } = useAuditFilter()
  const action = value('action')
  const foreign = action !== '' && !actions.includes(action) ? [action] : []
  return (
    <search aria-label="Filter events" className="gh-filters">
      <NativeSelect
        label="What"
        data={[
          { value: '', label: 'All' },
          ...[...foreign, ...actions].map((one) => ({ value: one, label: actionWords(one) })),
        ]}
        value={action}
        onChange={(event) => set('action', event.currentTarget.value)}
      />
      <NativeSelect
        label="Kind of object"
        data={[{ value: '', label: 'All' }, ...objectTypes]}
        value={value('object_type')}
        onChange={(event) => set('object_type', event.currentTarget.value)}
      />
      <TextInput
        label="From"
        type="date"
        value={value('from')}
        onChange={(event) => set('from', event.currentTarget.value)}
      />
      <TextInput
        label="To"
        type="date"
        value={value('to')}
        onChange={(event) => set('to', event.currentTarget.value)}
      />
      {value('actor_id') && <Only what="person or key" onClear={() => set('actor_id', '')} />}
      {value('object_id') && <Only what="object" onClear={() => set('object_id', '')} />}
      {isFiltered && (
        <Button variant="default" onClick={clear}>
          Clear filters
        </Button>
      )}
    </search>
  )
}

const Only = ({ what, onClear }: { what: string; onClear: () => void }) => (
  <Button variant="light" onClick={onClear}>
    Only one {what} ×
  </Button>
)
