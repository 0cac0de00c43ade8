// What gateways alone may ask, on the registry's internal listener with `Authorization: Bearer <gateway token>`.
// Every answer carries the revision of the snapshot it was read in; a gateway discards one that is older than what it
// has already been told. All that a gateway loads of the contract is here: the rest takes as long as half of its own code.

import { z } from 'zod'
import { callReport } from './calls.ts'
import { capturedBodies } from './capture.ts'
import { permission, slug, uuid } from './primitives.ts'

export { maskedValue } from './capture.ts'

export const revision = z.int().nonnegative()

/** `POST /internal/resolve`: who has this key, and which server (or, with null, all servers) may it reach. */
export const resolveRequest = z.strictObject({
  /** SHA-256 of the whole key, hex. */
  key_digest: z.string().regex(/^[0-9a-f]{64}$/),
  slug: slug.nullable(),
})

export const resolvedServer = z.object({
  id: uuid,
  slug,
  name: z.string(),
  url: z.url(),
  auth_type: z.enum(['', 'headers', 'oauth']),
  credential_generation: uuid,
  era: z.enum(['auto', 'legacy', 'modern']),
  call_timeout_ms: z.int().nullable(),
  max_concurrent: z.int().nullable(),
  /** Own names of tools that are switched off. */
  disabled_tools: z.array(z.string()),
  /** Unix time in ms until which headers and bodies of its calls are kept; absent where they are not. */
  capture_until_ms: z.int().optional(),
})
export type ResolvedServer = z.output<typeof resolvedServer>

export const resolvedCaller = z.object({
  key_id: uuid,
  key_name: z.string(),
  /** `health`: the registry itself, whose looks at servers are nobody's calls. */
  kind: z.enum(['user', 'service', 'health']),
  workspace_id: uuid,
  user_id: uuid.nullable(),
  /** Of the key, already intersected with its owner's present role. */
  permissions: z.array(permission),
  /** Requests per minute. */
  rate_limit: z.int().nullable(),
  /** Unix time in ms after which the key is no longer good. */
  expires_at_ms: z.number().nullable(),
})
export type ResolvedCaller = z.output<typeof resolvedCaller>

/**
 * `caller: null` for every bad key, whatever the reason. `servers` holds the enabled servers that this caller may use:
 * with a slug at most one; without one all, ordered by slug.
 */
export const resolveAnswer = z.object({
  revision,
  caller: resolvedCaller.nullable(),
  servers: z.array(resolvedServer),
})
export type ResolveAnswer = z.output<typeof resolveAnswer>

/**
 * `POST /internal/credentials`: the headers to attach for this caller at this server. 404 `mcp_server_not_found` when the
 * server is gone or disabled, or this caller may not (any more) invoke it; 500 `credential_unreadable` when its stored
 * headers can not be opened or may not be sent; 503 `upstream_auth_unavailable` when a token has run out and its authorization
 * server can not be reached just now.
 */
export const credentialsRequest = z.strictObject({ key_id: uuid, workspace_id: uuid, server_id: uuid })

/** The OAuth connection that `headers` are of: the person's, the service's, or the one that the workspace shares. */
export const usedConnection = z.object({
  /** New when it was connected anew, not when its token was refreshed: what is kept at the server goes with it. */
  generation: uuid,
  token_id: uuid,
  /** Counts refreshes. */
  version: z.int().nonnegative(),
  /** Unix time in ms after which to ask again; null as long as the connection stands. */
  fresh_until_ms: z.int().nullable(),
  /** Where it is connected anew, should the server refuse the account: as of a required action. */
  url: z.string(),
})
export type UsedConnection = z.output<typeof usedConnection>

/** Nothing may be sent until somebody acts. */
export const requiredAction = z.object({
  /** The caller has no connection; it has one that no longer works; or only an operator can help. */
  reason: z.enum(['not_connected', 'needs_reconnecting', 'operator']),
  /** A page of the console for whoever can act, the same for everybody. It names a server, never a person. */
  url: z.string().nullable(),
})
export type RequiredAction = z.output<typeof requiredAction>

export const credentialsAnswer = z.object({
  revision,
  /** The server's `credential_generation`, also where the headers are a connection's. */
  generation: uuid,
  headers: z.array(z.tuple([z.string(), z.string()])),
  /** Null where stored headers are sent, or none. */
  connection: usedConnection.nullable(),
  /** Where this is set, there are no headers. */
  required: requiredAction.nullable(),
})
export type CredentialsAnswer = z.output<typeof credentialsAnswer>

/**
 * `POST /internal/credentials/refused`: the server answered 401 to this version of the token. Answers like `/internal/credentials`,
 * with another version; with `required` where there is none to be had.
 */
export const refusedRequest = credentialsRequest.extend({ token_id: uuid, version: z.int().nonnegative() })

/** `POST /internal/call-records`: a batch; answers 202. Records that came before and those of unknown workspaces are skipped. */
export const callRecordsRequest = z.strictObject({ records: z.array(callReport).max(5_000) })

/** What a call said, as its gateway copied it. */
export const capturedCall = capturedBodies.extend({
  /** Of the call record. */
  id: uuid,
  workspace_id: uuid,
  server_id: uuid,
  started_at_ms: z.number(),
})
export type CapturedCall = z.output<typeof capturedCall>

/**
 * `POST /internal/captured-calls`: a batch; answers 202. Skipped are those that came before, and those of servers whose capture
 * mode is off by now or ended before they began.
 */
export const capturedCallsRequest = z.strictObject({ calls: z.array(capturedCall).max(100) })

export const endedSession = z.strictObject({
  /** SHA-256 of the session token, hex. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  expires_at_ms: z.number(),
})

/**
 * `POST /internal/ended-sessions`: 404 for this session token from now on, on every gateway. Answers 204 when every
 * gateway knows, 503 `revocation_pending` when one does not confirm. Without a workspace the change event
 * carries the nil UUID.
 */
export const endSessionRequest = endedSession.extend({ workspace_id: uuid.optional() })

/**
 * `GET /internal/changes?gateway_id=&address=&version=`: server-sent events, and the gateway's lease with them. `address` is the base URL at which other gateways reach this
 * one, where they can. `hello` first, then a `change` for every committed change of what
 * gateways cache; a comment line every 5 s. After any gap a gateway drops everything it has cached. Another `hello` comes on
 * the same stream when there is a new sealing key: it brings the keys again, and nothing has to be dropped.
 */
export const helloEvent = z.object({
  revision,
  /** How long the gateway may go on from the moment at which it asked for this stream, or last for its lease's renewal. */
  lease_ms: z.int().positive(),
  /** For `Via`, to notice loops. */
  installation_mark: z.string(),
  /** Keys (base64, 32 bytes) for session tokens; seal with the newest whose `not_before_ms` has passed. */
  sealing_keys: z.array(
    z.object({ id: uuid, key: z.string(), not_before_ms: z.number(), expires_at_ms: z.number() }),
  ),
  ended_sessions: z.array(endedSession),
})
export type HelloEvent = z.output<typeof helloEvent>

export const changeEvent = z.object({
  revision,
  workspace_id: uuid,
  subject: z.enum(['server', 'api-key', 'membership', 'session', 'session-notes', 'connection']),
  /**
   * The object's id; for `membership` the person's; for `session` and `session-notes` the digest of the session's token; for `connection` its owner's, or the
   * server's where it is shared or a service's.
   */
  subject_id: z.string(),
  /** For `session` only. */
  expires_at_ms: z.number().optional(),
})
export type ChangeEvent = z.output<typeof changeEvent>

/** What a client's session has set at the gateway. */
export const sessionNotes = z.strictObject({
  log_level: z.string().max(20).optional(),
  subscriptions: z.array(z.string()).max(1_000),
})
const notesOf = z.strictObject({
  workspace_id: uuid,
  /** SHA-256 of the session token, hex. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
})

/** `POST /internal/session-notes/read`: empty ones of version 0 where there are none. */
export const readNotesRequest = notesOf
export const notesAnswer = z.object({ revision, version: z.int().nonnegative(), notes: sessionNotes })
export type NotesAnswer = z.output<typeof notesAnswer>

/** `POST /internal/session-notes/change`: of the version that was read; not kept where there is a later one. */
export const changeNotesRequest = notesOf.extend({
  version: z.int().nonnegative(),
  notes: sessionNotes,
  expires_at_ms: z.number(),
})
export const changeNotesAnswer = z.object({ kept: z.boolean() })

/** Where a session that gateways open at a legacy server belongs: one in each place, for all replicas. */
export const sessionPlace = z.strictObject({
  workspace_id: uuid,
  /** The caller's. */
  key_id: uuid,
  server_id: uuid,
  /** SHA-256, hex, of everything else that keeps sessions apart: URL, generation, declared capabilities. */
  variant: z.string().regex(/^[0-9a-f]{64}$/),
})
export type SessionPlace = z.output<typeof sessionPlace>

/** The outcome of the handshake. */
export const upstreamSession = z.object({
  url: z.string(),
  /** Null where the server keeps none. */
  session_id: z.string().nullable(),
  protocol_version: z.string(),
  capabilities: z.unknown(),
  server_info: z.unknown(),
  instructions: z.string().nullable(),
})
export type UpstreamSession = z.output<typeof upstreamSession>

/**
 * `POST /internal/upstream-sessions/open`: the session in this place, counted as used, or the right to open one. `claim` is
 * the id that it will have; the right lasts five seconds, and asking again with the same claim renews it. 404 where the server
 * is gone, disabled or of another generation.
 */
export const openSessionRequest = sessionPlace.extend({ generation: uuid, gateway_id: uuid, claim: uuid })
export const openSessionAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open'), id: uuid, session: upstreamSession }),
  z.object({ state: z.literal('yours') }),
  z.object({ state: z.literal('opening') }),
])
export type OpenSessionAnswer = z.output<typeof openSessionAnswer>

/** `POST /internal/upstream-sessions/put`: the session that was opened under this claim; not kept where the claim was lost. */
export const putSessionRequest = sessionPlace.extend({
  gateway_id: uuid,
  claim: uuid,
  session: upstreamSession,
})
export const putSessionAnswer = z.object({ kept: z.boolean() })

/** `POST /internal/upstream-sessions/forget`: exactly this session (or claim) is no more. Answers 204. */
export const forgetSessionRequest = sessionPlace.extend({ id: uuid })

/**
 * `POST /internal/upstream-sessions/collect`: sessions that the asking gateway has to end, as nobody will use them again:
 * those that nobody has used for so long, at most a hundred; or, of a gateway that stops, those that no other one uses.
 */
export const collectSessionsRequest = z.union([
  z.strictObject({ gateway_id: uuid, idle_ms: z.int().positive() }),
  z.strictObject({ gateway_id: uuid, leaving: z.literal(true) }),
])
export const collectedSession = z.object({
  workspace_id: uuid,
  key_id: uuid,
  id: uuid,
  server: z.object({ id: uuid, slug, url: z.string(), credential_generation: uuid }),
  session_id: z.string(),
  protocol_version: z.string(),
})
export type CollectedSession = z.output<typeof collectedSession>
export const collectedSessions = z.object({ revision, sessions: z.array(collectedSession) })
export type CollectedSessions = z.output<typeof collectedSessions>

/** `GET /internal/peers`: the connected gateways that have told an address. */
export const peer = z.object({ gateway_id: uuid, address: z.url() })
export type Peer = z.output<typeof peer>
export const peersAnswer = z.array(peer)

/**
 * `POST /internal/lease/renew`: the gateway uses nothing older than this revision any more, and wants to go on. It counts from
 * the moment at which it asked.
 */
export const renewRequest = z.strictObject({ gateway_id: uuid, revision })
/** Null: the lease has run out. The gateway uses nothing until the `hello` of a new stream. */
export const renewAnswer = z.object({
  lease_ms: z.int().positive().nullable(),
  /** How many gateways hold a lease now: what a key may do is divided by it. */
  gateways: z.int().nonnegative().default(1),
})
export type RenewAnswer = z.output<typeof renewAnswer>

/** `POST /internal/lease/return`: the gateway has stopped. Answers 204. */
export const returnRequest = z.strictObject({ gateway_id: uuid })
