// A legacy server whose sessions are real and whose answers a test writes: each request that is none of the handshake goes to the
// test's own function, with the response to write to.

import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type Recorded, type RecordingUpstream, scripts, startRecordingUpstream } from '@gatehouse/testkit'

export interface Incoming {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: unknown
  readonly error?: { readonly code: number }
}

export type Handle = (message: Incoming, response: ServerResponse, request: Recorded) => void | Promise<void>

export interface ScriptedServer {
  readonly url: string
  /** What came in sessions, but for the handshake. */
  readonly messages: Incoming[]
  /** What each initialize said. */
  readonly greetings: Incoming[]
  readonly upstream: RecordingUpstream
  /** From now on its sessions are unknown. */
  forgetSessions(): void
  openSessions(): number
  close(): Promise<void>
}

interface Options {
  /** 405 unless told. */
  readonly get?: Handle | undefined
  /** The status in a session that it does not know; 404 unless told. */
  readonly unknown?: number
  /** What the client answers to the server's own requests. */
  readonly onAnswer?: ((message: Incoming) => void) | undefined
}

/** Answers notifications, responses and DELETE by itself. */
export async function startScriptedServer(
  capabilities: object,
  handle: Handle,
  {
    get = (_message, response, request) => scripts.status(405)(request, response),
    onAnswer,
    unknown = 404,
  }: Options = {},
): Promise<ScriptedServer> {
  const sessions = new Set<string>()
  const messages: Incoming[] = []
  const greetings: Incoming[] = []
  const upstream = await startRecordingUpstream(async (request, response) => {
    const message = (request.json() ?? {}) as Incoming // what we send is JSON
    if (message.method === 'initialize') {
      greetings.push(message)
      const sessionId = randomUUID()
      sessions.add(sessionId)
      const result = {
        protocolVersion: '2025-11-25',
        capabilities,
        serverInfo: { name: 'scripted', version: '1' },
        instructions: 'Be kind.',
      }
      const head = { headers: { 'mcp-session-id': sessionId } }
      return scripts.json({ jsonrpc: '2.0', id: message.id, result }, head)(request, response)
    }
    const [sessionId = ''] = request.header('mcp-session-id')
    if (!sessions.has(sessionId)) {
      const error = { code: -32000, message: 'Bad Request: No valid session ID provided' }
      return reply(response, { id: null, error }, unknown)
    }
    if (request.method === 'DELETE') {
      sessions.delete(sessionId)
      return scripts.status(200)(request, response)
    }
    if (request.method === 'GET') return get(message, response, request)
    if (message.method !== 'notifications/initialized') messages.push(message)
    if (message.id === undefined || message.method === undefined) {
      response.writeHead(202).end()
      if (message.method === undefined) onAnswer?.(message)
      return
    }
    await handle(message, response, request)
  })
  return {
    url: upstream.url,
    messages,
    greetings,
    upstream,
    forgetSessions: () => sessions.clear(),
    openSessions: () => sessions.size,
    close: upstream.close,
  }
}

/** Starts an event stream on the response. */
export function stream(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  return {
    send: (message: object, id?: string) =>
      void response.write(scripts.event({ jsonrpc: '2.0', ...message }, id)),
    write: (text: string) => void response.write(text),
    end: () => void response.end(),
  }
}

export const reply = (response: ServerResponse, message: object, status = 200): void =>
  void response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', ...message }))
