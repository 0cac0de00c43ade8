// What stays the same over all rounds of a legacy client's call to a modern server. relay-call.ts makes it.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../../../deps.ts'
import type { Answer } from '../../answer.ts'
import type { Call, Message, Trace } from '../../call.ts'
import type { Bearer } from '../../session-token.ts'
import type { LegacyClient } from './client.ts'

export interface BridgedCall {
  readonly deps: Deps
  readonly call: Call
  readonly bearer: Bearer
  readonly client: LegacyClient
  readonly message: Message
  readonly method: string
  readonly idRaw: string
  readonly trace: Trace
  readonly answer: Answer
  /** The client cancelled it, or went away and the upstream's time is over. */
  readonly over: AbortSignal
}

/** A client that takes one JSON answer only hears nothing before it. */
export const takesStream = ({ request }: Call): boolean =>
  /text\/event-stream|text\/\*|\*\/\*/i.test(request.headers.accept ?? '*/*')

/** How long an upstream may take to begin its answer, in ms. */
export const patienceMs = ({ config }: Deps, { server }: Bearer, method: string): number =>
  method === 'tools/call'
    ? (server.call_timeout_ms ?? config.GATEHOUSE_CALL_TIMEOUT_MS)
    : config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS

/** A legacy client that goes away cancels nothing: the upstream keeps its time. */
export function deadlineAfter(gone: AbortSignal, ms: number): { signal: AbortSignal; clear(): void } {
  const deadline = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    timer = setTimeout(() => deadline.abort(new AppError('upstream_timeout')), ms)
  }
  if (gone.aborted) start()
  else gone.addEventListener('abort', start, { once: true })
  const clear = () => {
    gone.removeEventListener('abort', start)
    clearTimeout(timer)
  }
  return { signal: deadline.signal, clear }
}
