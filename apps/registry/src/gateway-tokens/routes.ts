// /v1/gateway-tokens: parse, check the permission, act, answer.

import { createGatewayToken } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseBody } from '../parse.ts'
import { createToken } from './create-token.ts'

export function gatewayTokenRoutes(deps: Deps): Router {
  const router = express.Router()
  router.post(
    '/v1/gateway-tokens',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:invoke')
      res.status(201).json(await createToken(deps, call, parseBody(createGatewayToken, req.body ?? {})))
    }),
  )
  return router
}
