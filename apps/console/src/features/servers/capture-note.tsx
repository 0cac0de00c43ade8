'use client'
// Tells everybody who looks at a server that what its calls say is being kept, and how much longer.

import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { settingsRead } from '#lib/reads.ts'
import { useNow } from '#lib/use-now.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Status } from '#ui/status.tsx'

/** "14:09", "23:59:01"; undefined once it is over. @param now Unix ms; 0 before the page is alive */
export function countdown(until: string, now: number): string | undefined {
  const seconds = Math.ceil((Date.parse(until) - (now || Date.now())) / 1_000)
  if (seconds <= 0) return undefined
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  return (parts[0] === 0 ? parts.slice(1) : parts).map((part) => String(part).padStart(2, '0')).join(':')
}

/** An owner switches it somewhere else: asked again while the page is looked at. */
const everyMs = 15_000

export function CaptureNote({ serverId }: { serverId: string }) {
  const { id } = useWorkspace()
  const { data } = useQuery({ ...settingsRead(id, serverId), refetchInterval: everyMs })
  return data?.capture_until ? <Running until={data.capture_until} /> : null
}

function Running({ until }: { until: string }) {
  const left = countdown(until, useNow())
  if (left === undefined) return null
  return (
    <Text component="div" size="sm" mb="md">
      <Status tone="warn">
        Capture mode: headers and bodies of its calls are kept for <span className="gh-numbers">{left}</span>{' '}
        more, for auditors.
      </Status>
    </Text>
  )
}
