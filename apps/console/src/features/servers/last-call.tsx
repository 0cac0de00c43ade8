// What the last real call through the gateway says: a word, since when, and the reason where it failed.

import type { Call } from '@gatehouse/registry-api'
import { Text } from '@mantine/core'
import { verdictOf } from '#lib/call-outcome.ts'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'

export function LastCall({ call }: { call: Call | undefined }) {
  if (call === undefined) return <Status tone="neutral">No recent call</Status>
  const { word, tone } = verdictOf(call.outcome)
  return (
    <>
      <Status tone={tone}>{word}</Status>
      <Text size="xs" c="dimmed">
        <TimeAgo at={call.started_at} />
        {call.error_code && ` · ${call.error_code}`}
      </Text>
    </>
  )
}
