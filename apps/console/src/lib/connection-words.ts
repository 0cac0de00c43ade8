// What the state of a connection means to a person.

import type { Connection } from '@gatehouse/registry-api'

export interface ConnectionVerdict {
  readonly word: string
  readonly tone: 'good' | 'warn' | 'bad'
}

const warnMs = 7 * 86_400_000

/** A connection whose sign-in ends within a week asks for attention while calls still work. */
export function connectionVerdict(
  { state, refresh_expires_at }: Pick<Connection, 'state' | 'refresh_expires_at'>,
  nowMs: number,
): ConnectionVerdict {
  if (state === 'needs_reconnecting') return { word: 'Reconnect needed', tone: 'bad' }
  const ends = refresh_expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(refresh_expires_at)
  return ends - nowMs < warnMs
    ? { word: 'Reconnect soon', tone: 'warn' }
    : { word: 'Connected', tone: 'good' }
}

/** A word of the last refresh as people say it. */
export const refreshWords = (result: string | null): string =>
  result === null ? 'Not known' : result === 'ok' ? 'Refreshed' : result.replaceAll('_', ' ')
