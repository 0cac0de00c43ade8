'use client'
// What an act on a server hits: the keys made for it, and those that reach every server.

import type { ApiKey } from '@gatehouse/registry-api'
import { List } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { count } from '#lib/format.ts'
import { keysRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

/** Lines of a list. */
export function KeysReach({ serverId }: { serverId: string }) {
  const { id, may } = useWorkspace()
  const keys = useQuery({ ...keysRead(id), enabled: may('api-keys:own') })
  return (
    <>
      {keys.data && <List.Item>{words(keys.data, serverId)}</List.Item>}
      {keys.isError && <List.Item>Which API keys may use it could not be loaded.</List.Item>}
    </>
  )
}

function words(keys: readonly ApiKey[], serverId: string): string {
  const named = keys.filter((key) => key.servers?.includes(serverId)).length
  const all = named + keys.filter((key) => key.servers === null).length
  if (all === 0) return 'No API key may use this server.'
  return `${count(all, 'API key')} may use this server${named > 0 ? `, ${named} of them by name` : ''}.`
}
