'use client'
// How a server does: a word and an icon, since when, and the reason with both codes.

import type { Health, HealthState as State } from '@gatehouse/registry-api'
import { Text } from '@mantine/core'
import { halves } from '#lib/api-error.ts'
import { Status, type Tone } from './status.tsx'
import { TimeAgo } from './time-ago.tsx'
import { UpstreamText } from './upstream-text.tsx'

export const healthWords: Readonly<Record<State, { readonly word: string; readonly tone: Tone }>> = {
  healthy: { word: 'Healthy', tone: 'good' },
  reachable: { word: 'Reachable', tone: 'good' },
  needs_account: { word: 'Needs an account', tone: 'warn' },
  failing: { word: 'Failing', tone: 'bad' },
  unreachable: { word: 'Unreachable', tone: 'bad' },
  disabled: { word: 'Switched off', tone: 'neutral' },
  unknown: { word: 'Not yet known', tone: 'neutral' },
}

export const healthStates = Object.keys(healthWords) as State[] // its keys are those

export function HealthState({ health }: { health: Health }) {
  const { state, since, reason } = health
  const { word, tone } = healthWords[state]
  return (
    <>
      <Status tone={tone}>{word}</Status>
      <Text size="xs" c="dimmed">
        {since !== null && (
          <>
            since <TimeAgo at={since} />
          </>
        )}
        {since !== null && health.last_success_at !== null && tone !== 'good' && (
          <>
            {' · last well '}
            <TimeAgo at={health.last_success_at} />
          </>
        )}
      </Text>
      {reason && <HealthReason reason={reason} />}
    </>
  )
}

function HealthReason({ reason }: { reason: NonNullable<Health['reason']> }) {
  const { what } = halves(reason.detail)
  return (
    <Text size="xs" className="gh-break">
      <UpstreamText text={what} /> (<code>{reason.code}</code>
      {reason.http_status !== null && `, HTTP ${reason.http_status}`})
    </Text>
  )
}
