// One message to one server, its bytes untouched: slot, credential, session, request, answer. Next: relay.ts.

import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '@gatehouse/errors'
import { sessionHeader } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Dispatcher } from 'undici'
import type { Deps } from '../../deps.ts'
import type { Call, Message, Trace } from '../call.ts'
import { type Bearer, type Session, tokenDigest } from '../session-token.ts'
import { answerFailure } from './failure.ts'
import { createOutcomeReader, type OutcomeReader } from './outcome.ts'
import { relay } from './relay.ts'
import { upstreamHeaders } from './request-headers.ts'
import { clientHeaders } from './response-headers.ts'

/**
 * @param message undefined for GET and DELETE
 * @throws AppError for what is refused before anything was sent
 */
export async function forward(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message | undefined,
  trace: Trace,
): Promise<void> {
  const release = deps.slots.take(server)
  try {
    const credential = await deps.knowledge.credentials(call.caller, server)
    const bearer: Bearer = { caller: call.caller, server, generation: credential.generation }
    const token = tokenOf(call)
    const session = token === undefined ? undefined : deps.sessions.open(token, bearer)
    if (call.request.method === 'DELETE') {
      if (token === undefined || session === undefined) throw new AppError('session_not_found')
      return await endSession(deps, call, bearer, token, session, credential.headers, trace)
    }
    trace.attachedHeaders = credential.headers.map(([name]) => name)
    trace.upstreamStartedAt = performance.now()
    let outcome: OutcomeReader | undefined
    const ending = await relay({
      pool: deps.pools.take(call.caller.workspace_id, server, credential.generation),
      request: requestOf(deps, call, server, message, session, credential.headers),
      response: call.response,
      keepAliveMs: deps.config.GATEHOUSE_KEEP_ALIVE_MS,
      readerTimeoutMs: deps.config.GATEHOUSE_READER_TIMEOUT_MS,
      head: (status, headers) => ({
        status: passable(status),
        headers: clientHeaders(headers, sessionFor(deps, bearer, message, headers, token, session)),
      }),
      started: (status, type) => {
        outcome = createOutcomeReader(type, status)
      },
      passed: (chunk) => {
        trace.responseBytes += chunk.length
        outcome?.take(chunk)
      },
    })
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
    if (ending.kind === 'complete') Object.assign(trace, outcome?.read())
    else answerFailure(deps, call, server, message, ending, trace)
  } finally {
    release()
  }
}

const tokenOf = (call: Call): string | undefined => {
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
  const { pathname, search, origin } = new URL(server.url)
  const isToolCall = message?.envelope.method === 'tools/call'
  const patience = isToolCall
    ? (server.call_timeout_ms ?? deps.config.GATEHOUSE_CALL_TIMEOUT_MS)
    : deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS
  return {
    origin,
    path: pathname + search,
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

/** Redirects carry credentials elsewhere: never followed, never passed on. @throws AppError upstream_invalid */
function passable(status: number): number {
  if (status < 300 || status >= 400) return status
  throw new AppError('upstream_invalid', { what: `the server answered with a redirect (${status})` })
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
    protocolVersion: message?.envelope.requestedVersion ?? session?.protocolVersion ?? '',
    elicitation:
      message?.envelope.method === 'initialize' ? declaredElicitation(message.body) : session?.elicitation,
  })
}

function declaredElicitation(body: Buffer): unknown {
  const { params } = JSON.parse(body.toString('utf8')) as {
    params?: { capabilities?: { elicitation?: unknown } }
  }
  return params?.capabilities?.elicitation
}

/**
 * Passes a client's DELETE on. Whatever the upstream answers, the token is 404 from then on: here at once, on every other
 * gateway through the registry where the upstream does not see to it itself.
 */
async function endSession(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  token: string,
  session: Session,
  stored: readonly (readonly [string, string])[],
  trace: Trace,
): Promise<void> {
  deps.sessions.end(token, session.expiresAtMs)
  const { pathname, search, origin } = new URL(bearer.server.url)
  const headers = upstreamHeaders({
    request: call.request,
    era: 'legacy',
    via: deps.via(),
    sessionId: session.upstreamId,
    stored,
    hasBody: false,
  })
  const pool = deps.pools.take(call.caller.workspace_id, bearer.server, bearer.generation)
  const status = await pool
    .request({
      origin,
      path: pathname + search,
      method: 'DELETE',
      headers,
      headersTimeout: deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS,
    })
    .then(async (answer) => {
      await answer.body.dump()
      return answer.statusCode
    })
    .catch(() => 0)
  const upstreamEndedIt = (status >= 200 && status < 300) || status === 404
  if (!upstreamEndedIt) {
    await deps.registry.endSession({
      digest: tokenDigest(token),
      expires_at_ms: session.expiresAtMs,
      workspace_id: call.caller.workspace_id,
    })
  }
  trace.outcome = 'ok'
  call.response.writeHead(status >= 200 && status < 300 ? status : 204, {
    'Cache-Control': 'no-store, no-transform',
  })
  call.response.end()
}
