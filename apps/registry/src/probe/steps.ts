// Tells the steps of a probe: when each begins, and how it ended.

import type { AppError } from '@gatehouse/errors'
import type { ProbeStep } from '@gatehouse/registry-api'

type Step = ProbeStep['step']

export interface Steps {
  /** The one that runs. */
  readonly current: Step | undefined
  begin(step: Step): void
  end(state: 'done' | 'skipped', what: string): void
  warn(what: string, todo?: string): void
  fail(error: AppError): void
  /** Without having begun. */
  skip(step: Step, what: string): void
}

/** @param tell takes each line as it comes @param now in ms */
export function createSteps(tell: (line: ProbeStep) => void, now: () => number): Steps {
  let current: Step | undefined
  let began = 0
  const close = (line: Pick<ProbeStep, 'state' | 'what'> & Partial<ProbeStep>) => {
    if (current === undefined) return
    tell({ step: current, took_ms: Math.round((now() - began) * 10) / 10, todo: null, code: null, ...line })
    current = undefined
  }
  return {
    get current() {
      return current
    },
    begin(step) {
      current = step
      began = now()
      tell({ step, state: 'running', took_ms: null, what: null, todo: null, code: null })
    },
    end: (state, what) => close({ state, what }),
    warn: (what, todo) => close({ state: 'warning', what, todo: todo ?? null }),
    fail: ({ what, code, message }) => {
      // "what to do: what happened"
      const todo = message.endsWith(`: ${what}`) ? message.slice(0, -what.length - 2) : null
      close({ state: 'failed', what, todo, code })
    },
    skip: (step, what) => tell({ step, state: 'skipped', took_ms: null, what, todo: null, code: null }),
  }
}
