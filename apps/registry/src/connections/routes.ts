// /v1/connections: parse, check the permission, act, answer. How one comes to be: oauth/routes.ts.

import { connectionsQuery, updateConnection } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseBody, parseId, parseQuery } from '../parse.ts'
import { disconnect } from './disconnect.ts'
import { labelConnection } from './label-connection.ts'
import { listConnections } from './list-connections.ts'

export function connectionRoutes(deps: Deps): Router {
  const router = express.Router()

  router.get(
    '/v1/connections',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:invoke')
      res.json(await listConnections(deps, call, parseQuery(connectionsQuery, req.query)))
    }),
  )

  router.patch(
    '/v1/connections/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:invoke')
      const input = parseBody(updateConnection, req.body)
      res.json(await labelConnection(deps, call, parseId(req.params.id), input))
    }),
  )

  router.delete(
    '/v1/connections/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:invoke')
      await disconnect(deps, call, parseId(req.params.id))
      res.status(204).end()
    }),
  )

  return router
}
