// The messages of one call in a legacy session: sent once (again only where the server has forgotten the session, so that nothing
// ran), its stream taken up again where the server ends it early, until the response is there.

import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '@gatehouse/errors'
import { rawElements } from '@gatehouse/upstream'
import type { Deps } from '../../../deps.ts'
import { ServerChanged } from '../../../registry/knowledge.ts'
import { type Conversation, converse } from '../../../upstream/converse.ts'
import type { Declared } from '../../../upstream/handshake.ts'
import type { OpenSession } from '../../../upstream/sessions.ts'
import type { Bearer } from '../../session-token.ts'
import { isObject } from './capabilities.ts'
import { sessionHeaders } from './in-session.ts'
import type { Refusal } from './questions.ts'

export interface CallOptions {
  readonly declared: Declared
  /** The request with this id. */
  readonly body: (id: string) => string
  /** Until the answer's head is there, and while a stream has to be taken up again; in ms. */
  readonly patienceMs: number
  readonly headers: readonly (readonly [string, string])[]
  readonly attached: (names: readonly string[]) => void
  /** Whether what the server says outside of the call's own stream may be meant for it too. */
  readonly sides: boolean
  /** Why the client can't be asked this, if it can't. */
  readonly refusal: (method: string, params: unknown) => Refusal | undefined
}

/** The call as the server knows it. */
export interface Sent {
  readonly session: OpenSession
  readonly id: string
}

export interface Listener {
  /** Just before the request goes out. */
  sent(call: Sent): void
  onRequest(call: Sent, text: string, method: string, params: unknown): void
  onNotification(call: Sent, text: string, method: string, params: unknown): Promise<void>
  /** True while the server waits for answers of the client. */
  waits(): boolean
}

/** A server that has forgotten even a fresh session will not remember the next. */
const maxSessions = 2
/** Before a stream is taken up again, where the server names no time. */
const retryMs = 1_000

/**
 * @returns the response as it was written
 * @throws ServerChanged when nothing was sent; AppError upstream_*
 */
export async function follow(
  deps: Deps,
  bearer: Bearer,
  options: CallOptions,
  signal: AbortSignal,
  listener: Listener,
): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const session = await deps.upstreamSessions.open(bearer, options.declared)
    if (session === undefined) throw new ServerChanged(bearer.server.slug)
    signal.throwIfAborted()
    const sent = { session, id: session.nextId() }
    const leave = options.sides ? deps.sideStreams.join(deps, bearer, sent, listener) : () => {}
    const done = deps.upstreamSessions.keep(session)
    try {
      const response = await sendOnce(deps, bearer, options, signal, sent, listener)
      if (response !== undefined) return response
    } finally {
      leave()
      done()
    }
    await deps.upstreamSessions.forget(bearer, session)
    if (attempt === maxSessions)
      throw new AppError('upstream_invalid', { what: 'it forgot its session at once' })
  }
}

/** Undefined where the server has forgotten the session. */
async function sendOnce(
  deps: Deps,
  bearer: Bearer,
  options: CallOptions,
  signal: AbortSignal,
  sent: Sent,
  listener: Listener,
): Promise<string | undefined> {
  const { session, id } = sent
  listener.sent(sent)
  const late = lateness(options.patienceMs, listener.waits)
  const conversation = await converse(deps, bearer, {
    headers: [...sessionHeaders(session), ...options.headers],
    body: options.body(id),
    patienceMs: 0, // a server may ask on another stream before it sends anything here: then the time stands still
    signal: AbortSignal.any([signal, late.signal]),
    attached: options.attached,
  }).finally(late.stop)
  const reader = readerOf(sent, conversation.status, listener)
  if (conversation.status === 404 && session.sessionId !== undefined)
    return read(conversation, (text) => reader(text, true))
  return readOn(deps, bearer, options, signal, { sent, conversation, reader, waits: listener.waits })
}

/** Aborts after so long, but for the time during which the server waits for its client. */
function lateness(patienceMs: number, waits: () => boolean) {
  const late = new AbortController()
  const everyMs = Math.min(patienceMs, 1_000)
  let leftMs = patienceMs
  const timer = setInterval(() => {
    if (!waits()) leftMs -= everyMs
    if (leftMs <= 0) late.abort(new AppError('upstream_timeout'))
  }, everyMs)
  return { signal: late.signal, stop: () => clearInterval(timer) }
}

type Reader = (text: string, ownIdOnly?: boolean) => Promise<string | undefined>

interface Going {
  readonly sent: Sent
  readonly conversation: Conversation
  readonly reader: Reader
  readonly waits: () => boolean
}

/** Until the response: a stream that ends before it is polled (2025-11-25, Streamable HTTP, "Sending Messages"). */
async function readOn(
  deps: Deps,
  bearer: Bearer,
  { patienceMs }: CallOptions,
  signal: AbortSignal,
  { sent, conversation, reader, waits }: Going,
): Promise<string> {
  let current = conversation
  let lastEventId: string | undefined
  let waitMs = retryMs
  let heardAt = performance.now()
  const heard: Reader = (text) => {
    heardAt = performance.now()
    return reader(text)
  }
  for (;;) {
    const broken = await read(current, heard).catch((thrown: unknown) => resumable(thrown, signal))
    if (typeof broken === 'string') return broken
    lastEventId = current.position.lastEventId ?? lastEventId
    if (lastEventId === undefined) throw broken ?? noAnswer(current)
    if (waits()) heardAt = performance.now()
    waitMs = current.position.retryMs ?? waitMs
    if (performance.now() + waitMs - heardAt > patienceMs) throw broken ?? new AppError('upstream_timeout')
    await pause(waitMs, undefined, { signal })
    current = await converse(deps, bearer, {
      method: 'GET',
      headers: [...sessionHeaders(sent.session), ['last-event-id', lastEventId]],
      patienceMs,
      signal,
    }).catch(afterSending)
    if (current.status !== 200) {
      current.close()
      throw broken ?? noAnswer(current)
    }
  }
}

/** A lost connection, after which the stream may go on. @throws everything else */
function resumable(thrown: unknown, signal: AbortSignal): AppError {
  signal.throwIfAborted()
  if (thrown instanceof AppError && thrown.code === 'upstream_unreachable') return thrown
  throw thrown
}

/** The first thing that the reader takes for the response. */
async function read(conversation: Conversation, reader: Reader): Promise<string | undefined> {
  for await (const text of conversation.messages) {
    // Servers of 2025-03-26 may answer with several messages at once.
    for (const one of text.trimStart().startsWith('[') ? rawElements(text) : [text]) {
      const response = await reader(one)
      if (response !== undefined) return response
    }
  }
  return undefined
}

function readerOf(sent: Sent, status: number, { onRequest, onNotification }: Listener): Reader {
  return async (text, ownIdOnly = false) => {
    const message: unknown = JSON.parse(text)
    if (!isObject(message)) return undefined
    const { id, method, params } = message
    if (typeof method === 'string') {
      if (id === undefined) await onNotification(sent, text, method, params)
      else onRequest(sent, text, method, params)
      return undefined
    }
    // A server that could not read the id of a request answers without one.
    const nameless = (id === null || id === undefined) && isObject(message.error) && status >= 400
    return id === sent.id || (nameless && !ownIdOnly) ? text : undefined
  }
}

function noAnswer({ status, headers }: Conversation): AppError {
  if (status === 429)
    return new AppError('upstream_unreachable', { what: 'it refuses more requests for now (429)' })
  if (status >= 500)
    return new AppError('upstream_unreachable', { what: `it answered with status ${status}` })
  if (status >= 400) return new AppError('upstream_invalid', { what: `it answered with status ${status}` })
  const type = String(headers['content-type'] ?? '').toLowerCase()
  if (!/^(application\/json|text\/event-stream)/.test(type))
    return new AppError('upstream_invalid', { what: 'it answered with something else than an MCP message' })
  return new AppError('upstream_unreachable', { what: 'the MCP server broke off its answer' })
}

/** Something was sent already: looking up the server again would send it twice. */
export function afterSending(thrown: unknown): never {
  if (!(thrown instanceof ServerChanged)) throw thrown
  throw new AppError('upstream_unreachable', { what: 'the server was changed during the call' })
}
