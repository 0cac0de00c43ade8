// One request to an upstream for a bridge or the aggregate, its answer read as messages: JSON texts exactly as they were written,
// whether they come as one body or as events. The transparent path relays bytes instead (mcp/transparent/relay.ts).

import type { IncomingHttpHeaders } from 'node:http'
import { readBody, toUpstreamError } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import { createParser } from 'eventsource-parser'
import type { Dispatcher } from 'undici'
import type { Deps } from '../deps.ts'
import type { Bearer } from '../mcp/session-token.ts'
import { checkAnswer } from '../mcp/transparent/response-headers.ts'
import { ServerChanged } from '../registry/knowledge.ts'
import { addressOf } from './address.ts'
import { dispatcherTo } from './dispatcher-to.ts'
import { Superseded } from './pools.ts'

export interface Conversation {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** In order, once. Throws AppError upstream_* where the answer breaks off or is no MCP. */
  readonly messages: AsyncIterable<string>
  /** Where an event stream can be taken up again: the last event's id and the server's wish how long to wait, if any. */
  readonly position: { readonly lastEventId: string | undefined; readonly retryMs: number | undefined }
  /** Leaves: the connection goes with it. */
  close(): void
}

export interface Outgoing {
  readonly method?: 'POST' | 'GET'
  /** Beside ours: the protocol's own and what the caller's request brought along. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string | Buffer
  /** Until the answer's head is there, and again for a body that is no stream, in ms. */
  readonly patienceMs: number
  readonly signal?: AbortSignal
  /** Told the names of the stored headers once they are known. */
  readonly attached?: (names: readonly string[]) => void
}

const maxAttempts = 3
const maxMessageBytes = 16 * 1024 * 1024

/**
 * Takes the credential last: nothing is awaited between reading it and handing the request over.
 * @throws AppError upstream_* (upstream_auth_failed for 401 and 403), connection_required; ServerChanged where nothing was sent because the
 * credential was replaced
 */
export async function converse(
  deps: Pick<Deps, 'knowledge' | 'pools' | 'via'>,
  bearer: Bearer,
  outgoing: Outgoing,
): Promise<Conversation> {
  const leaving = new AbortController()
  const signals = outgoing.signal ? [leaving.signal, outgoing.signal] : [leaving.signal]
  const answer = await send(deps, bearer, outgoing, AbortSignal.any(signals))
  const reading: Reading = { lastEventId: undefined, retryMs: undefined, over: false }
  const close = () => {
    answer.body.on('error', () => {})
    if (!reading.over) leaving.abort()
  }
  try {
    if (answer.statusCode === 401 || answer.statusCode === 403) throw new AppError('upstream_auth_failed')
    checkAnswer(answer.statusCode, answer.headers, false)
  } catch (thrown) {
    close()
    throw thrown
  }
  return {
    status: answer.statusCode,
    headers: answer.headers,
    messages: read(answer, reading, outgoing.patienceMs),
    position: reading,
    close,
  }
}

/** A change that meets a request before it is on the wire stops it; where the same still holds, it is sent after all. */
async function send(
  deps: Pick<Deps, 'knowledge' | 'pools' | 'via'>,
  { caller, server }: Bearer,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { origin, path } = addressOf(server)
  const method = outgoing.method ?? 'POST'
  const own: [string, string][] = [
    ['accept', method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream'],
    ['accept-encoding', 'identity'],
    ...(outgoing.body === undefined ? [] : [['content-type', 'application/json'] as [string, string]]),
    ['via', deps.via()],
  ]
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const credential = await deps.knowledge.credentials(caller, server)
    outgoing.attached?.(credential.headers.map(([name]) => name))
    try {
      return await dispatcherTo(deps, caller, server, credential).request({
        origin,
        path,
        method,
        headers: [...own, ...outgoing.headers, ...credential.headers].flat(),
        body: outgoing.body ?? null,
        headersTimeout: outgoing.patienceMs,
        bodyTimeout: 0,
        signal,
      })
    } catch (thrown) {
      if (!(thrown instanceof Superseded)) throw toUpstreamError(thrown)
    }
  }
  throw new ServerChanged(server.slug)
}

interface Reading {
  lastEventId: string | undefined
  retryMs: number | undefined
  /** Nobody wants more of it. */
  over: boolean
}

/** After its response a stream ends, and the connection can be used again; where it doesn't, the connection goes. */
const lastMs = 500

async function* read(
  answer: Dispatcher.ResponseData,
  reading: Reading,
  bodyMs: number,
): AsyncGenerator<string> {
  const type = String(answer.headers['content-type'] ?? '').toLowerCase()
  try {
    if (type.startsWith('application/json')) {
      const text = decode(await readInTime(answer.body, bodyMs), new TextDecoder('utf-8', fatal))
      if (isJson(text)) yield text
    } else if (type.startsWith('text/event-stream')) {
      yield* events(answer.body, reading)
    }
  } catch (thrown) {
    throw toUpstreamError(thrown)
  } finally {
    reading.over = true
    leave(answer.body)
  }
}

function leave(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {})
  if (body.readableEnded || body.destroyed) return
  const late = setTimeout(() => body.destroy(), lastMs)
  body.once('close', () => clearTimeout(late)).resume()
}

/** A stream may be quiet; a body that comes drop by drop would hold what waits for it. */
async function readInTime(body: Dispatcher.ResponseData['body'], ms: number): Promise<Buffer> {
  const tooSlow = new AppError('upstream_timeout', { what: 'its answer does not end' })
  const timer = setTimeout(() => body.destroy(tooSlow), ms)
  try {
    return await readBody(body, maxMessageBytes)
  } finally {
    clearTimeout(timer)
  }
}

async function* events(body: Dispatcher.ResponseData['body'], reading: Reading): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', fatal)
  let ready: string[] = []
  let pending = 0
  const parser = createParser({
    onEvent({ id, data }) {
      pending = 0
      if (id !== undefined) reading.lastEventId = id
      if (data !== '') ready.push(data)
    },
    onRetry(ms) {
      reading.retryMs = ms
    },
  })
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    pending += chunk.length
    parser.feed(decode(chunk, decoder, true))
    if (pending > maxMessageBytes) throw new AppError('upstream_invalid', { what: 'an event is over 16 MiB' })
    const now = ready
    ready = []
    for (const text of now) if (isJson(text)) yield text
  }
}

const fatal = { fatal: true } as const

function decode(bytes: Uint8Array, decoder: InstanceType<typeof TextDecoder>, stream = false): string {
  try {
    return decoder.decode(bytes, { stream })
  } catch (cause) {
    throw new AppError('upstream_invalid', { what: 'its answer is not valid UTF-8', cause })
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    throw new AppError('upstream_invalid', { what: 'it sent something that is not JSON' })
  }
}
