// One message to one server, its bytes untouched: slot, credential, session, request, answer. Next: relay.ts.

import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '@gatehouse/errors'
import { sessionHeader } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Dispatcher } from 'undici'
import type { Deps } from '../../deps.ts'
import { headerNames } from '../../registry/header-names.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { addressOf } from '../../upstream/address.ts'
import { dispatcherTo } from '../../upstream/dispatcher-to.ts'
import type { Call, Message, Trace } from '../call.ts'
import { attach } from '../new-trace.ts'
import { type Bearer, type Session, tokenDigest } from '../session-token.ts'
import { standing } from '../standing.ts'
import { endSession } from './end-session.ts'
import { answerFailure } from './failure.ts'
import { OutcomeReader } from './outcome.ts'
import { dropUnread, type HeldAnswer, type Passage, relay } from './relay.ts'
import { upstreamHeaders } from './request-headers.ts'
import { checkAnswer, clientHeaders, type Head } from './response-headers.ts'

export interface ForwardOptions {
  /** What the client's session header opened to. */
  readonly session?: Session | undefined
  /** Told that the server does not know the session. */
  readonly gone?: (() => void) | undefined
  /** Asked with an answer that may mean that the server refuses this era; where it says so, the client gets nothing of it. */
  readonly otherEra?: ((held: HeldAnswer) => Promise<boolean>) | undefined
}

const none: ForwardOptions = {}

/**
 * @param message undefined for GET and DELETE
 * @returns `other-era` where options.otherEra said so: the client still waits for its answer
 * @throws ServerChanged when nothing was sent because server or credential were replaced; AppError for other refusals
 */
export async function forward(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  message: Message | undefined,
  trace: Trace,
  options: ForwardOptions = none,
): Promise<'answered' | 'other-era'> {
  const { caller, server } = bearer
  const { config, knowledge } = deps
  const isStream = call.request.method === 'GET' || message?.envelope.method === 'subscriptions/listen'
  const release = isStream ? deps.slots.takeStream(caller.key_id) : deps.slots.take(bearer)
  let leave: (() => void) | undefined
  try {
    const credential = knowledge.known(caller, server) ?? (await knowledge.credentials(caller, server))
    const passage = new Passing(deps, call, bearer, message, trace, options)
    if (call.request.method === 'DELETE') {
      if (options.session === undefined) throw new AppError('session_not_found')
      await endSession(deps, call, bearer, options.session, credential, trace)
      return 'answered'
    }
    let stop: AbortSignal | undefined
    if (isStream) {
      const name = options.session && passage.token ? tokenDigest(passage.token) : call.requestId
      const lost = new AbortController()
      stop = AbortSignal.any([deps.stopping, lost.signal])
      const open = standing(deps, bearer, () => lost.abort())
      leave = deps.openEnds.streams.add(name, open).remove
    }
    attach(trace, headerNames(credential))
    trace.upstreamStartedAt = performance.now()
    const ending = await relay({
      dispatcher: dispatcherTo(deps, caller, server, credential),
      request: requestOf(deps, call, server, message, options.session, credential.headers),
      response: call.response,
      keepAliveMs: config.GATEHOUSE_KEEP_ALIVE_MS,
      readerTimeoutMs: config.GATEHOUSE_READER_TIMEOUT_MS,
      bodyTimeoutMs: config.GATEHOUSE_CALL_TIMEOUT_MS,
      stop,
      endOfTurn: deps.endOfTurn,
      passage,
    })
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
    if (ending.kind === 'superseded') throw new ServerChanged(server.slug)
    if (ending.kind === 'held') {
      if (await options.otherEra?.(ending)) return 'other-era'
      passage.release(ending)
      dropUnread(call.response, config.GATEHOUSE_READER_TIMEOUT_MS)
    }
    if (ending.kind === 'complete' || ending.kind === 'held') passage.judge()
    else answerFailure(deps, call, server, message, ending, trace)
    return 'answered'
  } finally {
    leave?.()
    release()
  }
}

/** What of an answer passes to the client, and what is written down about it. */
class Passing implements Passage {
  /** As the client sent it. */
  readonly token: string | undefined
  readonly #deps: Deps
  readonly #call: Call
  readonly #bearer: Bearer
  readonly #message: Message | undefined
  readonly #trace: Trace
  readonly #options: ForwardOptions
  #outcome: OutcomeReader | undefined

  constructor(
    deps: Deps,
    call: Call,
    bearer: Bearer,
    message: Message | undefined,
    trace: Trace,
    options: ForwardOptions,
  ) {
    this.#deps = deps
    this.#call = call
    this.#bearer = bearer
    this.#message = message
    this.#trace = trace
    this.#options = options
    this.token = tokenOf(call)
  }

  /** A handshake teaches by its success too. */
  holds(status: number): boolean {
    if (this.#options.otherEra === undefined) return false
    return status >= 400 || this.#message?.envelope.method === 'initialize'
  }

  head(status: number, headers: IncomingHttpHeaders): Head {
    const envelope = this.#message?.envelope
    if (this.#message?.era === 'modern' && isRefusal(status)) this.#deps.eras.doubt(this.#bearer)
    if (status === 404) this.#options.gone?.()
    checkAnswer(status, headers, envelope === undefined || envelope.kind === 'request')
    this.#outcome = new OutcomeReader(headers['content-type'], status)
    return { status, headers: clientHeaders(headers, this.#sessionId(headers)) }
  }

  passed(chunk: Buffer): void {
    this.#trace.responseBytes += chunk.length
    this.#outcome?.take(chunk)
  }

  /** Gives the client what was held after all. */
  release({ status, headers, body }: HeldAnswer): void {
    const head = this.head(status, headers)
    this.passed(body)
    this.#call.response.writeHead(head.status, head.headers).end(body)
  }

  judge(): void {
    const judged = this.#outcome?.read()
    if (judged === undefined) return
    this.#trace.outcome = judged.outcome
    this.#trace.errorCode = judged.errorCode
  }

  /** The token for the session id in an answer: the client's own again where it is the same session. */
  #sessionId(headers: IncomingHttpHeaders): string | undefined {
    const upstreamId = headers[sessionHeader]
    if (typeof upstreamId !== 'string') return undefined
    const { session } = this.#options
    if (this.token !== undefined && session?.upstreamId === upstreamId) return this.token
    const message = this.#message
    const said = message?.envelope.method === 'initialize' ? readHandshake(message.body) : undefined
    const wantsAccount = this.#bearer.server.auth_type === 'oauth'
    return this.#deps.sessions.seal(this.#bearer, {
      upstreamId,
      protocolVersion: (message?.envelope.requestedVersion ?? session?.protocolVersion ?? '').slice(0, 64),
      elicitation: said ? declaredElicitation(said) : session?.elicitation,
      ...(wantsAccount && { handshake: said ? fitting(said) : session?.handshake }),
    })
  }
}

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

interface Said {
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly clientInfo: unknown
}

function readHandshake(body: Buffer): Said {
  const { params } = JSON.parse(body.toString('utf8')) as { params?: Record<string, unknown> } // the envelope saw an object
  const { capabilities, clientInfo } = params ?? {}
  const isObject = typeof capabilities === 'object' && capabilities !== null && !Array.isArray(capabilities)
  return { capabilities: isObject ? { ...capabilities } : {}, clientInfo }
}

/** Its modes, without what is said about them: a token has to fit into a header. */
function declaredElicitation({ capabilities: { elicitation: declared } }: Said): unknown {
  if (typeof declared !== 'object' || declared === null) return undefined
  return Object.fromEntries(['form', 'url'].filter((mode) => mode in declared).map((mode) => [mode, {}]))
}

/** Whole or not at all: who said more shakes hands again. */
const fitting = (said: Said): Said | undefined =>
  Buffer.byteLength(JSON.stringify(said)) <= maxHandshakeBytes ? said : undefined

const maxHandshakeBytes = 2_048
