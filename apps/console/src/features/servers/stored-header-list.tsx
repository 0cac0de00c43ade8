'use client'
// The stored headers: their names, dots, and by what and when a value can be told from another.

import { Code, Table, Text, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { settingsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Cell, Rows } from '#ui/rows.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'

export function StoredHeaderList({ serverId }: { serverId: string }) {
  const { id } = useWorkspace()
  const settings = useQuery(settingsRead(id, serverId))
  return (
    <QueryView query={settings} failed="The stored headers could not be loaded" rows={1}>
      {({ stored_headers: headers }) =>
        headers === undefined ? (
          <Text>Which headers are stored is shown to who may call servers.</Text>
        ) : headers.length === 0 ? (
          <Text>None are stored.</Text>
        ) : (
          <Rows
            label="Stored headers"
            heads={['Name', 'Value', 'Fingerprint', 'Stored']}
            folded={'"name value" "fingerprint fingerprint" "stored stored"'}
          >
            {headers.map(({ key, fingerprint, stored_at }) => (
              <Table.Tr key={key} role="row">
                <Cell area="name">
                  <Code>{key}</Code>
                </Cell>
                <Cell area="value" end="folded" whole>
                  <span aria-hidden="true">••••••••</span>
                  <VisuallyHidden>Never shown</VisuallyHidden>
                </Cell>
                <Cell area="fingerprint" label="Fingerprint">
                  <Code>{fingerprint}</Code>
                </Cell>
                <Cell area="stored" label="Stored">
                  <TimeAgo at={stored_at} />
                </Cell>
              </Table.Tr>
            ))}
          </Rows>
        )
      }
    </QueryView>
  )
}
