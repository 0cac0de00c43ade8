// Coming in (/v1/links/check, /v1/claim, /v1/sign-in-link), and who and where one is (/v1/me, /v1/installation).

import {
  checkLink,
  claimAccount,
  type Installation,
  toTimestamp,
  useSignInLink,
} from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import { requestIdOf, withActor } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { redirectUri } from '../oauth/client-metadata.ts'
import { parseBody } from '../parse.ts'
import { version } from '../readiness.ts'
import { authRoutes } from './auth-routes.ts'
import { claim } from './claim.ts'
import { findLink } from './links.ts'
import { showMe } from './show-me.ts'
import { signIn } from './sign-in.ts'
import { signInByLink } from './use-sign-in-link.ts'

/** In the order of app.ts's routers. */
export const peopleRoutes = (deps: Deps): Router[] => [authRoutes(deps), ownRoutes(deps)]

function ownRoutes(deps: Deps): Router {
  const router = express.Router()

  router.post('/v1/links/check', async (req, res) => {
    const { token } = parseBody(checkLink, req.body)
    const { kind, expiresAt } = await deps.db.asSystem((tx) => findLink(tx, token, deps.now()))
    res.json({ kind, expires_at: toTimestamp(expiresAt) })
  })

  router.post('/v1/claim', async (req, res) => {
    const userId = await claim(deps, parseBody(claimAccount, req.body), requestIdOf(res))
    await signIn(deps, userId, req, res)
    res.json({ user: { id: userId } })
  })

  router.post('/v1/sign-in-link', async (req, res) => {
    const userId = await signInByLink(deps, parseBody(useSignInLink, req.body), requestIdOf(res))
    await signIn(deps, userId, req, res)
    res.json({ user: { id: userId } })
  })

  router.get(
    '/v1/me',
    withActor(deps, async (call, _req, res) => {
      res.json(await showMe(deps, call.actor))
    }),
  )

  router.get(
    '/v1/installation',
    withActor(deps, async (_call, _req, res) => {
      const { config } = deps
      const answer: Installation = {
        gateway_url: config.GATEWAY_PUBLIC_URL,
        oauth_redirect_uri: redirectUri(config),
        version,
        egress_allow: [...config.GATEHOUSE_EGRESS_ALLOW],
        mcp_registry_url: config.GATEHOUSE_MCP_REGISTRY_URL ?? null,
        database: config.DATABASE_URL === undefined ? 'embedded' : 'postgresql',
      }
      res.json(answer)
    }),
  )

  return router
}
