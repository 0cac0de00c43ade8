// A person's way to a connection in the browser, and the connections under /v1/connections.

import { z } from 'zod'
import { pageQuery } from './calls.ts'
import { slug, timestamp, uuid } from './primitives.ts'

/** Of an auth session. Denied or expired consent is `CONNECTION_REQUIRED`. */
export const authSessionStatus = z.enum(['PENDING', 'COMPLETED', 'CONNECTION_REQUIRED', 'TOKEN_EXPIRED'])
export type AuthSessionStatus = z.output<typeof authSessionStatus>

const connectedServer = z.object({ id: uuid, name: z.string(), slug })

/**
 * Body of `POST /v1/connections`: the provider of this server for the person who asks (discovered and registered where that
 * has not happened) and an auth session with it. Without `scopes` those that the server or its authorization server asks for.
 */
export const createConnection = z.strictObject({
  server_id: uuid,
  scopes: z.array(z.string().min(1)).max(100).optional(),
})
export type CreateConnection = z.input<typeof createConnection>

/** Answers 201; `verification_url` is a page of the console, works once, and for ten minutes. */
export const startedConnection = z.object({ auth_session_id: uuid, verification_url: z.url() })
export type StartedConnection = z.output<typeof startedConnection>

/**
 * Answer of `GET /v1/connect/{token}`, the token of a `verification_url`: who asks for what. 404 for a link that is unknown,
 * used, expired or another person's.
 */
export const connectLink = z.object({
  /** null for a provider that several servers share. */
  server: connectedServer.nullable(),
  provider: z.object({ id: uuid, issuer_host: z.string() }),
  scopes: z.array(z.string()),
  expires_at: timestamp,
  mine: z.boolean(),
})
export type ConnectLink = z.output<typeof connectLink>

/** Answer of `POST /v1/connect/{token}`, which uses the link up: where the person's browser goes next. */
export const continuedConnect = z.object({ authorization_url: z.url() })
export type ContinuedConnect = z.output<typeof continuedConnect>

/** Body of `POST /v1/connect/callback`: what the authorization server put into the redirect, as it came. */
export const finishConnect = z.strictObject({
  state: z.string().min(1).max(512),
  code: z.string().max(8_192).optional(),
  error: z.string().max(1_024).optional(),
  error_description: z.string().max(8_192).optional(),
  iss: z.string().max(2_048).optional(),
})
export type FinishConnect = z.input<typeof finishConnect>

/** 400 `oauth_state_unknown`, `oauth_denied` or `oauth_failed` where there is no connection now. */
export const finishedConnect = z.object({
  auth_session_id: uuid,
  status: authSessionStatus,
  server: connectedServer.nullable(),
})
export type FinishedConnect = z.output<typeof finishedConnect>

/** A token that the registry keeps; `server` and `owner` are null where several share it. */
export const connection = z.object({
  id: uuid,
  server: connectedServer.nullable(),
  owner: z.object({ id: uuid, name: z.string() }).nullable(),
  provider_id: uuid,
  label: z.string(),
  state: z.enum(['active', 'needs_reconnecting']),
  scopes: z.array(z.string()),
  created_at: timestamp,
  /** Of the access token; null where its authorization server did not say. */
  expires_at: timestamp.nullable(),
  refresh_expires_at: timestamp.nullable(),
  last_refresh_at: timestamp.nullable(),
  /** A word for how the last refresh went: `ok`, or the reason why not. */
  last_refresh_result: z.string().nullable(),
  /** Set in the week, or in the second half of a shorter life, before the refresh token runs out: after that, connecting anew is the only way. */
  warning: z.literal('refresh_token_ends_soon').nullable(),
})
export type Connection = z.output<typeof connection>

/** Query of `GET /v1/connections`. */
export const connectionsQuery = pageQuery.extend({ server_id: uuid.optional() })

/** Body of `PATCH /v1/connections/{id}`. */
export const updateConnection = z.strictObject({ label: z.string().max(256) })
export type UpdateConnection = z.input<typeof updateConnection>
