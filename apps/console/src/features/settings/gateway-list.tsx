'use client'
// The gateways that serve, with what they run and how long they would go on without the registry.

import type { Gateway } from '@gatehouse/registry-api'
import { Code, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Cell, Rows } from '#ui/rows.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { gatewaysRead } from './queries.ts'
import { Section } from './section.tsx'

export function GatewayList() {
  const { id } = useWorkspace()
  const gateways = useQuery(gatewaysRead(id))
  return (
    <Section
      id="gateways"
      title="Gateways"
      about="Those that hold a lease. What is taken away is answered when each of them has heard of it, or its lease has ended."
    >
      <QueryView
        query={gateways}
        failed="The gateways could not be loaded"
        rows={2}
        empty={{
          when: ({ data }) => data.length === 0,
          show: <Empty sentence="No gateway is connected: start one, and calls are served." />,
        }}
      >
        {({ data }) => (
          <Rows
            label="Gateways"
            heads={['Gateway', 'Version', 'Changes', 'Lease ends']}
            folded={'"gateway version" "changes lease"'}
          >
            {data.map((gateway) => (
              <Row key={gateway.id} gateway={gateway} />
            ))}
          </Rows>
        )}
      </QueryView>
    </Section>
  )
}

function Row({ gateway: { id, address, version, up_to_date, lease_expires_at } }: { gateway: Gateway }) {
  return (
    <Table.Tr role="row">
      <Cell area="gateway">
        <Code title={id}>{id.slice(0, 8)}</Code>
        {address && <div>{address}</div>}
      </Cell>
      <Cell area="version" end="folded">
        {version || 'Unknown'}
      </Cell>
      <Cell area="changes">
        <Status tone={up_to_date ? 'good' : 'warn'}>{up_to_date ? 'Has heard of all' : 'Behind'}</Status>
      </Cell>
      <Cell area="lease" label="Lease ends" end="folded" whole>
        <TimeAgo at={lease_expires_at} />
      </Cell>
    </Table.Tr>
  )
}
