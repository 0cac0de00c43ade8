// People under /v1: single-use links, who is asking, and what installation this is. Signing in with a password is
// `POST /api/auth/sign-in/email` `{email, password}`, signing out `POST /api/auth/sign-out`.

import { z } from 'zod'
import { permission, role, timestamp, uuid } from './primitives.ts'

const token = z.string().min(1).max(256)

/** Checked by the registry, which answers 422 `weak_password` below 12 characters. */
const newPassword = z.string().max(128)

/** What somebody chooses who comes in for the first time. */
export const newAccount = z.strictObject({
  name: z.string().trim().min(1).max(256),
  email: z.email().max(320).toLowerCase(),
  password: newPassword,
})

/** Body of `POST /v1/links/check`: is this link still good? Does not use it up. */
export const checkLink = z.strictObject({ token })
export type CheckLink = z.input<typeof checkLink>

export const checkedLink = z.object({ kind: z.enum(['claim', 'sign-in', 'reset']), expires_at: timestamp })
export type CheckedLink = z.output<typeof checkedLink>

/** Body of `POST /v1/claim`: makes the owner's account and signs in; answers 200 with `signedIn` and sets the cookie. */
export const claimAccount = newAccount.extend({ token })
export type ClaimAccount = z.input<typeof claimAccount>

/**
 * Body of `POST /v1/sign-in-link`: signs in; answers 200 with `signedIn` and sets the cookie. With `password` (for a lost
 * one) it becomes the new password, and every other session ends; a link of the kind `reset` wants one.
 */
export const useSignInLink = z.strictObject({ token, password: newPassword.optional() })
export type UseSignInLink = z.input<typeof useSignInLink>

export const signedIn = z.object({ user: z.object({ id: uuid }) })
export type SignedIn = z.output<typeof signedIn>

const workspace = z.object({ id: uuid, slug: z.string(), name: z.string() })

/** Answer of `GET /v1/me`. A service key has no user and no role; `workspaces` are the person's memberships. */
export const me = z.object({
  user: z.object({ id: uuid, name: z.string(), email: z.string() }).nullable(),
  actor: z.object({ type: z.enum(['user', 'api-key', 'system']), id: z.string(), name: z.string() }),
  /** The one that this request is about; a session chooses with X-Workspace-Id. */
  workspace,
  role: role.nullable(),
  permissions: z.array(permission),
  workspaces: z.array(workspace.extend({ role })),
})
export type Me = z.output<typeof me>

/** Answer of `GET /v1/installation`. */
export const installation = z.object({
  gateway_url: z.string(),
  /** Where authorization servers send browsers back to: what a client that is registered by hand needs, exactly. */
  oauth_redirect_uri: z.url(),
  version: z.string(),
  /** Networks and host names beyond the public internet that servers may have. */
  egress_allow: z.array(z.string()),
  /** Of the MCP registry that can be searched; null where the operator named none. */
  mcp_registry_url: z.string().nullable(),
  database: z.enum(['embedded', 'postgresql']),
})
export type Installation = z.output<typeof installation>
