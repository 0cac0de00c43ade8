// The order of things for a request, on the public listener and on the one for gateways. What is served is in each
// folder's routes.ts.

import { type Allowed, checkHostAndOrigin, newRequestId, observeRequests, probes } from '@gatehouse/http-kit'
import express, { type Express, type RequestHandler } from 'express'
import { apiKeyRoutes } from './api-keys/routes.ts'
import { auditRoutes } from './audit-trail/routes.ts'
import { jsonBody, requireJson } from './body.ts'
import { callRoutes } from './calls/routes.ts'
import { captureRoutes } from './capture/routes.ts'
import { connectionRoutes } from './connections/routes.ts'
import type { Deps } from './deps.ts'
import { docsRoutes } from './docs/routes.ts'
import { gatewayTokenRoutes } from './gateway-tokens/routes.ts'
import { healthRoutes } from './health/routes.ts'
import { internalRoutes } from './internal/routes.ts'
import { invitationRoutes } from './invitations/routes.ts'
import { knownServerRoutes } from './known-servers/routes.ts'
import { memberRoutes } from './members/routes.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { probeRoutes } from './probe/routes.ts'
import { readiness } from './readiness.ts'
import { nothingHere, renderError } from './render-error.ts'
import { serverRoutes } from './servers/routes.ts'
import { serverSettingsRoutes } from './servers/settings-routes.ts'
import { settingsRoutes } from './settings/routes.ts'
import { toolRoutes } from './tools/routes.ts'
import { usageRoutes } from './usage/routes.ts'
import { importPath, workspaceFileRoutes } from './workspace-file/routes.ts'

/** What is known only once the listeners are bound. */
export interface Standing {
  readonly allowed: Allowed
  readonly stopping: boolean
}

/** People, the console's origin and API clients. */
export function publicApp(deps: Deps, standing: () => Standing): Express {
  const routers = [
    serverRoutes(deps),
    healthRoutes(deps),
    serverSettingsRoutes(deps),
    probeRoutes(deps),
    knownServerRoutes(deps),
    toolRoutes(deps),
    connectionRoutes(deps),
    ...oauthRoutes(deps),
    apiKeyRoutes(deps),
    gatewayTokenRoutes(deps),
    callRoutes(deps),
    captureRoutes(deps),
    usageRoutes(deps),
    auditRoutes(deps),
    memberRoutes(deps),
    invitationRoutes(deps),
    settingsRoutes(deps),
    ...peopleRoutes(deps),
    workspaceFileRoutes(deps),
    docsRoutes(deps),
  ]
  const app = front(deps)
  app.use(observeRequests(deps.metrics))
  app.use(probes(readiness(deps, () => standing().stopping)))
  app.use(guardHost(() => standing().allowed))
  const readJson = jsonBody('1mb')
  // Sign-in has a smaller limit of its own, an import a larger one for those who may.
  app.use((req, res, next) => {
    if (req.path === importPath) requireJson(req)
    const isReadLater = req.path === importPath || req.path.startsWith('/api/auth/')
    return isReadLater ? next() : readJson(req, res, next)
  })
  for (const router of routers) app.use(router)
  app.use(nothingHere(routers))
  app.use(renderError(deps))
  return app
}

/** What gateways alone may ask; each request shows a gateway's token. */
export function internalApp(deps: Deps): Express {
  const routers = [internalRoutes(deps)]
  const app = front(deps)
  for (const router of routers) app.use(router)
  app.use(nothingHere(routers))
  app.use(renderError(deps))
  return app
}

function front(deps: Deps): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  if (deps.config.GATEHOUSE_TRUSTED_PROXIES.length > 0)
    app.set('trust proxy', deps.config.GATEHOUSE_TRUSTED_PROXIES)
  app.use(named)
  return app
}

const named: RequestHandler = (_req, res, next) => {
  res.on('error', loseLate)
  res.setHeader('X-Request-Id', newRequestId())
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('X-Content-Type-Options', 'nosniff')
  next()
}

/** What is written behind an answer's end is lost, and nothing else. */
const loseLate = () => {}

const guardHost =
  (allowed: () => Allowed): RequestHandler =>
  (req, _res, next) => {
    checkHostAndOrigin(req, allowed())
    next()
  }
