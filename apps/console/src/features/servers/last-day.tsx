'use client'
// What a server's calls were like in the last 24 hours: how many, how many failed, how long they took.

import type { ServerSummary } from '@gatehouse/registry-api'
import { Text } from '@mantine/core'
import { count, duration } from '#lib/format.ts'
import { useNow } from '#lib/use-now.ts'
import { Sparkline } from '#ui/sparkline.tsx'

export function LastDay({ day }: { day: ServerSummary['last_day'] }) {
  const now = useNow()
  if (day.calls === 0)
    return (
      <Text size="sm" c="dimmed">
        No calls
      </Text>
    )
  const failed = (day.errors / day.calls) * 100
  return (
    <div className="gh-numbers">
      {now > 0 && <Sparkline day={day} now={now} />}
      <Text size="xs">
        {count(day.calls, 'call')} · {share(failed)} % failed
      </Text>
      {day.p50_ms !== null && day.p95_ms !== null && (
        <Text size="xs" c="dimmed">
          p50 {duration(day.p50_ms)} · p95 {duration(day.p95_ms)}
        </Text>
      )}
    </div>
  )
}

function share(percent: number): string {
  if (percent === 0 || percent >= 10) return percent.toFixed(0)
  return percent < 0.1 ? '< 0.1' : percent.toFixed(1)
}
