// /v1/api-keys: parse, check the permission, act, answer.

import { createApiKey, pageQuery, rotateApiKey } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { idempotencyOf } from '../idempotency.ts'
import { parseBody, parseId, parseQuery } from '../parse.ts'
import { createKey } from './create-key.ts'
import { deleteKey } from './delete-key.ts'
import { listKeys } from './list-keys.ts'
import { rotateKey } from './rotate-key.ts'

export function apiKeyRoutes(deps: Deps): Router {
  const router = express.Router()

  router.post(
    '/v1/api-keys',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'api-keys:own')
      const input = parseBody(createApiKey, req.body)
      const done = await createKey(deps, call, input, idempotencyOf(req))
      if ('created' in done) res.status(201).json(done.created)
      else res.json(done.repeated)
    }),
  )

  router.get(
    '/v1/api-keys',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'api-keys:own')
      res.json(await listKeys(deps, call, parseQuery(pageQuery, req.query)))
    }),
  )

  router.post(
    '/v1/api-keys/:id/rotate',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'api-keys:own')
      const input = parseBody(rotateApiKey, req.body ?? {})
      res.json(await rotateKey(deps, call, parseId(req.params.id), input))
    }),
  )

  router.delete(
    '/v1/api-keys/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'api-keys:own')
      await deleteKey(deps, call, parseId(req.params.id))
      res.status(204).end()
    }),
  )

  return router
}
