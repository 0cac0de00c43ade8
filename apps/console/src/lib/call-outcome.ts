// What a call's outcome means to a person: a word, an icon's name and whose side it was.

import type { Call } from '@gatehouse/registry-api'

export interface Verdict {
  readonly word: string
  readonly tone: 'good' | 'warn' | 'bad' | 'neutral'
}

const verdicts: Readonly<Record<Call['outcome'], Verdict>> = {
  ok: { word: 'Answered', tone: 'good' },
  tool_error: { word: 'Tool error', tone: 'warn' },
  protocol_error: { word: 'Protocol error', tone: 'bad' },
  input_required: { word: 'Input required', tone: 'neutral' },
  refused: { word: 'Refused', tone: 'bad' },
  upstream_error: { word: 'Server failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'neutral' },
  unknown: { word: 'Unknown', tone: 'neutral' },
}

export const verdictOf = (outcome: Call['outcome']): Verdict => verdicts[outcome]

/** For a filter: value and word. */
export const outcomes = Object.entries(verdicts).map(([value, { word }]) => ({ value, label: word }))
