'use client'

// Call records as rows; one opens its details.

import type { Call } from '@gatehouse/registry-api'
import { Table, UnstyledButton } from '@mantine/core'
import { verdictOf } from '#lib/call-outcome.ts'
import { duration } from '#lib/format.ts'
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
    <Table.ScrollContainer minWidth={680} type="native" tabIndex={0} role="region" aria-label={label}>
      <Table className="gh-numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Time</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th>Server</Table.Th>
            <Table.Th>Caller</Table.Th>
            <Table.Th>Outcome</Table.Th>
            <Table.Th ta="right">Took</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {calls.map((call) => (
            <Row key={call.id} call={call} onOpen={onOpen} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function Row({ call, onOpen }: { call: Call; onOpen: (id: string) => void }) {
  const { word, tone } = verdictOf(call.outcome)
  return (
    <Table.Tr>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <TimeAgo at={call.started_at} />
      </Table.Td>
      <Table.Td>
        <UnstyledButton fz="sm" className="gh-row-link gh-break" onClick={() => onOpen(call.id)}>
          <UpstreamText text={call.tool ?? call.method} />
        </UnstyledButton>
      </Table.Td>
      <Table.Td>
        {call.server_slug === null ? (call.path === 'aggregate' ? 'All' : '') : call.server_slug}
      </Table.Td>
      <Table.Td className="gh-break">
        <UpstreamText text={call.caller_name} />
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <Status tone={tone}>{word}</Status>
      </Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
        {duration(call.duration_ms)}
      </Table.Td>
    </Table.Tr>
  )
}
