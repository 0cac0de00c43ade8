// What a modern client is told where its call ends without the server's answer.

import { AppError, renderRpcError, toAppError } from '@gatehouse/errors'
import type { Deps } from '../../../deps.ts'
import type { Answer } from '../../answer.ts'
import type { Call, Trace } from '../../call.ts'
import { withRawId } from '../../refuse.ts'
import type { Bearer } from '../../session-token.ts'
import { credentialRefusal } from '../../transparent/failure.ts'

/** A client's request on its way to a legacy server. */
export interface Bridging {
  readonly deps: Deps
  readonly call: Call
  readonly bearer: Bearer
  readonly method: string
  readonly idRaw: string
  readonly answer: Answer
  readonly trace: Trace
}

/**
 * Answers and completes the trace, or throws what can still be refused as usual.
 * @throws AppError, ServerChanged
 */
export function failCall(
  { deps, call, bearer, method, idRaw, answer, trace }: Bridging,
  thrown: unknown,
): void {
  if (answer.gone.aborted) {
    trace.outcome = 'cancelled'
    return
  }
  const error = toAppError(thrown)
  if (error.code === 'era_mismatch') deps.eras.doubt(bearer)
  const ofUpstream = error.code.startsWith('upstream_')
  if (!ofUpstream && error.code !== 'ask_again' && !answer.streaming) throw thrown
  if (error.code === 'internal_error')
    deps.log.error({ err: thrown, request_id: call.requestId }, 'unexpected')
  const told = error.code === 'upstream_auth_failed' ? credentialRefusal(deps, bearer.server, error) : error
  const asResult = told.code === 'upstream_auth_failed' || told.code === 'ask_again'
  if (asResult && method === 'tools/call') answer.finish(toolError(idRaw, told.message))
  else {
    if (told.retryAfterS !== undefined && !answer.streaming)
      call.response.setHeader('Retry-After', String(told.retryAfterS))
    answer.finish(withRawId(renderRpcError(told, null, call.requestId), idRaw), told.status)
  }
  trace.outcome = ofUpstream ? 'upstream_error' : 'refused'
  trace.errorCode = error.code
}

const toolError = (idRaw: string, text: string) => {
  const result = { content: [{ type: 'text', text }], isError: true, resultType: 'complete' }
  return withRawId({ jsonrpc: '2.0', result }, idRaw)
}

/** The call that a state belongs to can't go on. */
export const askAgain = (what?: string): AppError =>
  new AppError('ask_again', what === undefined ? {} : { what })
