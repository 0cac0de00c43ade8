// What a call spent its time on, in order: who asks, whether they may, with which credential, and the server's own time.

import type { Call } from '@gatehouse/registry-api'
import { Text } from '@mantine/core'
import { duration } from '#lib/format.ts'

interface Phase {
  readonly name: string
  readonly what: string
  /** null: the call did not come so far. */
  readonly ms: number | null
}

/** Phases of a call follow each other; what is left belongs to the answer's way back. */
function phasesOf(call: Call): Phase[] {
  const phases = [
    { name: 'Authenticate', what: 'Who asks, and for which server', ms: call.authenticate_ms },
    { name: 'Policy', what: 'Reading the message, and whether they may', ms: call.policy_ms },
    { name: 'Credential', what: 'A free connection, and the headers to attach', ms: call.credential_ms },
    { name: 'Upstream', what: 'The server', ms: call.upstream_ms },
  ]
  const known = phases.reduce((sum, { ms }) => sum + (ms ?? 0), 0)
  return [
    ...phases,
    { name: 'Rest', what: 'Everything else in the gateway', ms: Math.max(0, call.duration_ms - known) },
  ]
}

function written(ms: number | null): string {
  if (ms === null) return 'Not reached'
  return ms < 0.05 ? '< 0.1 ms' : duration(ms)
}

export function Timeline({ call }: { call: Call }) {
  const phases = phasesOf(call)
  const whole = Math.max(call.duration_ms, 0.001)
  let before = 0
  return (
    <ol className="gh-timeline gh-numbers" aria-label="Timeline">
      {phases.map(({ name, what, ms }) => {
        const left = Math.min(100, (before / whole) * 100)
        const width = Math.min(100 - left, ((ms ?? 0) / whole) * 100)
        before += ms ?? 0
        return (
          <li key={name}>
            <span>
              {name}
              <Text size="xs" c="dimmed" component="span" display="block">
                {what}
              </Text>
            </span>
            <span className="gh-timeline-bar" aria-hidden="true">
              <span style={{ marginLeft: `${left}%`, width: `${width}%` }} />
            </span>
            <span>{written(ms)}</span>
          </li>
        )
      })}
    </ol>
  )
}
