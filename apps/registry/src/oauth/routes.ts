// The way to a connection: clients at authorization servers, auth sessions, and what a person's browser asks on it.

import { AppError } from '@gatehouse/errors'
import {
  createAuthSession,
  createConnection,
  createProvider as createProviderBody,
  finishConnect as finishBody,
  pageQuery,
  registerProvider as registerBody,
  waitQuery,
} from '@gatehouse/registry-api'
import express, { type Request, type Router } from 'express'
import { type Call, requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { idempotencyOf } from '../idempotency.ts'
import { parseBody, parseId, parseQuery } from '../parse.ts'
import { type Visitor, visitorOf } from './browser.ts'
import { aboutUs, metadataDocumentUrl } from './client-metadata.ts'
import { followLink, showLink } from './connect-link.ts'
import { createSession } from './create-session.ts'
import { finishConnect } from './finish-connect.ts'
import { createProvider, deleteProvider, listProviders } from './providers.ts'
import { registerProvider } from './register-provider.ts'
import { startConnection } from './start-connection.ts'
import { waitForSession } from './wait-session.ts'

const base = '/v1/deepagents'

/** In the order of app.ts's routers. */
export const oauthRoutes = (deps: Deps): Router[] => [
  contractRoutes(deps),
  browserRoutes(deps),
  ownRoutes(deps),
]

function contractRoutes(deps: Deps): Router {
  const router = express.Router()
  router.post(
    `${base}/mcp-servers/:mcp_server_id/oauth-provider`,
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:invoke')
      const id = parseId(req.params.mcp_server_id, 'mcp_server_id')
      const { ls_user_id: named } = parseBody(registerBody, req.body ?? {})
      res.json({ oauth_provider_id: await registerProvider(deps, call, id, named ?? undefined) })
    }),
  )
  router.post(
    `${base}/auth-sessions`,
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:invoke')
      const { session, isReused } = await createSession(deps, call, parseBody(createAuthSession, req.body))
      res.status(isReused ? 200 : 201).json(session)
    }),
  )
  router.get(
    `${base}/auth-sessions/:id`,
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:invoke')
      const { wait_seconds } = parseQuery(waitQuery, req.query)
      res.json(await waitForSession(deps, call, parseId(req.params.id), wait_seconds))
    }),
  )
  return router
}

function browserRoutes(deps: Deps): Router {
  const router = express.Router()
  const visiting = async (call: Call, req: Request): Promise<Visitor> => {
    const visitor = await visitorOf(deps, call, req)
    if (visitor === undefined) throw new AppError('connect_link_not_found')
    return visitor
  }
  router.post(
    '/v1/connect/callback',
    withActor(deps, async (call, req, res) => {
      const input = parseBody(finishBody, req.body, { anyText: true })
      const visitor = await visitorOf(deps, call, req)
      if (visitor === undefined) throw new AppError('oauth_state_unknown')
      res.json(await finishConnect(deps, visitor, input))
    }),
  )
  router.get(
    '/v1/connect/:token',
    withActor(deps, async (call, req, res) => {
      res.json(await showLink(deps, await visiting(call, req), String(req.params.token)))
    }),
  )
  router.post(
    '/v1/connect/:token',
    withActor(deps, async (call, req, res) => {
      res.json(await followLink(deps, await visiting(call, req), String(req.params.token)))
    }),
  )
  router.get('/oauth/client-metadata.json', (_req, res) => {
    const client_id = metadataDocumentUrl(deps.config)
    if (client_id === undefined) throw new AppError('not_found')
    res.setHeader('Cache-Control', 'public, max-age=3600')
    res.json({ client_id, ...aboutUs(deps.config), token_endpoint_auth_method: 'none' })
  })
  return router
}

function ownRoutes(deps: Deps): Router {
  const router = express.Router()
  router.post(
    '/v1/connections',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:invoke')
      res.status(201).json(await startConnection(deps, call, parseBody(createConnection, req.body)))
    }),
  )
  router.get(
    '/v1/oauth-providers',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:read')
      res.json(await listProviders(deps, call, parseQuery(pageQuery, req.query)))
    }),
  )
  router.post(
    '/v1/oauth-providers',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:create')
      const input = parseBody(createProviderBody, req.body)
      res.status(201).json(await createProvider(deps, call, input, idempotencyOf(req)))
    }),
  )
  router.delete(
    '/v1/oauth-providers/:id',
    withActor(deps, async (call, req, res) => {
      requirePermission(call.actor, 'mcp-servers:delete')
      await deleteProvider(deps, call, parseId(req.params.id))
      res.status(204).end()
    }),
  )
  return router
}
