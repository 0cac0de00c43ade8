// A run: one request, or several where the server asks in between. What is known of it so far, and what happens next.

import type { JsonObject } from '../json/json.ts'
import type { Outcome } from './outcome.ts'
import type { Asked } from './request.ts'

/** One request to the gateway and its answer. */
export interface Round {
  readonly requestId: string | null
  /** As this page saw it. */
  readonly ms: number
  /** By this page's clock. */
  readonly endedAt: number
}

export interface Run {
  readonly asked: Asked
  readonly phase: 'running' | 'asked' | 'over'
  readonly rounds: readonly Round[]
  /** Progress and log messages, in the order in which they came. */
  readonly notifications: readonly JsonObject[]
  /** Of the last round. */
  readonly outcome: Outcome | undefined
  /** The gateway could not be asked at all. */
  readonly error: unknown
}

/** More are not kept: a server may send any number. */
const maxNotifications = 200

export type Step =
  | { readonly kind: 'begin'; readonly asked: Asked }
  | { readonly kind: 'again' }
  | { readonly kind: 'notification'; readonly message: JsonObject }
  | { readonly kind: 'answered'; readonly round: Round; readonly outcome: Outcome }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: unknown }

export function nextRun(run: Run | undefined, step: Step): Run | undefined {
  if (step.kind === 'begin') {
    const { asked } = step
    return { asked, phase: 'running', rounds: [], notifications: [], outcome: undefined, error: undefined }
  }
  if (run === undefined) return undefined
  switch (step.kind) {
    case 'again':
      return { ...run, phase: 'running' }
    case 'notification':
      return { ...run, notifications: [...run.notifications, step.message].slice(-maxNotifications) }
    case 'answered': {
      const phase = step.outcome.kind === 'asks' ? 'asked' : 'over'
      return { ...run, phase, rounds: [...run.rounds, step.round], outcome: step.outcome }
    }
    case 'cancelled':
      return { ...run, phase: 'over', outcome: { kind: 'cancelled' } }
    case 'failed':
      return { ...run, phase: 'over', outcome: undefined, error: step.error }
  }
}
