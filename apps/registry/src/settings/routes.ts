// /v1/settings and /v1/gateways: check the permission, act, answer.

import { updateWorkspaceSettings, type WorkspaceSettings } from '@gatehouse/registry-api'
import express, { type Response, type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseBody } from '../parse.ts'
import { etagOf } from '../versions.ts'
import { listGateways } from './list-gateways.ts'
import { readSettings, updateSettings } from './settings.ts'

export function settingsRoutes(deps: Deps): Router {
  const router = express.Router()

  router.get(
    '/v1/settings',
    withActor(deps, async (call, _req, res) => {
      requirePermission(call.actor, 'settings:manage')
      answer(res, await readSettings(deps, call))
    }),
  )

  router.patch(
    '/v1/settings',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'settings:manage')
      const input = parseBody(updateWorkspaceSettings, req.body)
      answer(res, await updateSettings(deps, call, input, req.get('If-Match')))
    }),
  )

  router.get(
    '/v1/gateways',
    withActor(deps, async ({ actor }, _req, res) => {
      requirePermission(actor, 'settings:manage')
      res.json(await listGateways(deps))
    }),
  )

  return router
}

const answer = (res: Response, settings: WorkspaceSettings) =>
  res.set('ETag', etagOf(settings)).json(settings)
