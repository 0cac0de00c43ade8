// Asks servers, one thing at a time: sends, listens, asks back, ends.

import { useEffect, useReducer, useRef } from 'react'
import type { Tokens } from '#lib/gateway-token.ts'
import type { JsonObject } from '../json/json.ts'
import { outcomeOf } from './outcome.ts'
import { type Answers, type Asked, requestOf } from './request.ts'
import { nextRun, type Run, type Step } from './run.ts'
import { send } from './send.ts'

export interface Runner {
  readonly run: Run | undefined
  start(asked: Asked): void
  /** The answers to what the server asked. */
  answer(responses: JsonObject): void
  /** Where a request is on its way, the gateway ends it at the server. */
  cancel(): void
}

export function useRun(tokens: Tokens): Runner {
  const [run, step] = useReducer(nextRun, undefined)
  const underway = useRef<AbortController>(undefined)
  useEffect(() => () => underway.current?.abort(), [])

  const go = (asked: Asked, answers?: Answers) => {
    underway.current?.abort()
    const gone = new AbortController()
    underway.current = gone
    const tell = (next: Step) => {
      if (underway.current === gone) step(next)
    }
    void oneRound(asked, answers, tokens, gone.signal, tell)
  }
  return {
    run,
    start(asked) {
      step({ kind: 'begin', asked })
      go(asked)
    },
    answer(responses) {
      if (run?.outcome?.kind !== 'asks') return
      step({ kind: 'again' })
      go(run.asked, { responses, state: run.outcome.state })
    },
    cancel() {
      underway.current?.abort()
      step({ kind: 'cancelled' })
    },
  }
}

async function oneRound(
  asked: Asked,
  answers: Answers | undefined,
  tokens: Tokens,
  signal: AbortSignal,
  tell: (step: Step) => void,
): Promise<void> {
  const request = requestOf(asked, answers)
  const onNotification = (message: JsonObject) => tell({ kind: 'notification', message })
  const once = async () => {
    const token = await tokens.get()
    const startedAt = performance.now()
    const answer = await send({ path: asked.path, token, request, signal, onNotification })
    return { answer, ms: performance.now() - startedAt }
  }
  try {
    let { answer, ms } = await once()
    if (answer.status === 401) {
      // A 401 proves that nothing ran.
      tokens.drop()
      const again = await once()
      answer = again.answer
      ms = again.ms
    }
    if (!signal.aborted) {
      const round = { requestId: answer.requestId, ms, endedAt: Date.now() }
      tell({ kind: 'answered', round, outcome: outcomeOf(answer) })
    }
  } catch (error) {
    if (!signal.aborted) tell({ kind: 'failed', error })
  }
}
