// Every server that the caller may use behind one stateless address: `/mcp/`. Told in order: method, Accept, body, era, headers,
// then what the message asks. Statuses are those of the published contract.

import { AppError, AuthError, renderRpcError, toAppError } from '@gatehouse/errors'
import {
  classify,
  compareHeaders,
  type Envelope,
  InvalidMessage,
  legacyRevisions,
  missingMediaTypes,
  modernRevisions,
  protocolVersionHeader,
  readEnvelope,
} from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import type { Call, Message, Trace } from '../call.ts'
import { checkLoop } from '../check-loop.ts'
import { newTrace } from '../new-trace.ts'
import { checkMediaType, readBody } from '../read-body.ts'
import { refuse, sendJson, withRawId } from '../refuse.ts'
import type { Known } from '../resolve.ts'
import { answerFailure, isOfCredential } from '../transparent/failure.ts'
import { discoverResult, initializeResult } from './greetings.ts'
import { listen } from './listen.ts'
import { answerList, isListMethod } from './merge-lists.ts'
import { sendCall } from './send-call.ts'
import { legacyResourceNotFound } from './single-answer.ts'
import { isRouted, targetOf } from './target.ts'

const maxAttempts = 3

/**
 * Answers one request to the aggregate endpoint and records it. Never rejects.
 * @param lookAgain who asks and what they may use, where that changed before anything was sent
 */
export async function aggregate(
  deps: Deps,
  call: Call,
  servers: readonly ResolvedServer[],
  lookAgain: () => Promise<Known>,
): Promise<void> {
  const trace = newTrace(call.request.method ?? '')
  let envelope: Envelope | undefined
  let message: Message | undefined
  try {
    checkMethod(call)
    checkAccept(call)
    checkLoop(deps, call.request)
    checkMediaType(call.request)
    const body = await readBody(call.request, deps.config.GATEHOUSE_BODY_TIMEOUT_MS)
    trace.requestBytes = body.length
    envelope = readEnvelope(body)
    trace.method = envelope.method ?? envelope.kind
    if (envelope.kind === 'batch') {
      throw new AppError('invalid_message', { what: 'this address takes one message at a time' })
    }
    const era = classify(envelope, call.request.headers)
    trace.era = era
    checkVersion(envelope, call)
    if (era === 'modern') compareHeaders(envelope, call.request.headers)
    message = { body, envelope, era }
    await serveNow(deps, call, servers, lookAgain, message, trace)
  } catch (thrown) {
    if (isOfCredential(thrown) && trace.server && message && !call.response.headersSent)
      answerFailure(deps, call, trace.server, message, { kind: 'failed', error: thrown }, trace)
    else refuseMessage(deps, call, envelope, thrown, trace)
  }
  deps.recorder.record(call, trace)
}

/** @throws AppError method_not_allowed; session_not_found for DELETE, as there are no sessions here */
function checkMethod({ request, response }: Call): void {
  if (request.method === 'POST') return
  if (request.method === 'DELETE') throw new AppError('session_not_found')
  response.setHeader('Allow', 'POST, DELETE')
  throw new AppError('method_not_allowed')
}

/** @throws AppError unsupported_accept */
function checkAccept({ request }: Call): void {
  const missing = missingMediaTypes(request.headers.accept)
  if (missing.length === 0) return
  throw new AppError('unsupported_accept', {
    what: `the Accept header does not name ${missing.join(' and ')}`,
  })
}

/** What the message or its header says it is of must be a revision that we speak. @throws AppError unsupported_version */
function checkVersion(envelope: Envelope, { request }: Call): void {
  const claimed = envelope.claim?.version
  const header = request.headers[protocolVersionHeader]
  const known: readonly unknown[] =
    claimed === undefined ? [...legacyRevisions, ...modernRevisions] : modernRevisions
  const requested = claimed ?? (envelope.method === 'initialize' ? undefined : header)
  if (requested === undefined || known.includes(requested)) return
  throw new AppError('unsupported_version', {
    what: `revision ${String(requested).slice(0, 64)} is not spoken here`,
    data: { supported: claimed === undefined ? known : modernRevisions, requested },
  })
}

/** Where a server or its credential is replaced before anything was sent, everything is looked up and decided again. */
async function serveNow(
  deps: Deps,
  call: Call,
  servers: readonly ResolvedServer[],
  lookAgain: () => Promise<Known>,
  message: Message,
  trace: Trace,
): Promise<void> {
  let known: Known = { caller: call.caller, servers }
  for (let attempt = 1; ; attempt += 1) {
    try {
      const now = { ...call, caller: known.caller }
      return await serve(deps, now, known.servers, lookAgain, message, trace)
    } catch (thrown) {
      if (!(thrown instanceof ServerChanged) || attempt === maxAttempts) throw thrown
      known = await lookAgain()
    }
  }
}

async function serve(
  deps: Deps,
  call: Call,
  servers: readonly ResolvedServer[],
  lookAgain: () => Promise<Known>,
  message: Message,
  trace: Trace,
): Promise<void> {
  const { kind, method = '', idRaw } = message.envelope
  const reply = (result: string) => {
    const body = `{"jsonrpc":"2.0","id":${idRaw},"result":${result}}`
    trace.outcome = 'ok'
    trace.responseBytes = Buffer.byteLength(body)
    sendJson(call.response, 200, body)
  }
  if (kind !== 'request') {
    trace.outcome = 'ok'
    call.response.writeHead(202).end()
    return
  }
  if (isRouted(method, message.era)) {
    return sendCall(deps, call, await targetOf(deps, call, servers, message, method, trace), trace)
  }
  if (isListMethod(method)) return answerList(deps, call, servers, message, method, trace)
  if (message.era === 'modern') {
    if (method === 'subscriptions/listen') return listen(deps, call, servers, lookAgain, message, trace)
    if (method === 'server/discover') return reply(JSON.stringify(discoverResult))
  } else {
    if (method === 'initialize')
      return reply(JSON.stringify(initializeResult(message.envelope.requestedVersion)))
    if (method === 'ping') return reply('{}')
  }
  throw new AppError('method_not_found', { what: `the method '${method.slice(0, 128)}' is not served here` })
}

function refuseMessage(
  deps: Deps,
  call: Call,
  envelope: Envelope | undefined,
  thrown: unknown,
  trace: Trace,
): void {
  trace.outcome = 'refused'
  if (thrown instanceof AuthError) {
    trace.errorCode = 'unauthorized'
    return refuse(call.response, thrown, call.requestId, undefined)
  }
  const error = toAppError(thrown)
  trace.errorCode = error.code
  if (error.code === 'internal_error') {
    deps.log.error({ err: thrown, request_id: call.requestId }, 'unexpected')
  }
  const readId =
    error instanceof InvalidMessage && error.rpcId != null ? JSON.stringify(error.rpcId) : undefined
  const idRaw = envelope?.kind === 'request' ? envelope.idRaw : readId
  if (trace.era === 'modern' || idRaw === undefined || call.response.headersSent) {
    return refuse(call.response, error, call.requestId, idRaw)
  }
  const rpc = renderRpcError(error, null, call.requestId)
  // The older revisions have a code of its own for this.
  if (error.code === 'unknown_resource') rpc.error.code = legacyResourceNotFound
  // To an old client a 404 means that its session is over.
  const status = error.code === 'method_not_found' ? 200 : error.status
  if (error.retryAfterS !== undefined) call.response.setHeader('Retry-After', String(error.retryAfterS))
  sendJson(call.response, status, withRawId(rpc, idRaw))
}
