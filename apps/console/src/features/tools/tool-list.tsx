'use client'

// The tools of a server as an agent sees them; the search lives in the address.

import type { ServerToolList as Listed } from '@gatehouse/registry-api'
import { Button, Group, Stack, Switch, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsString, useQueryState } from 'nuqs'
import type { ReactNode } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { serverRead, toolsAsk, toolsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Icon } from '#ui/icons.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { SearchField } from '#ui/search-field.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { ToolCard } from './tool-card.tsx'
import { useSwitchTool } from './use-switch-tool.ts'

/** What a server answers who has no connection to it, or one that ended. */
const wantsAccount = new Set(['connection_required', 'upstream_auth_failed'])

export function ToolList({ serverId }: { serverId: string }) {
  const { id, to, may } = useWorkspace()
  const { data: server } = useQuery(serverRead(id, serverId))
  const client = useQueryClient()
  const read = toolsRead(id, serverId)
  const tools = useQuery(read)
  const refresh = useMutation({
    mutationFn: () => toolsAsk(id, serverId, true),
    onSuccess: (listed) => client.setQueryData(read.queryKey, listed),
  })
  const again = (
    <Button
      variant="default"
      leftSection={<Icon name="refresh" size={16} />}
      loading={refresh.isPending}
      onClick={() => refresh.mutate()}
    >
      Ask the server again
    </Button>
  )
  if (tools.isError && server?.auth_type === 'oauth' && wantsAccount.has(toApiError(tools.error).code))
    return (
      <Empty sentence="This server lists its tools to people with an account there. Connect yours to see them.">
        {may('mcp-servers:invoke') && (
          <Button component={Link} href={to(`/connections?connect=${server.slug}`)}>
            Connect
          </Button>
        )}
      </Empty>
    )
  return (
    <Stack>
      {refresh.isError && <ErrorCard title="The list could not be refreshed" error={refresh.error} />}
      <QueryView
        query={tools}
        failed="Its tools could not be listed"
        empty={{
          when: ({ tools }) => tools.length === 0,
          show: <Empty sentence="The server answered, and it lists no tools.">{again}</Empty>,
        }}
      >
        {(listed) => <Tools serverId={serverId} listed={listed} again={again} />}
      </QueryView>
    </Stack>
  )
}

interface ToolsProps {
  readonly serverId: string
  readonly listed: Listed
  readonly again: ReactNode
}

function Tools({ serverId, listed, again }: ToolsProps) {
  const { may, to } = useWorkspace()
  const tryAt = (tool: string) => to(`/playground?${new URLSearchParams({ server: serverId, tool })}`)
  const change = useSwitchTool(serverId)
  const off = new Set(listed.disabled_tools)
  const [q, setQ] = useQueryState('q', parseAsString.withDefault(''))
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = listed.tools.filter(({ name, description = '' }) => {
    const text = `${name} ${description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return (
    <>
      <Group>
        <SearchField label="Search tools" value={q} onChange={(text) => void setQ(text || null)} />
        {again}
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {q ? `${shown.length} of ${count(listed.tools.length, 'tool')}` : count(listed.tools.length, 'tool')},
        listed <TimeAgo at={listed.fetched_at} />
      </Text>
      {change.isError && <ErrorCard title="The tool was not switched" error={change.error} />}
      {shown.length === 0 && (
        <Empty sentence={`No tool's name or description contains “${q}”.`}>
          <Button variant="default" onClick={() => void setQ(null)}>
            Clear the search
          </Button>
        </Empty>
      )}
      {shown.map((tool) => (
        <ToolCard
          key={tool.name}
          tool={tool}
          tryAt={may('mcp-servers:invoke') ? tryAt(tool.name) : undefined}
          state={
            may('mcp-servers:update') ? (
              <Switch
                label={off.has(tool.name) ? 'Off' : 'On'}
                labelPosition="left"
                aria-label={`${off.has(tool.name) ? 'Off' : 'On'}: ${plainly(tool.name)} at the gateway`}
                checked={!off.has(tool.name)}
                disabled={change.isPending}
                onChange={({ currentTarget }) =>
                  change.mutate({ name: tool.name, enabled: currentTarget.checked })
                }
              />
            ) : (
              off.has(tool.name) && <Status tone="neutral">Off</Status>
            )
          }
        />
      ))}
    </>
  )
}
