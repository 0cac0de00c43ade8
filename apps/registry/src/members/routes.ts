// /v1/members: parse, check the permission, act, answer. How somebody becomes one: invitations/.

import { pageQuery, updateMember } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { parseBody, parseId, parseQuery } from '../parse.ts'
import { changeRole } from './change-role.ts'
import { createResetLink } from './create-reset-link.ts'
import { listMembers } from './list-members.ts'
import { removeMember } from './remove-member.ts'

export function memberRoutes(deps: Deps): Router {
  const router = express.Router()

  router.get(
    '/v1/members',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'members:manage')
      res.json(await listMembers(deps, call, parseQuery(pageQuery, req.query)))
    }),
  )

  router.patch(
    '/v1/members/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'members:manage')
      const { role } = parseBody(updateMember, req.body)
      res.json(await changeRole(deps, call, parseId(req.params.id), role))
    }),
  )

  router.delete(
    '/v1/members/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'members:manage')
      await removeMember(deps, call, parseId(req.params.id))
      res.status(204).end()
    }),
  )

  router.post(
    '/v1/members/:id/reset-link',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'members:manage')
      res.status(201).json(await createResetLink(deps, call, parseId(req.params.id)))
    }),
  )

  return router
}
