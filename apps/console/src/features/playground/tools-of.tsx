'use client'
// The tools of the chosen server, and the one that was chosen.

import type { Server } from '@gatehouse/registry-api'
import { Button, NativeSelect, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { SearchField } from '#ui/search-field.tsx'
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

/** More are found by searching. */
const maxOptions = 200

function Tools({ server, tools }: { server: Server; tools: readonly Tool[] }) {
  const { choice, set } = useChoice()
  const [sought, setSought] = useState('')
  const tool = tools.find(({ name }) => name === choice.tool)
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean)
  const found = tools.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
  const shown = found.slice(0, maxOptions)
  const options = tool === undefined || shown.includes(tool) ? shown : [tool, ...shown]
  return (
    <Stack>
      <div className="gh-filters">
        {tools.length > 12 && <SearchField label="Search tools" value={sought} onChange={setSought} />}
        <NativeSelect
          label="Tool"
          description={words.length > 0 ? `${found.length} of ${count(tools.length, 'tool')}` : undefined}
          data={[
            ...(tool
              ? []
              : [{ value: '', label: found.length === 0 ? 'No tool has this name' : 'Choose a tool' }]),
            ...options.map(({ name, off }) => ({
              value: name,
              label: `${plainly(name)}${off ? ' (off)' : ''}`,
            })),
          ]}
          value={tool?.name ?? ''}
          onChange={({ currentTarget: { value } }) => void set({ tool: value || null, arguments: null })}
        />
      </div>
      {choice.tool !== '' && tool === undefined && (
        <Text size="sm" role="status">
          The server lists no tool with the name in the address. Choose another.
        </Text>
      )}
      {tool && <TryTool key={tool.name} server={server} tool={tool} begin={choice.arguments} />}
    </Stack>
  )
}
