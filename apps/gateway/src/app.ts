// The HTTP server: /mcp in front, the probes through Express behind it.

import type { Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError } from '@gatehouse/errors'
import { newRequestId, type Probed, probes } from '@gatehouse/http-kit'
import express from 'express'
import type { Deps } from './deps.ts'
import { McpRequest } from './mcp/mcp-request.ts'
import { McpResponse } from './mcp/mcp-response.ts'
import { refuse } from './mcp/refuse.ts'
import { handleMcp } from './mcp/route.ts'
import { http } from './node-http.ts'
import { version } from './version.ts'

/** @param stopping true from the first signal on @param metrics what /metrics tells */
export function createGatewayServer(
  deps: Deps,
  stopping: () => boolean,
  metrics: Probed['metrics'] = deps.metrics,
): Server<typeof McpRequest, typeof McpResponse> {
  const app = express()
  app.disable('x-powered-by')
  app.use(
    probes({
      version,
      metrics,
      notReady: async () => {
        if (stopping()) return 'stopping'
        if (!deps.lease.holds()) return 'the registry can not be reached'
        return deps.overload.reason
      },
    }),
  )
  app.get(
    '/',
    (_req, res) =>
      void res.json({ name: 'Gatehouse gateway', version, mcp: `${deps.config.PUBLIC_URL}/mcp/` }),
  )
  app.use((_req, res) => refuse(res, new AppError('not_found'), newRequestId(), undefined))

  /** Connections of which nothing more is taken: their last request was there. */
  const finished = new WeakSet<Duplex>()
  const server = http.createServer<typeof McpRequest, typeof McpResponse>(
    {
      IncomingMessage: McpRequest,
      ServerResponse: McpResponse,
      headersTimeout: deps.config.GATEHOUSE_HEADER_TIMEOUT_MS,
      requestTimeout: 0,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (request, response) => {
      if (finished.has(request.socket)) return
      response.on('error', loseLate)
      // What is no plain path is refused there too.
      if (!/^\/(?!\/)(?!mcp(?:[/?]|$))/.test(request.url ?? '')) void handleMcp(deps, request, response)
      else app(request, response)
      // By its own word, or because its framing was refused.
      if (!response.shouldKeepAlive) finished.add(request.socket)
    },
  )
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = brokenRequests[error.code ?? ''] ?? '400 Bad Request'
    if (!socket.writable || isAnswering(socket)) return void socket.destroy()
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    // Who reads nothing does not read that it is over either.
    const late = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => clearTimeout(late))
  })
  return server
}

/** What is written behind an answer's end is lost, and nothing else. */
const loseLate = () => {}

/** Whether a text of our own would be read as the answer, or as part of one, to a request that came whole before. */
function isAnswering(socket: Duplex): boolean {
  // Node's own name for the answer at the front; its own handling of such errors looks there too.
  const { _httpMessage: answer } = socket as Duplex & { readonly _httpMessage?: ServerResponse | null }
  return answer != null && (answer.headersSent || answer.req.complete)
}

const lingerMs = 1_000

/** Requests that never became one. */
const brokenRequests: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}
