'use client'

// Call records as rows; one opens its details.

import type { Call } from '@gatehouse/registry-api'
import { Table, UnstyledButton } from '@mantine/core'
import { verdictOf } from '#lib/call-outcome.ts'
import { duration } from '#lib/format.ts'
import { Cell, Rows } from '#ui/rows.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'

interface Props {
  calls: readonly Call[]
  onOpen: (id: string) => void
  /** Name of the region for who can't see it. */
  label: string
}

export function CallsTable({ calls, onOpen, label }: Props) {
  return (
    <Rows
      label={label}
      heads={['Time', 'What', 'Server', 'Caller', 'Outcome', 'Took']}
      numbersLast
      folded={'"what outcome" "server took" "caller time"'}
    >
      {calls.map((call) => (
        <Row key={call.id} call={call} onOpen={onOpen} />
      ))}
    </Rows>
  )
}

function Row({ call, onOpen }: { call: Call; onOpen: (id: string) => void }) {
  const { word, tone } = verdictOf(call.outcome)
  return (
    <Table.Tr role="row">
      <Cell area="time" end="folded" whole>
        <TimeAgo at={call.started_at} />
      </Cell>
      <Cell area="what">
        <UnstyledButton fz="sm" className="gh-row-link gh-break" onClick={() => onOpen(call.id)}>
          <UpstreamText text={call.tool ?? call.method} />
        </UnstyledButton>
      </Cell>
      <Cell area="server">{call.server_slug ?? (call.path === 'aggregate' ? 'All servers' : 'None')}</Cell>
      <Cell area="caller">
        <UpstreamText text={call.caller_name} />
      </Cell>
      <Cell area="outcome" end="folded" whole>
        <Status tone={tone}>{word}</Status>
      </Cell>
      <Cell area="took" end="always" whole>
        {duration(call.duration_ms)}
      </Cell>
    </Table.Tr>
  )
}
