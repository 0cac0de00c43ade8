'use client'
// Which protocol eras a server speaks: what it showed, and what an operator pinned.

import type { ErasFound } from '@gatehouse/registry-api'
import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { erasRead, settingsRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'

export const eraNames = {
  legacy: '2025-11-25 and before',
  modern: '2026-07-28',
} as const

export function Eras({ serverId }: { serverId: string }) {
  const { id } = useWorkspace()
  const settings = useQuery(settingsRead(id, serverId))
  const asked = useQuery(erasRead(id, serverId))
  const pinned = settings.data?.era
  const isSilent = asked.data?.legacy === null && asked.data.modern === null
  const eras = isSilent ? settings.data?.eras : (asked.data ?? settings.data?.eras)
  return (
    <>
      {pinned !== undefined && pinned !== 'auto' && (
        <Text size="sm">Pinned by an operator: {eraNames[pinned]}</Text>
      )}
      {eras && <Shown eras={eras} />}
      {isSilent && <Status tone="warn">It showed nothing when it was asked now</Status>}
      {!eras && !isSilent && (
        <Text size="sm">{asked.isError ? 'Could not be asked' : 'Asking the server…'}</Text>
      )}
    </>
  )
}

function Shown({ eras }: { eras: ErasFound }) {
  const spoken = (['modern', 'legacy'] as const).filter((era) => eras[era])
  return (
    <>
      {spoken.map((era) => (
        <div key={era}>
          <Status tone="good">{eraNames[era]}</Status>
        </div>
      ))}
      {spoken.length === 0 && <Status tone="warn">None that we know</Status>}
      <Text size="xs" c="dimmed">
        Asked <TimeAgo at={eras.checked_at} />
      </Text>
    </>
  )
}
