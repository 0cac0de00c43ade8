// One server in the list.

import type { Call, Server } from '@gatehouse/registry-api'
import { Code, Table, Text } from '@mantine/core'
import Link from 'next/link'
import { useWorkspace } from '#lib/workspace.tsx'
import { Cell } from '#ui/rows.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { authWords } from './auth-words.ts'
import { LastCall } from './last-call.tsx'
import { OwnConnection } from './own-connection.tsx'

interface Props {
  server: Server
  /** null: none recently; undefined: not known. */
  lastCall: Call | null | undefined
}

export function ServerRow({ server, lastCall }: Props) {
  const { to } = useWorkspace()
  return (
    <Table.Tr role="row">
      <Cell area="name">
        <Link href={to(`/servers/${server.id}`)} className="gh-row-link">
          <UpstreamText text={server.name} />
        </Link>
        <div>
          <Code>{server.slug}</Code>
        </div>
      </Cell>
      <Cell area="url">
        <Text size="sm" className="gh-break">
          <UpstreamText text={server.url} />
        </Text>
      </Cell>
      <Cell area="auth" label="Authentication">
        {authWords(server)}
        <div>
          <OwnConnection server={server} />
        </div>
      </Cell>
      <Cell area="last" end="folded">
        {lastCall === undefined ? 'Not known' : <LastCall call={lastCall ?? undefined} />}
      </Cell>
    </Table.Tr>
  )
}
