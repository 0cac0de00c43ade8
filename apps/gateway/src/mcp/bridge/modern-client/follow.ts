// One call in a legacy session: sent once, and again only where the server has forgotten the session, so that nothing ran. Next:
// read-answer.ts.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../../../deps.ts'
import { ServerChanged } from '../../../registry/knowledge.ts'
import { converse } from '../../../upstream/converse.ts'
import type { Declared } from '../../../upstream/handshake.ts'
import type { OpenSession } from '../../../upstream/sessions.ts'
import type { Bearer } from '../../session-token.ts'
import { heldMs } from './held-calls.ts'
import { sessionHeaders, tell } from './in-session.ts'
import type { Refusal } from './questions.ts'
import { readerOf, readMessages, readOn } from './read-answer.ts'

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
    // A server may ask on another stream before it sends anything here: then the time stands still.
    patienceMs: options.patienceMs + (options.sides ? heldMs : 0),
    signal: AbortSignal.any([signal, late.signal]),
    attached: options.attached,
  }).finally(late.stop)
  const reader = readerOf(sent, conversation.status, listener)
  const { sessionId } = session
  if (conversation.status === 404 && sessionId !== undefined)
    return readMessages(conversation, (text) => reader(text, true))
  if (conversation.status === 400 && sessionId !== undefined) void checkSession(deps, bearer, session)
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

/** Many servers answer 400 in a session that they don't know: nothing is sent again, but the next call gets a new one. */
async function checkSession(deps: Deps, bearer: Bearer, session: OpenSession): Promise<void> {
  const body = `{"jsonrpc":"2.0","id":${JSON.stringify(session.nextId())},"method":"ping"}`
  const status = await tell(deps, bearer, session, body).catch(() => undefined)
  if (status === 400 || status === 404) await deps.upstreamSessions.forget(bearer, session)
}
