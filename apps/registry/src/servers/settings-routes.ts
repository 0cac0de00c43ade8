// /v1/servers: parse, check the permission, act, answer.

import { type ServerSettings, updateServerSettings } from '@gatehouse/registry-api'
import express, { type Response, type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseBody, parseId } from '../parse.ts'
import { etagOf } from '../versions.ts'
import { findEras } from './find-eras.ts'
import { editableOf, findSettings, updateSettings } from './settings.ts'

export function serverSettingsRoutes(deps: Deps): Router {
  const router = express.Router()
  router.get(
    '/v1/servers/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      answer(res, await findSettings(deps, call.actor, parseId(req.params.id)))
    }),
  )
  router.patch(
    '/v1/servers/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:update')
      const input = parseBody(updateServerSettings, req.body)
      answer(res, await updateSettings(deps, call, parseId(req.params.id), input, req.get('If-Match')))
    }),
  )
  router.post(
    '/v1/servers/:id/eras',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      res.json(await findEras(deps, call.actor, parseId(req.params.id)))
    }),
  )
  return router
}

const answer = (res: Response, settings: ServerSettings) =>
  res.set('ETag', etagOf(editableOf(settings))).json(settings)
