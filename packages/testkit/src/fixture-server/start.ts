// The fixture server on a socket: both protocol eras or one of them, legacy clients with sessions as real servers have
// them. What it offers is in offer.ts; sessions.ts serves the legacy era, the SDK's own handler the modern one.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
  type ServerNotifier,
} from '@modelcontextprotocol/server'
import type { Seen } from '../sdk-upstream.ts'
import { createOffer } from './offer.ts'
import { createSessions } from './sessions.ts'

export interface FixtureOptions {
  readonly eras: 'both' | 'legacy' | 'modern'
  /** `name: value`; requests without it get 401. */
  readonly requiredHeader?: string
  /** Answers with one JSON body, never with an event stream (but for GET and subscriptions). */
  readonly json?: boolean
}

export interface FixtureServer {
  /** The MCP endpoint. */
  readonly url: string
  readonly requests: Seen[]
  /** Tells every client that listens: legacy ones on their GET stream, modern ones on their subscriptions. */
  readonly notify: ServerNotifier
  /** How many legacy sessions are open. */
  sessions(): number
  close(): Promise<void>
}

/** Starts a server with the tools, resources and prompts that the official conformance suite calls by name. */
export async function startFixtureServer(options: FixtureOptions): Promise<FixtureServer> {
  const { eras, json = false } = options
  const requests: Seen[] = []
  const offer = createOffer(() => notify)
  const sessions = createSessions(() => offer.make('legacy'), json)
  const modern = createMcpHandler(() => offer.make('modern'), {
    legacy: 'reject',
    responseMode: json ? 'json' : 'auto',
  })
  const notify: ServerNotifier = {
    toolsChanged: () => tell((to) => to.toolsChanged()),
    promptsChanged: () => tell((to) => to.promptsChanged()),
    resourcesChanged: () => tell((to) => to.resourcesChanged()),
    resourceUpdated: (uri) => tell((to) => to.resourceUpdated(uri)),
  }
  function tell(what: (to: ServerNotifier) => void) {
    for (const to of [modern.notify, sessions.notify]) what(to)
  }

  const handle = toNodeHandler({
    async fetch(request, extra) {
      const refused =
        hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
        originValidationResponse(request, localhostAllowedOrigins())
      if (refused) return refused
      if (!hasHeader(request, options.requiredHeader)) {
        return Response.json({ error: 'Unauthorized' }, { status: 401 })
      }
      const legacy = eras === 'legacy' || (eras === 'both' && (await isLegacyRequest(request)))
      return legacy ? sessions.fetch(request) : modern.fetch(request, extra)
    },
  })
  const server = createServer((request: IncomingMessage, response) => {
    const { method = '', url = '', rawHeaders } = request
    requests.push({ method, url, rawHeaders })
    void handle(request as Parameters<typeof handle>[0], response) // its members are optional, not undefined
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has one

  return {
    url: `http://127.0.0.1:${port}/mcp`,
    requests,
    notify,
    sessions: sessions.count,
    async close() {
      offer.close()
      await Promise.all([modern.close(), sessions.close()])
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function hasHeader(request: Request, required: string | undefined): boolean {
  if (required === undefined) return true
  const colon = required.indexOf(':')
  return request.headers.get(required.slice(0, colon).trim()) === required.slice(colon + 1).trim()
}
