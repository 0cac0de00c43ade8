// /v1/invitations: for who invites, and (check, accept) for who was invited, who has no key and may have no session.

import {
  acceptInvitation as acceptBody,
  checkInvitation as checkBody,
  createInvitation as createBody,
  pageQuery,
} from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { requestIdOf, withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { idempotencyOf } from '../idempotency.ts'
import { parseBody, parseId, parseQuery } from '../parse.ts'
import { signedInPerson } from '../people/session-actor.ts'
import { signIn } from '../people/sign-in.ts'
import { acceptInvitation, checkInvitation } from './accept-invitation.ts'
import { createInvitation } from './create-invitation.ts'
import { listInvitations } from './list-invitations.ts'
import { withdrawInvitation } from './withdraw-invitation.ts'

export function invitationRoutes(deps: Deps): Router {
  const router = express.Router()

  router.post('/v1/invitations/check', async (req, res) => {
    res.json(await checkInvitation(deps, parseBody(checkBody, req.body).token))
  })

  router.post('/v1/invitations/accept', async (req, res) => {
    const input = parseBody(acceptBody, req.body)
    const person = input.account ? null : await signedInPerson(deps, req)
    const accepted = await acceptInvitation(deps, input, person, requestIdOf(res))
    if (input.account) await signIn(deps, accepted.user.id, req, res)
    res.json(accepted)
  })

  router.post(
    '/v1/invitations',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'members:manage')
      const input = parseBody(createBody, req.body)
      const done = await createInvitation(deps, call, input, idempotencyOf(req))
      if ('created' in done) res.status(201).json(done.created)
      else res.json(done.repeated)
    }),
  )

  router.get(
    '/v1/invitations',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'members:manage')
      res.json(await listInvitations(deps, call, parseQuery(pageQuery, req.query)))
    }),
  )

  router.delete(
    '/v1/invitations/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'members:manage')
      await withdrawInvitation(deps, call, parseId(req.params.id))
      res.status(204).end()
    }),
  )

  return router
}
