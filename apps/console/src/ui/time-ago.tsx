'use client'
// A moment, relative, with the absolute time in the title.

import { ago } from '#lib/format.ts'
import { useNow } from '#lib/use-now.ts'

export function TimeAgo({ at }: { at: string | number }) {
  const now = useNow()
  const ms = typeof at === 'number' ? at : Date.parse(at)
  const whole = new Date(ms)
  return (
    <time
      dateTime={whole.toISOString()}
      title={now === 0 ? '' : whole.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' })}
      className="gh-numbers"
    >
      {now === 0 ? '' : ago(ms, now)}
    </time>
  )
}
