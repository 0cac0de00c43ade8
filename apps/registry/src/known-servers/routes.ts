// GET /v1/known-servers: parse, check the permission, ask, answer.

import { knownServersQuery } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseQuery } from '../parse.ts'
import { searchKnownServers } from './search.ts'

export function knownServerRoutes(deps: Deps): Router {
  const router = express.Router()
  router.get(
    '/v1/known-servers',
    withActor(deps, async ({ actor }, req, res) => {
      requirePermission(actor, 'mcp-servers:create')
      res.json(await searchKnownServers(deps, parseQuery(knownServersQuery, req.query)))
    }),
  )
  return router
}
