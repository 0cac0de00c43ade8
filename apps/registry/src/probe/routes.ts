// POST /v1/servers/probe: parse, check the permission, try, and answer line by line.

import { probeServer as probeBody } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseBody } from '../parse.ts'
import { checkHeaders } from '../servers/check-headers.ts'
import { checkUrl } from '../servers/check-url.ts'
import { probeServer } from './probe-server.ts'
import { createProbeSlots } from './slots.ts'

export function probeRoutes(deps: Deps): Router {
  const router = express.Router()
  const slots = createProbeSlots()
  router.post(
    '/v1/servers/probe',
    withActor(deps, async ({ actor, signal }, req, res) => {
      requirePermission(actor, 'mcp-servers:create')
      const input = parseBody(probeBody, req.body)
      const sent = input.headers ?? []
      checkHeaders(sent)
      const url = checkUrl(deps, input.url)
      const headers = sent.map(({ key, value }) => [key, value] as const)
      const giveBack = slots.take(actor)
      res.writeHead(200, {
        'Content-Type': 'application/x-ndjson',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      })
      res.flushHeaders()
      await probeServer(deps, { url, headers, signal }, (line) => {
        if (!res.destroyed) res.write(`${JSON.stringify(line)}\n`)
      }).finally(giveBack)
      res.end()
    }),
  )
  return router
}
