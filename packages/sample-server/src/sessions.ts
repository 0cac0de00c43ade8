// Sessions of 2025 clients: one transport and one server each, until DELETE. serve.ts sends them here.

import { randomUUID } from 'node:crypto'
import { type McpServerFactory, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'

export function createSessions(factory: McpServerFactory) {
  const open = new Map<string, WebStandardStreamableHTTPServerTransport>()

  async function start(requestInfo: Request) {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => {
        open.set(id, transport)
      },
      onsessionclosed: (id) => {
        open.delete(id)
      },
    })
    const server = await factory({ era: 'legacy', requestInfo })
    await server.connect(transport)
    return transport
  }

  return {
    async fetch(request: Request): Promise<Response> {
      const id = request.headers.get('mcp-session-id')
      const known = id === null ? undefined : open.get(id)
      if (known) return known.handleRequest(request)
      if (id === null) return (await start(request)).handleRequest(request)
      return Response.json(
        { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } },
        { status: 404 },
      )
    },
    async close() {
      await Promise.all([...open.values()].map((transport) => transport.close()))
    },
  }
}
