// A modern client's request to a modern server: the body but for names and URIs as it came, the answer's messages one by one.

import { AppError, renderRpcError } from '@gatehouse/errors'
import { rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { converse } from '../../upstream/converse.ts'
import { type Answer, createAnswer } from '../answer.ts'
import { noAnswer } from '../bridge/legacy-client/discover.ts'
import { isAnswerTo } from '../bridge/legacy-client/reply.ts'
import { modernHeaders } from '../bridge/legacy-client/to-modern.ts'
import type { Call, Trace } from '../call.ts'
import { paramsOf } from '../check-params.ts'
import { attach } from '../new-trace.ts'
import { withRawId } from '../refuse.ts'
import { answerFailure } from '../transparent/failure.ts'
import { exposeMessage } from './expose.ts'
import { mayBeOtherEra, patienceMs } from './judge-answer.ts'
import { openState, sealState } from './request-state.ts'
import type { Target } from './target.ts'
import { exposeTask } from './task-ids.ts'

/** @throws ServerChanged when nothing was sent; AppError overloaded; invalid_params for a state that is not of this call */
export async function callModern(deps: Deps, call: Call, given: Target, trace: Trace): Promise<void> {
  const target = openState(deps, given)
  const { bearer, message } = target
  const { method = '' } = message.envelope
  const release = deps.slots.take(bearer)
  const answer = createAnswer(deps, call, trace, {
    headers: unbuffered,
    map: (text) => {
      const exposed = sealState(deps, given, exposeMessage(bearer.server.slug, method, text))
      return mayBeTask(method) ? exposeTask(deps, bearer, given.task, exposed) : exposed
    },
  })
  try {
    let { text, status } = await exchange(deps, call, target, answer, trace)
    // It proves that nothing ran: the server has another schema than we know.
    if (status !== 200 && method === 'tools/call' && !answer.streaming && isHeaderMismatch(text)) {
      ;({ text, status } = await exchange(deps, call, target, answer, trace, performance.now()))
    }
    answer.finish(text, status)
  } catch (thrown) {
    fail(deps, call, target, answer, thrown, trace)
  } finally {
    release()
  }
}

const mayBeTask = (method: string) => method === 'tools/call' || method.startsWith('tasks/')

/** One request, its notifications passed on. @returns the response */
async function exchange(
  deps: Deps,
  call: Call,
  target: Target,
  answer: Answer,
  trace: Trace,
  schemaAfter?: number,
): Promise<{ text: string; status: number }> {
  const { bearer, message } = target
  const { method = '', name, idRaw = 'null' } = message.envelope
  const { traceparent } = call.request.headers
  const params = await paramsOf(deps, call, target, schemaAfter)
  const startedAt = performance.now()
  trace.upstreamStartedAt ??= startedAt
  const conversation = await converse(deps, bearer, {
    headers: [
      ...modernHeaders(method, name),
      ...params,
      ...(typeof traceparent === 'string' ? [['traceparent', traceparent] as const] : []),
    ],
    body: message.body,
    patienceMs: patienceMs(deps, bearer.server, method),
    signal: answer.gone,
    attached: (names) => {
      attach(trace, names)
    },
  })
  if (mayBeOtherEra(conversation.status)) deps.eras.doubt(bearer)
  try {
    for await (const text of conversation.messages) {
      if (rawMember(text, 'method') === undefined) {
        if (isAnswerTo(idRaw, text)) return { text, status: conversation.status }
        continue
      }
      // A modern server sends no requests of its own: nobody could bring it the answer.
      if (rawMember(text, 'id') === undefined) await answer.send(text)
    }
  } finally {
    conversation.close()
    trace.upstreamMs = (trace.upstreamMs ?? 0) + performance.now() - startedAt
  }
  throw noAnswer(conversation.status)
}

/** Some proxies would hold events back. */
export const unbuffered = { 'X-Accel-Buffering': 'no' } as const

const isHeaderMismatch = (text: string) => {
  const error = rawMember(text, 'error')
  return error !== undefined && Number(rawMember(error, 'code')) === -32020
}

/** Ends the answer and completes the trace. @throws what was refused before anything was sent */
function fail(
  deps: Deps,
  call: Call,
  { bearer, message }: Target,
  answer: Answer,
  thrown: unknown,
  trace: Trace,
): void {
  if (answer.gone.aborted)
    return answerFailure(deps, call, bearer.server, message, { kind: 'client-gone' }, trace)
  if (!(thrown instanceof AppError) || !thrown.code.startsWith('upstream_')) {
    if (!answer.streaming || thrown instanceof ServerChanged) throw thrown
  }
  const error = thrown instanceof AppError ? thrown : new AppError('internal_error', { cause: thrown })
  if (answer.streaming) {
    answer.finish(withRawId(renderRpcError(error, null, call.requestId), message.envelope.idRaw ?? 'null'))
    trace.outcome = 'upstream_error'
    trace.errorCode = error.code
    return
  }
  answerFailure(deps, call, bearer.server, message, { kind: 'failed', error }, trace)
}
