// A server of the years before 2026, built with the SDK of that time (v1), with sessions or without.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { fixtureTools } from './fixture-tools.ts'

interface LegacyOptions {
  readonly requiredHeader: string | undefined
  readonly sessions: boolean
  readonly onRequest: (request: IncomingMessage) => void
}

export async function startLegacyUpstream(options: LegacyOptions) {
  const open = new Map<string, StreamableHTTPServerTransport>()
  const [name = '', value] = options.requiredHeader?.split(/:\s*(.*)/) ?? []

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    options.onRequest(request)
    if (name && request.headers[name.toLowerCase()] !== value) return refuse(response, 401, 'Unauthorized')
    if (!options.sessions) {
      if (request.method !== 'POST') return refuse(response, 405, 'Method not allowed.')
      const transport = new StreamableHTTPServerTransport({})
      response.once('close', () => transport.close())
      return connectAndHandle(transport, request, response)
    }
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? open.get(id) : undefined
    if (known) return known.handleRequest(request, response)
    if (id !== undefined) return refuse(response, 404, 'Session not found')
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (session) => void open.set(session, transport),
      onsessionclosed: (session) => void open.delete(session),
    })
    return connectAndHandle(transport, request, response)
  }

  const server = createServer((request, response) => void handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, // a TCP server has an AddressInfo
    async close() {
      await Promise.all([...open.values()].map((transport) => transport.close()))
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function connectAndHandle(
  transport: StreamableHTTPServerTransport,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // v1's own transports declare their callbacks looser than its Transport interface under exactOptionalPropertyTypes
  await fixtureServer().connect(transport as Parameters<McpServer['connect']>[0])
  await transport.handleRequest(request, response)
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const body = { jsonrpc: '2.0', id: null, error: { code: -32000, message } }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function fixtureServer(): McpServer {
  const server = new McpServer({ name: 'fixture', version: '1.0.0' })
  for (const tool of fixtureTools) {
    const config = { description: tool.description, inputSchema: tool.input.shape }
    server.registerTool(tool.name, config, async (args, extra) => {
      const progressToken = extra._meta?.progressToken
      const text = await tool.run(args, {
        headers: (extra.requestInfo?.headers ?? {}) as Record<string, string>, // single values in these tests
        signal: extra.signal,
        async progress(progress, total) {
          if (progressToken === undefined) return
          await extra.sendNotification({
            method: 'notifications/progress',
            params: { progressToken, progress, total },
          })
        },
      })
      return { content: [{ type: 'text' as const, text }] }
    })
  }
  return server
}
