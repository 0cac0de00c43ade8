// The life of a request to /mcp/, told in order: framing, host, key, address, method, body, era, policy, and on to the server.
// Refusals come in exactly this order.

import type { IncomingMessage } from 'node:http'
import { AppError, AuthError, toAppError } from '@gatehouse/errors'
import { checkHostAndOrigin } from '@gatehouse/http-kit'
import {
  classify,
  compareHeaders,
  InvalidMessage,
  protocolVersionHeader,
  readEnvelope,
} from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { digestOf } from '@gatehouse/registry-api/key-format'
import type { Deps } from '../deps.ts'
import { ServerChanged } from '../registry/knowledge.ts'
import { aggregate } from './aggregate/aggregate.ts'
import { authenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'
import type { Call, Message, Trace } from './call.ts'
import { checkLoop } from './check-loop.ts'
import { answerCors } from './cors.ts'
import { checkFraming } from './framing.ts'
import type { McpRequest } from './mcp-request.ts'
import type { McpResponse } from './mcp-response.ts'
import { newTrace } from './new-trace.ts'
import { checkMediaType, collectBody, discardRest, expectBody } from './read-body.ts'
import { refuse } from './refuse.ts'
import { checkForm, type Known, resolve, resolved, targetOf, theServer } from './resolve.ts'
import { serve } from './serve.ts'
import { answerFailure, isOfCredential } from './transparent/failure.ts'

const maxAttempts = 3

/** Answers one request to /mcp or below. Never rejects. */
export async function handleMcp(deps: Deps, request: McpRequest, response: McpResponse): Promise<void> {
  const { requestId } = response
  const startedAt = performance.now()
  const startedAtMs = deps.now()
  let leave: (() => void) | undefined
  try {
    leave = deps.overload.enter()
    checkFraming(request, response)
    const handedOver = deps.peers.isHandedOver(request)
    if (!handedOver) checkHostAndOrigin(request, deps.allowed())
    if (answerCors(request, response)) return
    const key = authenticate(request)
    const keyDigest = digestOf(key)
    const slug = targetOf(request.url ?? '')
    const look = () => resolve(deps.knowledge, keyDigest, slug ?? null, deps.now)
    let known = resolved(deps.knowledge, keyDigest, slug ?? null, deps.now)
    if (known === undefined) {
      checkForm(key)
      known = await look()
    }
    const { caller, servers } = known
    if (!handedOver) deps.rateLimits.count(caller, response)
    if (slug === undefined) throw new AppError('not_found')
    const call: Call = {
      requestId,
      startedAt,
      startedAtMs,
      authenticateMs: performance.now() - startedAt,
      request,
      response,
      caller,
      path: slug === null ? 'aggregate' : 'transparent',
    }
    if (slug === null) await aggregate(deps, call, servers, look)
    else await transparent(deps, call, servers, look)
  } catch (thrown) {
    const error = thrown instanceof AuthError ? thrown : toAppError(thrown)
    if (error instanceof AppError && error.code === 'internal_error')
      deps.log.error({ err: thrown, request_id: requestId }, 'unexpected')
    refuse(response, error, requestId, undefined)
  } finally {
    leave?.()
    discardRest(request)
  }
}

/** One server under its own address: GET, POST and DELETE, recorded whatever comes of them. */
async function transparent(
  deps: Deps,
  call: Call,
  servers: readonly ResolvedServer[],
  lookAgain: () => Promise<Known>,
): Promise<void> {
  const trace = newTrace(call.request.method ?? '', theServer(servers))
  let message: Message | undefined
  let idRaw: string | undefined
  try {
    const { method } = call.request
    if (method !== 'POST' && method !== 'GET' && method !== 'DELETE') {
      call.response.setHeader('Allow', 'POST, GET, DELETE')
      throw new AppError('method_not_allowed')
    }
    if (!deps.peers.isHandedOver(call.request)) checkLoop(deps, call.request)
    if (method === 'POST') {
      checkMediaType(call.request)
      expectBody(call.request)
      await undefined
      const body =
        call.request.takeBody() ?? (await collectBody(call.request, deps.config.GATEHOUSE_BODY_TIMEOUT_MS))
      trace.requestBytes = body.length
      if (trace.server?.capture_until_ms !== undefined)
        trace.capture = deps.captures.begin(call, trace.server, body)
      const envelope = readEnvelope(body)
      idRaw = envelope.kind === 'request' ? envelope.idRaw : undefined
      checkBatch(envelope.kind, call.request)
      if (envelope.kind === 'batch') countRest(deps, call, envelope.messages.length)
      trace.method = envelope.method ?? envelope.kind
      if (envelope.method === 'tools/call') trace.tool = envelope.name
      const era = classify(envelope, call.request.headers)
      trace.era = era
      if (era === 'modern') compareHeaders(envelope, call.request.headers)
      message = { body, envelope, era }
    }
    // Where server or credential are replaced before anything was sent, everything is looked up and decided again.
    let known: Known = { caller: call.caller, servers }
    for (let attempt = 1; ; attempt += 1) {
      try {
        await send(deps, call, known, message, trace)
        break
      } catch (thrown) {
        if (!(thrown instanceof ServerChanged) || attempt === maxAttempts) throw thrown
      }
      known = await lookAgain()
    }
  } catch (thrown) {
    const error = thrown instanceof AuthError ? thrown : toAppError(thrown)
    const mayAnswer = message?.envelope.kind === 'request' && !call.response.headersSent
    if (isOfCredential(error) && trace.server && message && mayAnswer) {
      answerFailure(deps, call, trace.server, message, { kind: 'failed', error }, trace)
      return deps.recorder.record(call, trace)
    }
    trace.outcome = 'refused'
    trace.errorCode = error instanceof AuthError ? 'unauthorized' : error.code
    if (trace.errorCode === 'internal_error')
      deps.log.error({ err: thrown, request_id: call.requestId }, 'unexpected')
    const readId =
      error instanceof InvalidMessage && error.rpcId != null ? JSON.stringify(error.rpcId) : undefined
    refuse(call.response, error, call.requestId, idRaw ?? readId)
  }
  deps.recorder.record(call, trace)
}

/** Not async, as what has to wait is behind it. @throws (and rejects) as authorize and serve */
function send(
  deps: Deps,
  call: Call,
  known: Known,
  message: Message | undefined,
  trace: Trace,
): Promise<unknown> {
  const server = theServer(known.servers)
  authorize(known.caller, server, known.servers)
  trace.decidedAt = performance.now()
  return serve(deps, callOf(call, known), server, message, trace)
}

const callOf = (call: Call, { caller }: Known) => (call.caller === caller ? call : { ...call, caller })

/** The first message of a batch was counted with its request. @throws AppError rate_limited */
function countRest(deps: Deps, call: Call, messages: number): void {
  if (!deps.peers.isHandedOver(call.request)) deps.rateLimits.count(call.caller, call.response, messages - 1)
}

/** Arrays are of the oldest revisions only. @throws AppError invalid_message */
function checkBatch(kind: string, request: IncomingMessage): void {
  const version = request.headers[protocolVersionHeader]
  if (kind !== 'batch' || version === undefined || version === '2025-03-26') return
  throw new AppError('invalid_message', { what: `revision ${String(version)} knows no batches` })
}
