// One server in the list.

import type { Call, Server } from '@gatehouse/registry-api'
import { Code, Table, Text } from '@mantine/core'
import Link from 'next/link'
import { useWorkspace } from '#lib/workspace.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { authWords } from './auth-words.ts'
import { LastCall } from './last-call.tsx'

export function ServerRow({ server, lastCall }: { server: Server; lastCall: Call | undefined }) {
  const { to } = useWorkspace()
  return (
    <Table.Tr>
      <Table.Td>
        <Link href={to(`/servers/${server.id}`)} className="gh-row-link">
          <UpstreamText text={server.name} />
        </Link>
        <div>
          <Code>{server.slug}</Code>
        </div>
      </Table.Td>
      <Table.Td>
        <Text size="sm" className="gh-break">
          <UpstreamText text={server.url} />
        </Text>
      </Table.Td>
      <Table.Td>{authWords(server)}</Table.Td>
      <Table.Td>
        <LastCall call={lastCall} />
      </Table.Td>
    </Table.Tr>
  )
}
