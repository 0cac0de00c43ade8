// /v1/calls: parse, check the permission, act, answer.

import { callQuery, callStreamQuery } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseId, parseQuery } from '../parse.ts'
import { getCall } from './get-call.ts'
import { listCalls } from './list-calls.ts'
import { streamCalls } from './stream-calls.ts'

export function callRoutes(deps: Deps): Router {
  const router = express.Router()

  router.get(
    '/v1/calls',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'calls:own')
      res.json(await listCalls(deps, call, parseQuery(callQuery, req.query)))
    }),
  )

  router.get(
    '/v1/calls/stream',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'calls:own')
      await streamCalls(deps, call, parseQuery(callStreamQuery, req.query), req, res)
    }),
  )

  router.get(
    '/v1/calls/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'calls:own')
      res.json(await getCall(deps, call, parseId(req.params.id)))
    }),
  )

  return router
}
