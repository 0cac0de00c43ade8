// The audit trail of a workspace: who did what, each event chained to the one before by its hash.

import { z } from 'zod'
import { callQuery } from './calls.ts'
import { timestamp, uuid } from './primitives.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

export const auditEvent = z.object({
  /** Counts from 1, without a gap. */
  seq: z.int().positive(),
  id: uuid,
  at: timestamp,
  actor_type: z.enum(['user', 'api-key', 'system']),
  actor_id: z.string(),
  actor_name: z.string(),
  /** `subject.verb`, for example `mcp-server.created`. */
  action: z.string(),
  object_type: z.string(),
  object_id: z.string(),
  /** What it was and what it became, without secrets. */
  before: z.unknown(),
  after: z.unknown(),
  request_id: z.string(),
  /** SHA-256, hex. */
  previous_hash: hash,
  hash,
})
export type AuditEvent = z.output<typeof auditEvent>

/** Query of `GET /v1/audit/export`; filters hold all at once. */
export const auditFilter = callQuery.pick({ since: true, until: true }).extend({
  action: z.string().max(256).optional(),
  actor_id: z.string().max(256).optional(),
  object_type: z.string().max(256).optional(),
  object_id: z.string().max(256).optional(),
})

/** Query of `GET /v1/audit`, newest first; the cursor is the `seq` before which to go on. */
export const auditQuery = auditFilter.extend({
  limit: callQuery.shape.limit,
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .optional(),
})

/** Answer of `GET /v1/audit/verify`. */
export const auditVerdict = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    events: z.int(),
    /** How many older ones are gone by their age, where any is. */
    removed: z.int().optional(),
  }),
  z.object({
    ok: z.literal(false),
    /** `seq` of the first event that isn't as it was written. */
    broken_at: z.int(),
    problem: z.enum(['missing', 'out-of-place', 'changed', 'not-counted', 'not-signed']),
  }),
])
export type AuditVerdict = z.output<typeof auditVerdict>
