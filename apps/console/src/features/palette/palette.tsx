'use client'
// Go to a server, a screen or a theme by typing.

import '@mantine/spotlight/styles.css'
import { useMantineColorScheme } from '@mantine/core'
import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { plainly } from '#lib/invisible.ts'
import { serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

/** Opens every time that `wanted` changes. */
export function Palette({ wanted }: { wanted: number }) {
  const [[store, spotlight]] = useState(createSpotlight)
  const { id, to, may } = useWorkspace()
  const router = useRouter()
  const servers = useQuery(serversRead(id))
  const { setColorScheme } = useMantineColorScheme()
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
    go('Playground', '/playground', 'Go to'),
    go('Calls', '/calls', 'Go to'),
    ...(may('members:manage')
      ? [go('People', '/people', 'Go to'), go('Invite somebody', '/people?invite=true', 'Create')]
      : []),
    ...(may('mcp-servers:create') ? [go('Register server', '/servers/register', 'Create')] : []),
    ...(may('api-keys:own') ? [go('Create API key', '/keys?create=true', 'Create')] : []),
    ...(servers.data ?? []).map((one) => go(plainly(one.name), `/servers/${one.id}`, 'Servers')),
    ...(servers.data ?? []).map((one) =>
      go(`Tools of ${plainly(one.name)}`, `/servers/${one.id}/tools`, 'Servers'),
    ),
    theme('Light', 'light'),
    theme('Dark', 'dark'),
    theme('System', 'auto'),
  ]
  return (
    <Spotlight
      store={store}
      actions={groups(actions)}
      shortcut={null}
      attributes={{ content: { 'aria-label': 'Command palette' } }}
      nothingFound="Nothing has this name"
      highlightQuery
      limit={20}
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
