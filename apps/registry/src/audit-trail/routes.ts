// /v1/audit: parse, check the permission, read, answer. How events are written and chained: ../audit.ts.

import { type AuditVerdict, auditFilter, auditQuery } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { verifyChain } from '../audit.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseQuery } from '../parse.ts'
import { isSignedBy } from './checkpoint.ts'
import { exportEvents } from './export-events.ts'
import { listEvents } from './list-events.ts'

export function auditRoutes(deps: Deps): Router {
  const router = express.Router()

  router.get(
    '/v1/audit',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'audit:read')
      res.json(await listEvents(deps, call, parseQuery(auditQuery, req.query)))
    }),
  )

  router.get(
    '/v1/audit/verify',
    withActor(deps, async (call, _req, res) => {
      requirePermission(call.actor, 'audit:read')
      const verdict = await verifyChain(deps.db, call.actor.workspaceId, isSignedBy(deps.sealer))
      const answer: AuditVerdict = verdict.ok
        ? verdict
        : { ok: false, broken_at: Number(verdict.brokenAt), problem: verdict.problem }
      res.json(answer)
    }),
  )

  router.get(
    '/v1/audit/export',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'audit:read')
      await exportEvents(deps, call, parseQuery(auditFilter, req.query), res)
    }),
  )

  return router
}
