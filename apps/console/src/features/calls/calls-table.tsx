'use client'

// Call records as rows; one opens its details.

import type { Call } from '@gatehouse/registry-api'
import { Table, Text, UnstyledButton } from '@mantine/core'
import { verdictOf } from '#lib/call-outcome.ts'
import { bytes, duration } from '#lib/format.ts'
import { Cell, Rows } from '#ui/rows.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'

interface Props {
  calls: readonly Call[]
  onOpen: (id: string) => void
  /** Name of the region for who can't see it. */
  label: string
  /** Every column; without, those that tell calls apart at a glance. */
  whole?: boolean
}

const heads = ['Time', 'What', 'Server', 'Caller', 'Outcome']
const rest = ['At the server', 'Request', 'Answer', 'Request id']

export function CallsTable({ calls, onOpen, label, whole = false }: Props) {
  return (
    <Rows
      label={label}
      heads={[...heads, 'Took', ...(whole ? rest : [])]}
      numbers={whole ? 5 : 1}
      folded={
        whole
          ? '"what outcome" "server took" "caller time" "caller upstream" "caller request" "caller answer" "caller id"'
          : '"what outcome" "server took" "caller time"'
      }
    >
      {calls.map((call) => (
        <Row key={call.id} call={call} onOpen={onOpen} whole={whole} />
      ))}
    </Rows>
  )
}

function Row({ call, onOpen, whole }: { call: Call; onOpen: (id: string) => void; whole: boolean }) {
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
        {whole && call.tool !== null && (
          <Text size="xs" c="dimmed">
            <UpstreamText text={call.method} />
          </Text>
        )}
      </Cell>
      <Cell area="server">{call.server_slug ?? (call.path === 'aggregate' ? 'All servers' : 'None')}</Cell>
      <Cell area="caller">
        <UpstreamText text={call.caller_name} />
      </Cell>
      <Cell area="outcome" end="folded" whole>
        <Status tone={tone}>{word}</Status>
        {whole && (
          <Text size="xs" c="dimmed">
            HTTP {call.http_status}
            {call.error_code && ` · ${call.error_code}`}
          </Text>
        )}
      </Cell>
      <Cell area="took" end="always" whole>
        {duration(call.duration_ms)}
      </Cell>
      {whole && <Measures call={call} />}
    </Table.Tr>
  )
}

function Measures({ call }: { call: Call }) {
  return (
    <>
      <Cell area="upstream" label="At the server" end="always" whole>
        {call.upstream_ms === null ? 'Not reached' : duration(call.upstream_ms)}
      </Cell>
      <Cell area="request" label="Request" end="always" whole>
        {bytes(call.request_bytes)}
      </Cell>
      <Cell area="answer" label="Answer" end="always" whole>
        {bytes(call.response_bytes)}
      </Cell>
      <Cell area="id" label="Request id" end="always" whole>
        <code title={call.request_id}>…{call.request_id.slice(-8)}</code>
      </Cell>
    </>
  )
}
