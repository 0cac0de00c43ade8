'use client'
// The tools of the chosen server, and the one that was chosen.

import type { Server } from '@gatehouse/registry-api'
import { Button, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { toApiError } from '#lib/api-error.ts'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { exactToolsRead, type Tool } from './reads.ts'
import { TryTool } from './try-tool.tsx'
import { useChoice } from './use-choice.ts'

const wantsAccount = new Set(['connection_required', 'upstream_auth_failed'])

export function ToolsOf({ server }: { server: Server }) {
  const { id, to } = useWorkspace()
  const tools = useQuery(exactToolsRead(id, server))
  if (tools.isError && server.auth_type === 'oauth' && wantsAccount.has(toApiError(tools.error).code))
    return (
      <Empty sentence="This server lists its tools to people with an account there. Connect yours to call them.">
        <Button component={Link} href={to(`/connections?connect=${server.slug}`)}>
          Connect
        </Button>
      </Empty>
    )
  return (
    <QueryView
      query={tools}
      failed="Its tools could not be listed"
      empty={{
        when: (all) => all.length === 0,
        show: <Empty sentence="The server answered, and it lists no tools." />,
      }}
    >
      {(all) => <Tools server={server} tools={all} />}
    </QueryView>
  )
}

/** More don't help who searches. */
const maxOptions = 100

function Tools({ server, tools }: { server: Server; tools: readonly Tool[] }) {
  const { choice, set } = useChoice()
  const tool = tools.find(({ name }) => name === choice.tool)
  return (
    <Stack>
      <Select
        label="Tool"
        placeholder={`Search ${count(tools.length, 'tool')}`}
        searchable
        limit={maxOptions}
        nothingFoundMessage="No tool has this name"
        data={tools.map(({ name, off }) => ({
          value: name,
          label: `${plainly(name)}${off ? ' (off)' : ''}`,
        }))}
        value={tool?.name ?? null}
        onChange={(name) => void set({ tool: name, arguments: null })}
        maw={480}
      />
      {choice.tool !== '' && tool === undefined && (
        <Text size="sm" role="status">
          The server lists no tool with the name in the address. Choose another.
        </Text>
      )}
      {tool && <TryTool key={tool.name} server={server} tool={tool} begin={choice.arguments} />}
    </Stack>
  )
}
