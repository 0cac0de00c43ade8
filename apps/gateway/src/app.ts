// The HTTP server: /mcp in front, the probes through Express behind it.

import { createServer, type Server } from 'node:http'
import { AppError } from '@gatehouse/errors'
import { newRequestId, probes } from '@gatehouse/http-kit'
import express from 'express'
import type { Deps } from './deps.ts'
import { refuse } from './mcp/refuse.ts'
import { handleMcp } from './mcp/route.ts'
import { version } from './version.ts'

/** @param stopping true from the first signal on */
export function createGatewayServer(deps: Deps, stopping: () => boolean): Server {
  const app = express()
  app.disable('x-powered-by')
  app.use(
    probes({
      version,
      metrics: deps.metrics,
      notReady: async () => {
        if (stopping()) return 'stopping'
        return deps.knowledge.greeting === undefined ? 'the registry has not been reached yet' : undefined
      },
    }),
  )
  app.get(
    '/',
    (_req, res) =>
      void res.json({ name: 'Gatehouse gateway', version, mcp: `${deps.config.PUBLIC_URL}/mcp/` }),
  )
  app.use((_req, res) => refuse(res, new AppError('not_found'), newRequestId(), undefined))

  const server = createServer(
    {
      headersTimeout: deps.config.GATEHOUSE_HEADER_TIMEOUT_MS,
      requestTimeout: 0,
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (request, response) => {
      if (/^\/mcp(?:[/?]|$)/.test(request.url ?? '') || request.url?.startsWith('//'))
        void handleMcp(deps, request, response)
      else app(request, response)
    },
  )
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    else socket.destroy()
  })
  return server
}
