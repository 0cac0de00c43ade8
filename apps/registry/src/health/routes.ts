// /v1/servers as a list, its stream, and the health of one: parse, check the permission, act, answer.

import { serverStreamQuery, serversQuery } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseId, parseQuery } from '../parse.ts'
import { findHealth, testServer } from './find-health.ts'
import { listServerPage } from './list-servers.ts'
import { streamServers } from './stream-servers.ts'

/** Before the routes of one server, as `stream` is no id. */
export function healthRoutes(deps: Deps): Router {
  const router = express.Router()
  router.get(
    '/v1/servers',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      res.json(await listServerPage(deps, call, parseQuery(serversQuery, req.query)))
    }),
  )
  router.get(
    '/v1/servers/stream',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      await streamServers(deps, call, parseQuery(serverStreamQuery, req.query), req, res)
    }),
  )
  router.get(
    '/v1/servers/:id/health',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      res.json(await findHealth(deps, call.actor, parseId(req.params.id)))
    }),
  )
  router.post(
    '/v1/servers/:id/test',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      res.json(await testServer(deps, deps.looks, call.actor, parseId(req.params.id)))
    }),
  )
  return router
}
