// Capture mode under /v1/servers, and what it kept under /v1/calls: check the permission, act, answer.

import { startCapture as startBody } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseBody, parseId } from '../parse.ts'
import { readCaptured } from './read-captured.ts'
import { startCapture, stopCapture } from './set-capture.ts'

export function captureRoutes(deps: Deps): Router {
  const router = express.Router()
  router.post(
    '/v1/servers/:id/capture',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'settings:manage')
      const { minutes } = parseBody(startBody, req.body)
      res.json(await startCapture(deps, call, parseId(req.params.id), minutes))
    }),
  )
  router.delete(
    '/v1/servers/:id/capture',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'settings:manage')
      await stopCapture(deps, call, parseId(req.params.id))
      res.status(204).end()
    }),
  )
  router.get(
    '/v1/calls/:id/bodies',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'calls:read-bodies')
      res.set('Cache-Control', 'no-store')
      res.json(await readCaptured(deps, call, parseId(req.params.id)))
    }),
  )
  return router
}
