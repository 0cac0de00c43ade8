// One JSON-RPC message to an upstream, and the answer with the same id from a JSON body or an event stream.

import { readBody, refuseDetours } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import { sessionHeader } from '@gatehouse/protocol'
import { createParser } from 'eventsource-parser'
import type { Dispatcher } from 'undici'

/** Where messages go, and what all of them carry. */
export interface Wire {
  readonly pool: Dispatcher
  /** Path and query of the endpoint. */
  readonly path: string
  /** The stored ones; attached last to a set that is otherwise ours. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Of one answer. */
  readonly maxBytes: number
}

export interface Message {
  readonly method: string
  /** Absent in a notification. */
  readonly id?: number
  readonly params?: Readonly<Record<string, unknown>>
}

export interface Reply {
  readonly status: number
  readonly sessionId: string | undefined
  /** The response with our id; undefined where the upstream sent something else, or nothing. */
  readonly response: RpcResponse | undefined
}

export interface RpcResponse {
  /** As it was received. */
  readonly text: string
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly data?: unknown }
}

/** @throws AppError upstream_auth_failed for 401 and 403, upstream_invalid; whatever undici throws */
export async function exchange(
  wire: Wire,
  message: Message,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Reply> {
  const answer = await wire.pool.request({
    path: wire.path,
    method: 'POST',
    headers: requestHeaders(wire, headers),
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    signal,
  })
  const status = answer.statusCode
  try {
    refuseDetours(
      status,
      new Headers({ 'content-encoding': String(answer.headers['content-encoding'] ?? '') }),
    )
    if (status === 401 || status === 403) throw new AppError('upstream_auth_failed')
    const sessionId = answer.headers[sessionHeader]
    const response =
      message.id === undefined ? undefined : await readResponse(answer, message.id, wire.maxBytes)
    return { status, sessionId: typeof sessionId === 'string' ? sessionId : undefined, response }
  } finally {
    answer.body.on('error', () => {}).destroy()
  }
}

/** Ends a session; the upstream's answer doesn't matter, nor whether it gives one. */
export async function endSession(wire: Wire, headers: Readonly<Record<string, string>>): Promise<void> {
  const signal = AbortSignal.timeout(1_000)
  const request = {
    path: wire.path,
    method: 'DELETE' as const,
    headers: requestHeaders(wire, headers),
    signal,
  }
  await wire.pool.request(request).then(
    (answer) => answer.body.on('error', () => {}).destroy(),
    () => {},
  )
}

function requestHeaders(wire: Wire, headers: Readonly<Record<string, string>>): string[] {
  const own = {
    accept: 'application/json, text/event-stream',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    ...headers,
  }
  const clash = wire.headers.find(([name]) => Object.hasOwn(own, name.toLowerCase()))
  if (clash) throw new AppError('invalid_header', { what: `the header ${clash[0]} is the protocol's own` })
  const named = wire.headers.some(([name]) => name.toLowerCase() === 'user-agent')
  // some hosts refuse requests that don't say what they are
  return [...(named ? [] : ['user-agent', 'gatehouse']), ...Object.entries(own), ...wire.headers].flat()
}

async function readResponse(
  answer: Dispatcher.ResponseData,
  id: number,
  maxBytes: number,
): Promise<RpcResponse | undefined> {
  const type = String(answer.headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase()
  if (type === 'application/json') {
    return asResponse(decode(await readBody(answer.body, maxBytes)), id)
  }
  return type === 'text/event-stream' ? readEvents(answer.body, id, maxBytes) : undefined
}

/** Reads events until the response comes. */
async function readEvents(
  body: AsyncIterable<Uint8Array>,
  id: number,
  maxBytes: number,
): Promise<RpcResponse | undefined> {
  let response: RpcResponse | undefined
  let size = 0
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const parser = createParser({
    onEvent({ data }) {
      response ??= asResponse(data, id)
    },
  })
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes)
      throw new AppError('upstream_invalid', { what: `its answer is larger than ${maxBytes} bytes` })
    parser.feed(decode(chunk, decoder))
    if (response) return response
  }
  return undefined
}

function asResponse(text: string, id: number): RpcResponse | undefined {
  const value = parse(text)
  if (!isObject(value) || value.jsonrpc !== '2.0') return undefined
  const { result, error } = value
  if (value.id === id && isObject(result)) return { text, result }
  // A server that could not read the id of a request answers without one.
  if ((value.id === id || value.id === null || value.id === undefined) && isObject(error)) {
    if (typeof error.code === 'number') return { text, error: { code: error.code, data: error.data } }
  }
  return undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function decode(bytes: Uint8Array, decoder?: InstanceType<typeof TextDecoder>): string {
  try {
    return decoder
      ? decoder.decode(bytes, { stream: true })
      : new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError('upstream_invalid', { what: 'its answer is not valid UTF-8', cause })
  }
}
