'use client'
// Go to a screen, a server, a tool or a call, create something, change the theme: by typing.

import '@mantine/spotlight/styles.css'
import { useMantineColorScheme } from '@mantine/core'
import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { verdictOf } from '#lib/call-outcome.ts'
import { ago } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { findServers, useFoundCalls, useFoundTools } from './use-found.ts'

/** Opens every time that `wanted` changes. */
export function Palette({ wanted, onShortcuts }: { wanted: number; onShortcuts: () => void }) {
  const [[store, spotlight]] = useState(createSpotlight)
  const { id, to, may } = useWorkspace()
  const router = useRouter()
  const servers = useQuery(serversRead(id))
  const { setColorScheme } = useMantineColorScheme()
  const [text, setText] = useState('')
  const found = findServers(servers.data ?? [], text)
  const tools = useFoundTools(text)
  const calls = useFoundCalls(text)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each wish opens it
  useEffect(() => spotlight.open(), [wanted, spotlight])

  const go = (label: string, path: string, group: string): SpotlightActionData => ({
    id: path,
    label,
    group,
    onClick: () => router.push(to(path)),
  })
  const theme = (label: string, scheme: 'light' | 'dark' | 'auto'): SpotlightActionData => ({
    id: `theme-${scheme}`,
    label: `Theme: ${label}`,
    group: 'Theme',
    onClick: () => setColorScheme(scheme),
  })
  const actions = [
    go('Home', '', 'Go to'),
    go('Servers', '/servers', 'Go to'),
    go('Connections', '/connections', 'Go to'),
    go('OAuth providers', '/connections/providers', 'Go to'),
    go('API keys', '/keys', 'Go to'),
    ...(may('mcp-servers:invoke') ? [go('Playground', '/playground', 'Go to')] : []),
    go('Calls', '/calls', 'Go to'),
    go('Usage', '/usage', 'Go to'),
    go('Settings', '/settings', 'Go to'),
    ...(may('audit:read') ? [go('Audit', '/audit', 'Go to')] : []),
    ...(may('members:manage')
      ? [go('People', '/people', 'Go to'), go('Invite somebody', '/people?invite=true', 'Create')]
      : []),
    go('Connect a client', '/connect-client', 'Go to'),
    ...(may('settings:manage') ? [go('Export and import', '/settings/export', 'Go to')] : []),
    ...(may('mcp-servers:create') ? [go('Register server', '/servers/register', 'Create')] : []),
    ...(may('api-keys:own') ? [go('Create API key', '/keys?create=true', 'Create')] : []),
    ...found.map((one) => go(plainly(one.name), `/servers/${one.id}`, 'Servers')),
    ...found.map((one) => go(`Tools of ${plainly(one.name)}`, `/servers/${one.id}/tools`, 'Servers')),
    ...tools.map(
      ({ server, name, title, enabled }): SpotlightActionData => ({
        ...go(plainly(name), `/servers/${server.id}/tools?${new URLSearchParams({ q: name })}`, 'Tools'),
        description: `Tool of ${plainly(server.name)}${enabled ? '' : ', switched off'}`,
        keywords: title === null ? [] : [plainly(title)],
      }),
    ),
    ...calls.map(
      (call): SpotlightActionData => ({
        ...go(`Call of ${plainly(call.tool ?? call.method)}`, `/calls?call=${call.id}`, 'Calls'),
        description: `${verdictOf(call.outcome).word}, ${ago(Date.parse(call.started_at), Date.now())}, ${plainly(call.caller_name)}`,
        keywords: [call.id, call.request_id],
      }),
    ),
    theme('Light', 'light'),
    theme('Dark', 'dark'),
    theme('System', 'auto'),
    { id: 'shortcuts', label: 'Keyboard shortcuts', group: 'Help', onClick: onShortcuts },
  ]
  return (
    <Spotlight
      store={store}
      actions={groups(actions)}
      shortcut={null}
      query={text}
      onQueryChange={setText}
      attributes={{ content: { 'aria-label': 'Command palette' } }}
      nothingFound="Nothing has this name"
      highlightQuery
      limit={60}
      scrollable
      maxHeight="60dvh"
      searchProps={{ placeholder: 'Go to…', 'aria-label': 'Command palette' }}
    />
  )
}

function groups(actions: SpotlightActionData[]) {
  const names = [...new Set(actions.map(({ group }) => group ?? ''))]
  return names.map((group) => ({
    group,
    actions: actions.filter((one) => one.group === group).map(({ group: _, ...action }) => action),
  }))
}
