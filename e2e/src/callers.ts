// Plain clients of both eras, each of whose calls says exactly how it went. traffic.ts calls them again and again.

import { randomInt } from 'node:crypto'
import { modernHeaders, modernMeta, post } from './stack.ts'

export type Outcome =
  | { readonly kind: 'ok' }
  /** `{HTTP status} {JSON-RPC code}`; `flat` in its place where the answer names no id. */
  | { readonly kind: 'refused'; readonly code: string }
  /** The connection broke, or the answer did, so that anybody can see it. */
  | { readonly kind: 'cut' }
  /** What must never be. */
  | { readonly kind: 'wrong'; readonly what: string }

/** Calls a tool that answers its arguments, with this token among them. */
export type Caller = (token: string) => Promise<Outcome>

export interface CallerOptions {
  /** The endpoint; asked before each call, so that a test can move its clients elsewhere. */
  readonly address: () => string
  readonly key: string
  /** As the endpoint knows it. */
  readonly tool?: string
  readonly timeoutMs?: number
}

/** A client of 2025-11-25 without a session. */
export function legacyCaller(options: CallerOptions): Caller {
  return (token) => call(options, token, {}, {})
}

/** A client of 2026-07-28. */
export function modernCaller(options: CallerOptions): Caller {
  const headers = modernHeaders('tools/call', options.tool ?? 'echo')
  return (token) => call(options, token, { _meta: modernMeta }, headers)
}

/** A client of 2025-11-25 that begins a session, and another one where the server has forgotten it. */
export function sessionCaller(options: CallerOptions): Caller {
  let session: string | undefined
  return async (token) => {
    if (session === undefined) {
      const opened = await open(options)
      if (typeof opened !== 'string') return opened
      session = opened
    }
    const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }
    const outcome = await call(options, token, {}, headers)
    if (outcome.kind === 'refused' && outcome.code.startsWith('404')) session = undefined
    return outcome
  }
}

async function open({ address, key, timeoutMs = 30_000 }: CallerOptions): Promise<string | Outcome> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  const id = randomInt(1e9)
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const answer = await post(
      address(),
      key,
      { jsonrpc: '2.0', id, method: 'initialize', params },
      {},
      signal,
    )
    const text = await answer.text()
    return answer.headers.get('mcp-session-id') ?? judge(answer, text, id, '')
  } catch {
    return { kind: 'cut' }
  }
}

async function call(
  { address, key, tool = 'echo', timeoutMs = 30_000 }: CallerOptions,
  token: string,
  more: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const id = randomInt(1e9)
  const params = { name: tool, arguments: { token }, ...more }
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const answer = await post(
      address(),
      key,
      { jsonrpc: '2.0', id, method: 'tools/call', params },
      headers,
      signal,
    )
    return judge(answer, await answer.text(), id, token)
  } catch {
    return { kind: 'cut' }
  }
}

interface Message {
  readonly id?: unknown
  readonly error?: { readonly code: number }
  readonly result?: { readonly isError?: boolean }
}

/** What an answer to this id and token is. */
function judge({ status, headers }: Response, text: string, id: number, token: string): Outcome {
  const wrong = (what: string): Outcome => ({
    kind: 'wrong',
    what: `${what}: ${status} ${text.slice(0, 300)}`,
  })
  const body = headers.get('content-type')?.startsWith('text/event-stream') ? lastData(text) : text
  if (body === undefined) return { kind: 'cut' }
  let message: Message
  try {
    message = JSON.parse(body) as Message // every member is looked at below
  } catch {
    return wrong('no JSON')
  }
  if ('id' in message && message.id !== id) return wrong(`an answer to another id than ${id}`)
  if (message.error === undefined || typeof message.error === 'string') {
    if (message.result === undefined) return { kind: 'refused', code: `${status} flat` }
    if (message.result.isError === true) return { kind: 'refused', code: `${status} isError` }
    return status === 200 && text.includes(token) ? { kind: 'ok' } : wrong(`without the token ${token}`)
  }
  return { kind: 'refused', code: `${status} ${message.error.code}` }
}

/** The data of the last event that is whole. */
function lastData(text: string): string | undefined {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((event) => event.split('\n').filter((line) => line.startsWith('data:')))
    .at(-1)
    ?.slice(5)
}
