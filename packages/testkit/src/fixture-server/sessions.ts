// The fixture's legacy era: a transport and a server per session, events kept for resumption, until DELETE.

import { randomUUID } from 'node:crypto'
import {
  type McpServer,
  type ServerNotifier,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { createEventStore } from './event-store.ts'

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly server: McpServer
  readonly subscribed: Set<string>
}

export function createSessions(make: () => McpServer, json: boolean) {
  const open = new Map<string, Session>()

  async function start(): Promise<Session> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: json,
      ...(!json && { eventStore: createEventStore(), retryInterval: 500 }),
      onsessioninitialized: (id) => void open.set(id, session),
      onsessionclosed: (id) => void open.delete(id),
    })
    const session: Session = { transport, server: make(), subscribed: new Set() }
    const { server } = session.server
    server.setRequestHandler('resources/subscribe', ({ params }) => {
      session.subscribed.add(params.uri)
      return {}
    })
    server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      session.subscribed.delete(params.uri)
      return {}
    })
    await session.server.connect(transport)
    return session
  }

  const notify: ServerNotifier = {
    toolsChanged: () => open.forEach(({ server }) => void server.sendToolListChanged()),
    promptsChanged: () => open.forEach(({ server }) => void server.sendPromptListChanged()),
    resourcesChanged: () => open.forEach(({ server }) => void server.sendResourceListChanged()),
    resourceUpdated: (uri) =>
      open.forEach(({ server, subscribed }) => {
        if (subscribed.has(uri)) void server.server.sendResourceUpdated({ uri })
      }),
  }

  return {
    notify,
    count: () => open.size,
    async fetch(request: Request): Promise<Response> {
      const id = request.headers.get('mcp-session-id')
      if (id !== null) return open.get(id)?.transport.handleRequest(request) ?? notFound()
      const { transport, server } = await start()
      const response = await transport.handleRequest(request)
      if (transport.sessionId === undefined) await server.close() // it was no initialize: refused
      return response
    },
    async close() {
      await Promise.all([...open.values()].map(({ transport }) => transport.close()))
    },
  }
}

const notFound = () =>
  Response.json(
    { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } },
    { status: 404 },
  )
