// Call records: what happened to one message that came to a gateway.

import { z } from 'zod'
import { timestamp, uuid } from './primitives.ts'

export const outcome = z.enum([
  'ok',
  'tool_error',
  'protocol_error',
  'input_required',
  'refused',
  'upstream_error',
  'cancelled',
  'unknown',
])

/** As a gateway sends it to the registry's internal listener. Times in ms, sizes in bytes. */
export const callReport = z.object({
  id: uuid,
  workspace_id: uuid,
  /** Unix time in ms. */
  started_at_ms: z.number(),
  request_id: z.string(),
  caller_key_id: z.string(),
  caller_name: z.string(),
  server_id: uuid.nullable(),
  server_slug: z.string().nullable(),
  path: z.enum(['transparent', 'aggregate']),
  era: z.enum(['legacy', 'modern']),
  method: z.string().max(128),
  tool: z.string().max(256).nullable(),
  http_status: z.int(),
  outcome,
  error_code: z.string().nullable(),
  duration_ms: z.number(),
  upstream_ms: z.number().nullable(),
  request_bytes: z.int(),
  response_bytes: z.int(),
  attached_headers: z.array(z.string()),
  /** Its headers and bodies follow (capture.ts). */
  captured: z.boolean().optional(),
  /** Until the caller was known, since the request came. */
  authenticate_ms: z.number().nullable().optional(),
  /** From there until it was decided that they may: reading the message included. */
  policy_ms: z.number().nullable().optional(),
  /** From there until the headers to attach were there: a free connection and a session included. */
  credential_ms: z.number().nullable().optional(),
})
export type CallReport = z.output<typeof callReport>

const phaseMs = z.number().nullable()

/** As `GET /v1/calls` shows it. */
export const call = callReport.omit({ workspace_id: true, started_at_ms: true }).extend({
  started_at: timestamp,
  /** Its headers and bodies were kept, which may be gone by now. */
  captured: z.boolean(),
  authenticate_ms: phaseMs,
  policy_ms: phaseMs,
  credential_ms: phaseMs,
})
export type Call = z.output<typeof call>

const some = z.coerce.number().min(0).max(2_147_483_647)
const ms = some.optional()
const bytes = some.int().optional()

/** Query of `GET /v1/calls`, newest first; filters are named like the fields and hold all at once. */
export const callQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(256).optional(),
  server: uuid.optional(),
  tool: z.string().max(256).optional(),
  outcome: outcome.optional(),
  method: z.string().max(128).optional(),
  /** Id of the API key that called. */
  key: uuid.optional(),
  http_status: z.coerce.number().int().min(100).max(599).optional(),
  error_code: z.string().max(128).optional(),
  request_id: z.string().max(128).optional(),
  /** In ms and bytes, both ends included; a call that has no such measure passes neither. */
  duration_ms_min: ms,
  duration_ms_max: ms,
  upstream_ms_min: ms,
  upstream_ms_max: ms,
  request_bytes_min: bytes,
  request_bytes_max: bytes,
  response_bytes_min: bytes,
  response_bytes_max: bytes,
  /** Started at or after. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** Started before. */
  until: z.iso.datetime({ offset: true }).optional(),
})

/** Query of `GET /v1/calls/stream`: server-sent events `call`, each a `call` as JSON, from now on. */
export const callStreamQuery = callQuery.omit({ limit: true, cursor: true, since: true, until: true })

/** Query of lists without filters. */
export const pageQuery = callQuery.pick({ limit: true, cursor: true })

/** Cursor paging. */
export const page = <S extends z.ZodType>(item: S) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() })
