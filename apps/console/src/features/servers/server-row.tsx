// One server in the list.

import type { ServerSummary } from '@gatehouse/registry-api'
import { Anchor, Code, Table, Text } from '@mantine/core'
import Link from 'next/link'
import { count } from '#lib/format.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { HealthState } from '#ui/health-state.tsx'
import { Cell } from '#ui/rows.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { authWords } from './auth-words.ts'
import { EnabledSwitch } from './enabled-switch.tsx'
import { eraNames } from './eras.tsx'
import { LastDay } from './last-day.tsx'
import { OwnConnection } from './own-connection.tsx'

export function ServerRow({ server }: { server: ServerSummary }) {
  const { to } = useWorkspace()
  const { tools } = server
  return (
    <Table.Tr role="row">
      <Cell area="name">
        <Link href={to(`/servers/${server.id}`)} className="gh-row-link">
          <UpstreamText text={server.name} />
        </Link>
        <div>
          <Code>{server.slug}</Code>
        </div>
        <Text size="xs" c="dimmed" className="gh-break">
          <UpstreamText text={server.url} />
        </Text>
      </Cell>
      <Cell area="state">
        <HealthState health={server.health} />
      </Cell>
      <Cell area="auth" label="Authentication">
        {authWords(server)}
        <div>
          <OwnConnection server={server} />
        </div>
        <Text size="xs" c="dimmed">
          {revisionWords(server)}
        </Text>
      </Cell>
      <Cell area="tools" label="Tools">
        {tools ? (
          <>
            <Anchor component={Link} href={to(`/servers/${server.id}/tools`)} size="sm">
              {count(tools.count, 'tool')}
            </Anchor>
            <Text size="xs" c="dimmed">
              listed <TimeAgo at={tools.fetched_at} />
            </Text>
          </>
        ) : (
          <Text size="sm" c="dimmed">
            Not listed yet
          </Text>
        )}
      </Cell>
      <Cell area="day" label="Last 24 hours">
        <LastDay day={server.last_day} />
      </Cell>
      <Cell area="on" end="folded">
        <EnabledSwitch server={server} />
      </Cell>
    </Table.Tr>
  )
}

function revisionWords({ era, eras }: Pick<ServerSummary, 'era' | 'eras'>): string {
  if (era !== 'auto') return `Protocol ${eraNames[era]}, pinned`
  const spoken = (['modern', 'legacy'] as const).filter((one) => eras?.[one])
  if (spoken.length === 0) return 'Protocol not asked yet'
  return `Protocol ${spoken.map((one) => eraNames[one]).join('; ')}`
}
