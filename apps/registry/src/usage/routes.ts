// /v1/usage: parse, check the permission, act, answer.

import { usageQuery } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseQuery } from '../parse.ts'
import { readUsage } from './read-usage.ts'

export function usageRoutes(deps: Deps): Router {
  const router = express.Router()

  router.get(
    '/v1/usage',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'calls:own')
      res.json(await readUsage(deps, call, parseQuery(usageQuery, req.query)))
    }),
  )

  return router
}
