'use client'
// How fresh live data is, and how it comes.

import { Text } from '@mantine/core'
import { ago } from '#lib/format.ts'
import type { Feed } from '#lib/use-live-calls.ts'
import { useNow } from '#lib/use-now.ts'
import { Status } from './status.tsx'

const words: Readonly<Record<Feed, string>> = { live: 'Live', polling: 'Asking every 4 s', paused: 'Paused' }

export function FeedNote({ feed, updatedAt }: { feed: Feed; updatedAt: number }) {
  const now = useNow()
  if (updatedAt === 0)
    return (
      <Text component="div" size="sm">
        <Status tone="neutral">Connecting…</Status>
      </Text>
    )
  const stale = feed !== 'paused' && now - updatedAt > 15_000
  return (
    <Text component="div" size="sm" className="gh-numbers">
      <Status tone={stale ? 'warn' : feed === 'live' ? 'good' : 'neutral'}>
        {words[feed]}
        {updatedAt > 0 && now > 0 && ` · updated ${ago(Math.min(updatedAt, now), now)}`}
      </Status>
    </Text>
  )
}
