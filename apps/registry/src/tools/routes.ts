// The tools of a server, by its URL as the published contract has it, and by its id for the console.

import { AppError } from '@gatehouse/errors'
import {
  serverToolsQuery,
  switchTools as switchBody,
  toolSearchQuery,
  toolsQuery,
} from '@gatehouse/registry-api'
import express, { type Response, type Router } from 'express'
import { requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { ownerOf } from '../oauth/owner-of.ts'
import { parseBody, parseId, parseQuery } from '../parse.ts'
import { findServer } from '../servers/find-server.ts'
import { findSettings } from '../servers/settings.ts'
import { findByUrl } from './find-by-url.ts'
import { createToolLists, type Listed } from './list-tools.ts'
import { searchTools } from './search-tools.ts'
import { switchTools } from './switch-tools.ts'

export function toolRoutes(deps: Deps): Router {
  const router = express.Router()
  const lists = createToolLists(deps)
  router.get(
    '/v1/deepagents/mcp/tools',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      const query = parseQuery(toolsQuery, req.query)
      const ownerId = await ownerOf(deps, call.actor, query.ls_user_id)
      const server = await findByUrl(deps, call.actor, ownerId, query.url, query.oauth_provider_id)
      answer(res, await lists.list(server, ownerId, query.force_refresh))
    }),
  )
  router.get(
    '/v1/tools',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      res.json(await searchTools(deps, call, parseQuery(toolSearchQuery, req.query)))
    }),
  )
  router.get(
    '/v1/servers/:id/tools',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      const query = parseQuery(serverToolsQuery, req.query)
      const server = await findServer(deps, call.actor, parseId(req.params.id))
      if (!server) throw new AppError('mcp_server_not_found')
      const { disabled_tools } = await findSettings(deps, call.actor, server.id)
      answer(res, await lists.list(server, call.actor.userId, query.force_refresh), { disabled_tools })
    }),
  )
  router.patch(
    '/v1/servers/:id/tools',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:update')
      const input = parseBody(switchBody, req.body)
      const server = await findServer(deps, call.actor, parseId(req.params.id))
      if (!server) throw new AppError('mcp_server_not_found')
      res.json({ disabled_tools: await switchTools(deps, call, lists, server, input) })
    }),
  )
  return router
}

/** The entries are put in as they came, never parsed and written again. */
function answer(res: Response, { toolsJson, cached, fetchedAt }: Listed, more: object = {}): void {
  const at = fetchedAt.toISOString().replace(/\.\d+Z$/, 'Z')
  const rest = JSON.stringify({ cached, fetched_at: at, ...more }).slice(1)
  res.type('application/json').send(`{"tools":${toolsJson},${rest}`)
}
