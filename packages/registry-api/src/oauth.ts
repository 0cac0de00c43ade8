// Clients at authorization servers, and auth sessions: the published contract's part under /v1/deepagents, and
// /v1/oauth-providers.

import { z } from 'zod'
import { authSessionStatus } from './connections.ts'
import { timestamp, uuid } from './primitives.ts'

/** Body of `POST /mcp-servers/{id}/oauth-provider`; may be left out. `ls_user_id` counts for a service key with `users:act-as`. */
export const registerProvider = z.strictObject({ ls_user_id: z.string().nullish() })

export const registeredProvider = z.object({ oauth_provider_id: uuid })

/** A scope token (RFC 6749, section 3.3). */
const scope = z
  .string()
  .max(256)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be printable ASCII without spaces, quotes and backslashes')
const scopes = z.array(scope).max(100)

/** Body of `POST /auth-sessions`. Without scopes those are asked for that the server wants. */
export const createAuthSession = z.strictObject({
  provider_id: uuid,
  scopes,
  /** `REUSE` answers with a connection that stands and has the scopes, if there is one. */
  strategy: z.enum(['REUSE', 'CREATE']),
  agent_id: z.string().max(256).nullish(),
  /** The connection to reuse. */
  token_id: uuid.nullish(),
  is_default: z.boolean().nullish(),
})
export type CreateAuthSession = z.input<typeof createAuthSession>

/** `token` is the id of a connection, never its secret. */
export const authSession = z.object({
  id: uuid,
  provider_id: uuid,
  status: authSessionStatus,
  /** While it is pending: works once, for ten minutes. */
  verification_url: z.url().nullable(),
  token: uuid.nullable(),
  metadata: z.record(z.string(), z.unknown()),
})
export type AuthSession = z.output<typeof authSession>

/** Answer of `GET /auth-sessions/{id}`. */
export const authSessionState = z.object({ id: uuid, status: authSessionStatus })
export type AuthSessionState = z.output<typeof authSessionState>

/** Query of `GET /auth-sessions/{id}`: how long to wait while it is pending, 1 to 25. */
export const waitQuery = z.object({
  wait_seconds: z
    .string()
    .regex(/^\d{1,2}$/, 'must be a whole number from 1 to 25')
    .transform(Number)
    .pipe(z.int().min(1).max(25))
    .optional()
    .transform((value) => value ?? 1),
})

export const clientAuthMethod = z.enum([
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
])

/** A client at an authorization server. Its secret is never shown. */
export const oauthProvider = z.object({
  id: uuid,
  name: z.string(),
  /** `manual` was entered by hand; the others were registered for one server. */
  kind: z.enum(['dynamic', 'metadata-document', 'manual']),
  server_id: uuid.nullable(),
  /** The person it is for; null for services, and for a shared one. */
  owner_id: uuid.nullable(),
  issuer: z.string(),
  /** What tokens are asked for. */
  resource: z.string(),
  scopes: z.array(z.string()),
  client_id: z.string(),
  auth_method: clientAuthMethod,
  /** To be entered at the authorization server, exactly. */
  redirect_uri: z.string(),
  secret_expires_at: timestamp.nullable(),
  created_at: timestamp,
})
export type OAuthProvider = z.output<typeof oauthProvider>

/**
 * Body of `POST /v1/oauth-providers`: a client that was registered at the authorization server by hand. With `server_url` issuer
 * and resource are what this MCP server names; without it both are needed.
 */
export const createProvider = z.strictObject({
  name: z.string().min(1).max(256),
  client_id: z.string().min(1).max(2_048),
  /** The secret, or for `private_key_jwt` the private key: PKCS#8 PEM, or a JWK as JSON. */
  client_secret: z.string().min(1).max(16_384).nullish(),
  /** Without it: `client_secret_basic` with a secret, else `none`. */
  auth_method: clientAuthMethod.nullish(),
  server_url: z.string().min(1).max(2_048).nullish(),
  issuer: z.url().max(2_048).nullish(),
  resource: z.url().max(2_048).nullish(),
  /** Asked for where nobody names others; without it those of `server_url`. */
  scopes: scopes.nullish(),
})
export type CreateProvider = z.input<typeof createProvider>
