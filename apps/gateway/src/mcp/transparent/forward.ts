// One message to one server, its bytes untouched: slot, credential, session, request, answer. Next: relay.ts.

import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '@gatehouse/errors'
import { sessionHeader } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Dispatcher } from 'undici'
import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { addressOf } from '../../upstream/address.ts'
import { dispatcherTo } from '../../upstream/dispatcher-to.ts'
import type { Call, Message, Trace } from '../call.ts'
import { type Bearer, bearerOf, type Session, tokenDigest } from '../session-token.ts'
import { standing } from '../standing.ts'
import { endSession } from './end-session.ts'
import { answerFailure } from './failure.ts'
import { createOutcomeReader, type OutcomeReader } from './outcome.ts'
import { dropUnread, type HeldAnswer, relay } from './relay.ts'
import { upstreamHeaders } from './request-headers.ts'
import { checkAnswer, clientHeaders } from './response-headers.ts'

export interface ForwardOptions {
  /** What the client's session header opened to. */
  readonly session?: Session | undefined
  /** Asked with an answer that may mean that the server refuses this era; where it says so, the client gets nothing of it. */
  readonly otherEra?: ((held: HeldAnswer) => Promise<boolean>) | undefined
}

/**
 * @param message undefined for GET and DELETE
 * @returns `other-era` where options.otherEra said so: the client still waits for its answer
 * @throws ServerChanged when nothing was sent because server or credential were replaced; AppError for other refusals
 */
export async function forward(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message | undefined,
  trace: Trace,
  { session, otherEra }: ForwardOptions = {},
): Promise<'answered' | 'other-era'> {
  const isStream = call.request.method === 'GET' || message?.envelope.method === 'subscriptions/listen'
  const bearer = bearerOf(call.caller, server)
  const release = isStream ? deps.slots.takeStream(call.caller.key_id) : deps.slots.take(bearer)
  let stop: AbortSignal | undefined
  let leave = () => {}
  try {
    const credential = await deps.knowledge.credentials(call.caller, server)
    const token = tokenOf(call)
    if (call.request.method === 'DELETE') {
      if (session === undefined) throw new AppError('session_not_found')
      await endSession(deps, call, bearer, session, credential, trace)
      return 'answered'
    }
    if (isStream) {
      const name = session && token ? tokenDigest(token) : call.requestId
      const lost = new AbortController()
      stop = AbortSignal.any([deps.stopping, lost.signal])
      const open = standing(deps, bearer, () => lost.abort())
      leave = deps.openEnds.streams.add(name, open).remove
    }
    trace.attachedHeaders = credential.headers.map(([name]) => name)
    trace.upstreamStartedAt = performance.now()
    let outcome: OutcomeReader | undefined
    const head = (status: number, headers: IncomingHttpHeaders) => {
      if (message?.era === 'modern' && isRefusal(status)) deps.eras.doubt(bearer)
      checkAnswer(status, headers, message === undefined || message.envelope.kind === 'request')
      const sessionId = sessionFor(deps, bearer, message, headers, token, session)
      return { status, headers: clientHeaders(headers, sessionId) }
    }
    const passed = (chunk: Buffer) => {
      trace.responseBytes += chunk.length
      outcome?.take(chunk)
    }
    const ending = await relay({
      dispatcher: dispatcherTo(deps, call.caller, server, credential),
      request: requestOf(deps, call, server, message, session, credential.headers),
      response: call.response,
      keepAliveMs: deps.config.GATEHOUSE_KEEP_ALIVE_MS,
      readerTimeoutMs: deps.config.GATEHOUSE_READER_TIMEOUT_MS,
      bodyTimeoutMs: deps.config.GATEHOUSE_CALL_TIMEOUT_MS,
      stop,
      hold: otherEra && ((status, headers) => mayRefuse(status, message) && !isEventStream(headers)),
      head,
      started: (status, type) => {
        outcome = createOutcomeReader(type, status)
      },
      passed,
    })
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
    if (ending.kind === 'superseded') throw new ServerChanged(server.slug)
    if (ending.kind === 'held') {
      if (await otherEra?.(ending)) return 'other-era'
      const given = head(ending.status, ending.headers)
      outcome = createOutcomeReader(given.headers['Content-Type'] ?? '', given.status)
      passed(ending.body)
      call.response.writeHead(given.status, given.headers).end(ending.body)
      dropUnread(call.response, deps.config.GATEHOUSE_READER_TIMEOUT_MS)
    }
    if (ending.kind === 'complete' || ending.kind === 'held') Object.assign(trace, outcome?.read())
    else answerFailure(deps, call, server, message, ending, trace)
    return 'answered'
  } finally {
    leave()
    release()
  }
}

/** A handshake teaches by its success too. */
const mayRefuse = (status: number, message: Message | undefined) =>
  status >= 400 || message?.envelope.method === 'initialize'

const isEventStream = (headers: IncomingHttpHeaders) =>
  String(headers['content-type']).toLowerCase().startsWith('text/event-stream')

/** What a server of the older era might say to a modern request; a modern one says it too. */
const isRefusal = (status: number) => status === 400 || status === 404 || status === 405 || status === 406

export const tokenOf = (call: Call): string | undefined => {
  const value = call.request.headers[sessionHeader]
  return typeof value === 'string' ? value : undefined
}

/** The request as undici sends it; the path and query are the registered URL's own. */
function requestOf(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message | undefined,
  session: Session | undefined,
  stored: readonly (readonly [string, string])[],
): Dispatcher.DispatchOptions {
  const { origin, path } = addressOf(server)
  const isToolCall = message?.envelope.method === 'tools/call'
  const patience = isToolCall
    ? (server.call_timeout_ms ?? deps.config.GATEHOUSE_CALL_TIMEOUT_MS)
    : deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS
  return {
    origin,
    path,
    method: call.request.method === 'GET' ? 'GET' : 'POST',
    headers: upstreamHeaders({
      request: call.request,
      era: message?.era ?? 'legacy',
      via: deps.via(),
      sessionId: session?.upstreamId,
      stored,
      hasBody: message !== undefined,
      name: message?.upstreamName,
    }),
    body: message?.body ?? null,
    headersTimeout: patience,
    // A stream may be quiet for as long as its server likes.
    bodyTimeout: 0,
  }
}

/** The token for the session id in an answer: the client's own again where it is the same session. */
function sessionFor(
  deps: Deps,
  bearer: Bearer,
  message: Message | undefined,
  headers: IncomingHttpHeaders,
  token: string | undefined,
  session: Session | undefined,
): string | undefined {
  const upstreamId = headers[sessionHeader]
  if (typeof upstreamId !== 'string') return undefined
  if (token !== undefined && session?.upstreamId === upstreamId) return token
  return deps.sessions.seal(bearer, {
    upstreamId,
    protocolVersion: (message?.envelope.requestedVersion ?? session?.protocolVersion ?? '').slice(0, 64),
    elicitation:
      message?.envelope.method === 'initialize' ? declaredElicitation(message.body) : session?.elicitation,
  })
}

/** Its modes, without what is said about them: a token has to fit into a header. */
function declaredElicitation(body: Buffer): unknown {
  const { params } = JSON.parse(body.toString('utf8')) as {
    params?: { capabilities?: { elicitation?: unknown } }
  }
  const declared = params?.capabilities?.elicitation
  if (typeof declared !== 'object' || declared === null) return undefined
  return Object.fromEntries(['form', 'url'].filter((mode) => mode in declared).map((mode) => [mode, {}]))
}
