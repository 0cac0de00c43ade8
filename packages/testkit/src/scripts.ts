// Ways in which a recording upstream answers: well-behaved ones of both eras, and the ones that tests are for.

import type { Recorded, Script } from './recording-upstream.ts'

interface Head {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** One JSON body; text goes out as it is. */
export const json =
  (body: unknown, { status = 200, headers = {} }: Head = {}): Script =>
  (_request, response) => {
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
  }

/** An event stream of exactly these chunks; a promise among them is awaited before what follows is sent. */
export const sse =
  (chunks: Iterable<string | Buffer | Promise<unknown>>, { status = 200, headers = {} }: Head = {}): Script =>
  async (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/event-stream', ...headers }).flushHeaders()
    for (const chunk of chunks) {
      if (chunk instanceof Promise) await chunk
      else if (!response.destroyed) response.write(chunk)
    }
    response.end()
  }

/** One event with a JSON-RPC message. */
export const event = (message: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${JSON.stringify(message)}\n\n`

/** A status with an empty body. */
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Script =>
  (_request, response) => {
    response.writeHead(code, { ...headers }).end()
  }

/** Takes the request and says nothing. */
export const never: Script = () => {}

/** Resets the connection in place of an answer. */
export const reset: Script = (_request, response) => {
  response.socket?.resetAndDestroy()
}

/** Sends a head and part of a body, then resets. */
export const breakOff =
  (part: string | Buffer, headers: Readonly<Record<string, string>> = {}): Script =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.write(part, () => response.socket?.resetAndDestroy())
  }

/** The next script for each request; the last one stays. */
export const inTurn = (...scripts: [Script, ...Script[]]): Script => {
  let next = 0
  return (request, response) => scripts[Math.min(next++, scripts.length - 1)]?.(request, response)
}

interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: { name?: string; arguments?: unknown; protocolVersion?: string }
}

interface PlainServer {
  readonly tools?: readonly unknown[]
  /** Legacy: gives this session id and asks for it. */
  readonly sessionId?: string
}

/** A small legacy server: initialize, notifications, ping, tools/list, tools/call (answers its arguments), 405 for the rest. */
export const legacyServer = ({ tools = [], sessionId }: PlainServer = {}): Script => {
  return (request, response) => {
    const message = request.json() as Message | undefined
    if (request.method === 'DELETE' && sessionId) return status(200)(request, response)
    if (request.method !== 'POST') return status(405, { allow: 'POST' })(request, response)
    if (message?.id === undefined) return status(202)(request, response)
    const headers: Record<string, string> = sessionId ? { 'mcp-session-id': sessionId } : {}
    if (message.method === 'initialize') {
      const result = {
        protocolVersion: message.params?.protocolVersion ?? '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'recording', version: '1' },
      }
      return json({ jsonrpc: '2.0', id: message.id, result }, { headers })(request, response)
    }
    if (sessionId && request.header('mcp-session-id')[0] !== sessionId) {
      return json(error(message.id, -32000, 'Bad Request: No valid session ID provided'), { status: 400 })(
        request,
        response,
      )
    }
    return json(answerTo(message, request, tools))(request, response)
  }
}

/** A small modern server: server/discover, tools/list, tools/call (answers its arguments); legacy requests get -32022. */
export const modernServer = ({ tools = [] }: PlainServer = {}): Script => {
  return (request, response) => {
    const message = request.json() as Message | undefined
    if (request.method !== 'POST') return status(405, { allow: 'POST' })(request, response)
    if (message?.id === undefined) return status(202)(request, response)
    if (request.header('mcp-protocol-version')[0] !== '2026-07-28') {
      const refusal = error(message.id, -32022, 'Unsupported protocol version', { supported: ['2026-07-28'] })
      return json(refusal, { status: 400 })(request, response)
    }
    const cache = { resultType: 'complete', ttlMs: 60_000, cacheScope: 'private' }
    if (message.method === 'server/discover') {
      const result = { ...cache, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }
      return json({ jsonrpc: '2.0', id: message.id, result })(request, response)
    }
    const answer = answerTo(message, request, tools)
    const extra = message.method === 'tools/list' ? cache : { resultType: 'complete' }
    const whole = 'result' in answer ? { ...answer, result: { ...answer.result, ...extra } } : answer
    return json(whole, { status: 'result' in answer ? 200 : 404 })(request, response)
  }
}

function answerTo(message: Message, request: Recorded, tools: readonly unknown[]) {
  const { id, method, params } = message
  if (method === 'ping') return { jsonrpc: '2.0', id, result: {} }
  if (method === 'tools/list') return { jsonrpc: '2.0', id, result: { tools } }
  if (method === 'tools/call') {
    const text = JSON.stringify({ tool: params?.name, arguments: params?.arguments, url: request.url })
    return { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } }
  }
  return error(id, -32601, `Method not found: ${method}`)
}

const error = (id: unknown, code: number, message: string, data?: unknown) => ({
  jsonrpc: '2.0',
  id,
  error: { code, message, ...(data === undefined ? {} : { data }) },
})
