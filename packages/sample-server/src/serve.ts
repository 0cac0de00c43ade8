// Serves an MCP server over Streamable HTTP on a socket of its own, to clients of both eras. The tools are in tools/.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, isLegacyRequest, type McpServerFactory } from '@modelcontextprotocol/server'
import { createSessions } from './sessions.ts'

export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port?: number
  /** Loopback unless told. */
  readonly host?: string
  /** `name: value`; a request without exactly this header gets 401. */
  readonly requiredHeader?: string | undefined
  /** Gives 2025 clients a session; without, each of their requests stands alone. */
  readonly sessions?: boolean
  /** False refuses 2025 clients. */
  readonly legacy?: boolean
  /** Sees every request before it is served. */
  readonly onRequest?: (request: IncomingMessage) => void
}

export interface RunningServer {
  /** The MCP endpoint. */
  readonly url: string
  /** Ends open streams too. */
  close(): Promise<void>
}

/** @param factory makes a server per request, or per session */
export async function serveMcp(
  factory: McpServerFactory,
  options: ServeOptions = {},
): Promise<RunningServer> {
  const { host = '127.0.0.1', sessions = false, legacy = true } = options
  const both = createMcpHandler(factory, { legacy: sessions || !legacy ? 'reject' : 'stateless' })
  const sessionful = sessions && legacy ? createSessions(factory) : undefined
  const handle = toNodeHandler({
    async fetch(request, extra) {
      return sessionful && (await isLegacyRequest(request))
        ? sessionful.fetch(request)
        : both.fetch(request, extra)
    },
  })

  const server = createServer((request, response) => {
    options.onRequest?.(request)
    if (URL.parse(request.url ?? '/', 'http://_')?.pathname !== '/mcp')
      return answer(response, 404, 'Not found')
    if (!hasHeader(request, options.requiredHeader)) return answer(response, 401, 'Unauthorized')
    void handle(request as Parameters<typeof handle>[0], response) // its members are optional, not undefined
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, host, resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has one

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/mcp`,
    async close() {
      await Promise.all([both.close(), sessionful?.close()])
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function hasHeader(request: IncomingMessage, required: string | undefined): boolean {
  if (!required) return true
  const colon = required.indexOf(':')
  return request.headers[required.slice(0, colon).trim().toLowerCase()] === required.slice(colon + 1).trim()
}

function answer(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
}
