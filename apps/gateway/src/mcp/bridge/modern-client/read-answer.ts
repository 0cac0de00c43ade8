// The messages that a legacy server sends for one call, its stream taken up again where the server ends it early, until the
// response is there.

import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '@gatehouse/errors'
import { rawElements } from '@gatehouse/upstream'
import type { Deps } from '../../../deps.ts'
import { ServerChanged } from '../../../registry/knowledge.ts'
import { type Conversation, converse } from '../../../upstream/converse.ts'
import type { Bearer } from '../../session-token.ts'
import { isObject } from './capabilities.ts'
import type { CallOptions, Listener, Sent } from './follow.ts'
import { sessionHeaders } from './in-session.ts'

/** Before a stream is taken up again, where the server names no time. */
const retryMs = 1_000
/** Whatever time it names. */
export const leastRetryMs = 50

/** The text where it is the response. */
type Reader = (text: string, ownIdOnly?: boolean) => Promise<string | undefined>

export interface Going {
  readonly sent: Sent
  readonly conversation: Conversation
  readonly reader: Reader
  readonly waits: () => boolean
}

/** Until the response: a stream that ends before it is polled (2025-11-25, Streamable HTTP, "Sending Messages"). */
export async function readOn(
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
    const broken = await readMessages(current, heard).catch((thrown: unknown) => resumable(thrown, signal))
    if (typeof broken === 'string') return broken
    lastEventId = current.position.lastEventId ?? lastEventId
    if (lastEventId === undefined) throw broken ?? noAnswer(current)
    if (waits()) heardAt = performance.now()
    waitMs = Math.max(current.position.retryMs ?? waitMs, leastRetryMs)
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
export async function readMessages(conversation: Conversation, reader: Reader): Promise<string | undefined> {
  for await (const text of conversation.messages) {
    // Servers of 2025-03-26 may answer with several messages at once.
    for (const one of text.trimStart().startsWith('[') ? rawElements(text) : [text]) {
      const response = await reader(one)
      if (response !== undefined) return response
    }
  }
  return undefined
}

export function readerOf(sent: Sent, status: number, { onRequest, onNotification }: Listener): Reader {
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
