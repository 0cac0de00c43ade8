// /v1/deepagents/mcp-servers: parse, check the permission, act, answer.

import { AppError } from '@gatehouse/errors'
import { createServer as createBody, updateServer as updateBody } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { idempotencyOf } from '../idempotency.ts'
import { parseBody, parseId } from '../parse.ts'
import { createServer } from './create-server.ts'
import { deleteServer } from './delete-server.ts'
import { showServer } from './find-server.ts'
import { listServers } from './list-servers.ts'
import { updateServer } from './update-server.ts'

const base = '/v1/deepagents/mcp-servers'

export function serverRoutes(deps: Deps): Router {
  const router = express.Router()
  router.post(
    base,
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:create')
      const input = parseBody(createBody, req.body)
      const { server, notice } = await createServer(deps, call, input, idempotencyOf(req))
      if (notice) res.setHeader('Gatehouse-Notice', notice)
      res.status(201).json(server)
    }),
  )
  router.get(
    base,
    withActor(deps, async (call, _req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      res.json(await listServers(deps, call))
    }),
  )
  router.get(
    `${base}/:mcp_server_id`,
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      res.json(await showServer(deps, call.actor, parseId(req.params.mcp_server_id, 'mcp_server_id')))
    }),
  )
  router.patch(
    `${base}/:mcp_server_id`,
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:update')
      const id = parseId(req.params.mcp_server_id, 'mcp_server_id')
      refuseImmutable(req.body)
      const { server, notice } = await updateServer(deps, call, id, parseBody(updateBody, req.body))
      if (notice) res.setHeader('Gatehouse-Notice', notice)
      res.json(server)
    }),
  )
  router.delete(
    `${base}/:mcp_server_id`,
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:delete')
      await deleteServer(deps, call, parseId(req.params.mcp_server_id, 'mcp_server_id'))
      res.status(204).end()
    }),
  )
  return router
}

/** @throws AppError immutable_field for members that are set once */
function refuseImmutable(body: unknown): void {
  if (typeof body !== 'object' || body === null) return
  const field = ['name', 'vendor_id', 'external_system_id', 'slug'].find((name) => name in body)
  if (field) throw new AppError('immutable_field', { what: `'${field}' can not be changed` })
}
