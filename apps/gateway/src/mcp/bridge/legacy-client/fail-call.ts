// What a legacy client is told where a call ends without the result it asked for: errors of the modern server in words that the older
// revisions know, and our own.

import { AppError, renderRpcError, toAppError } from '@gatehouse/errors'
import { rawMember, setMember } from '@gatehouse/upstream'
import { connectFirst } from '../../connect-first.ts'
import { withRawId } from '../../refuse.ts'
import { credentialRefusal } from '../../transparent/failure.ts'
import type { BridgedCall } from './bridged-call.ts'
import type { Reply } from './reply.ts'

/** The call can't go on because its client can't be asked, or didn't answer: the model and the person should read why. */
export class NoInput extends Error {
  /** Pages that the person has to open before the call is tried again, as JSON text of the elicitations. */
  readonly elicitations: string | undefined

  constructor(message: string, elicitations?: string) {
    super(message)
    this.elicitations = elicitations
  }
}

const urlElicitationRequired = -32042
const legacyResourceNotFound = -32002

/** An error of the upstream's own. */
export function answerError(bridged: BridgedCall, { code, error }: Extract<Reply, { kind: 'error' }>): void {
  const { deps, bearer, method, idRaw, answer } = bridged
  const data = rawMember(error, 'data') ?? '{}'
  if (code === -32020 || code === -32022) {
    deps.eras.doubt(bearer)
    const what =
      code === -32020 ? 'it does not take the headers of the request' : 'it has changed its version'
    return failCall(bridged, new AppError('upstream_invalid', { what }))
  }
  if (code === -32021) {
    const lacking = rawMember(data, 'requiredCapabilities') ?? 'one of its own'
    return failCall(
      bridged,
      new NoInput(`It needs a capability that this client does not declare: ${lacking}`),
    )
  }
  const unknown = method === 'resources/read' && code === -32602 && rawMember(data, 'uri') !== undefined
  const known = unknown ? setMember(error, 'code', String(legacyResourceNotFound)) : error
  answer.finish(`{"jsonrpc":"2.0","id":${idRaw},"error":${known}}`)
}

/** Who cancels gets no response. */
export function answerCancelled({ trace, answer }: BridgedCall): void {
  trace.outcome = 'cancelled'
  answer.open()
  answer.end()
}

/** Answers, and completes the trace. */
export function failCall(bridged: BridgedCall, thrown: unknown): void {
  const { deps, call, bearer, method, idRaw, trace, answer } = bridged
  if (answer.gone.aborted) {
    trace.outcome = 'cancelled'
    return
  }
  if (thrown instanceof NoInput) return answerNoInput(bridged, thrown)
  let error = toAppError(thrown)
  if (error.code === 'internal_error')
    deps.log.error({ err: thrown, request_id: call.requestId }, 'unexpected')
  if (error.code === 'connection_required') return answerConnect(bridged, error)
  const refused = error.code === 'upstream_auth_failed'
  if (refused) error = credentialRefusal(deps, bearer.server, error)
  if (refused && method === 'tools/call') answer.finish(toolError(idRaw, error.message))
  else {
    if (error.retryAfterS !== undefined && !answer.streaming)
      call.response.setHeader('Retry-After', String(error.retryAfterS))
    answer.finish(withRawId(renderRpcError(error, null, call.requestId), idRaw), error.status)
  }
  trace.outcome = error.code.startsWith('upstream_') ? 'upstream_error' : 'refused'
  trace.errorCode = error.code
}

function answerConnect(bridged: BridgedCall, error: AppError): void {
  const { deps, call, bearer, client, message, trace, answer } = bridged
  const asked = { message, elicitation: client.capabilities.elicitation, requestId: call.requestId }
  const { text, asks } = connectFirst(deps, bearer.server, asked, error)
  answer.finish(text)
  trace.outcome = asks ? 'input_required' : 'refused'
  trace.errorCode = error.code
}

function answerNoInput({ bearer, method, idRaw, answer }: BridgedCall, thrown: NoInput): void {
  const message = `The server '${bearer.server.slug}' asks for input. ${thrown.message}`
  const fail = (code: number, more = '') =>
    answer.finish(
      `{"jsonrpc":"2.0","id":${idRaw},"error":{"code":${code},"message":${JSON.stringify(message)}${more}}}`,
    )
  if (thrown.elicitations !== undefined)
    return fail(urlElicitationRequired, `,"data":{"elicitations":${thrown.elicitations}}`)
  if (method === 'tools/call') return answer.finish(toolError(idRaw, message))
  fail(-32603)
}

const toolError = (idRaw: string, text: string) =>
  withRawId({ jsonrpc: '2.0', result: { content: [{ type: 'text', text }], isError: true } }, idRaw)
