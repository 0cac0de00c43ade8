// API keys under /v1/api-keys.

import { z } from 'zod'
import { keyPermission, permission, timestamp, uuid } from './primitives.ts'

export const keyKind = z.enum(['user', 'service'])

/**
 * Body of `POST /v1/api-keys`. Without `permissions`: read and invoke. Without `servers`: every server, now and later.
 * Without `kind`: `user` when a person asks (by a session or their key), `service` when a service key does. A key grants
 * nothing that its maker lacks.
 */
export const createApiKey = z.strictObject({
  name: z.string().min(1).max(256),
  kind: keyKind.optional(),
  permissions: z.array(keyPermission).max(100).default(['mcp-servers:read', 'mcp-servers:invoke']),
  servers: z.array(uuid).max(10_000).nullish(),
  expires_at: z.iso.datetime({ offset: true }).nullish(),
  /** Requests per minute. */
  rate_limit: z.int().min(1).max(1_000_000).nullish(),
})
export type CreateApiKey = z.input<typeof createApiKey>

export const apiKey = z.object({
  id: uuid,
  name: z.string(),
  kind: keyKind,
  owner_id: uuid.nullable(),
  permissions: z.array(permission),
  /** null: every server, now and later. */
  servers: z.array(uuid).nullable(),
  /** The part of the key that may be shown: `gth_<env>_<public id>`. */
  prefix: z.string(),
  expires_at: timestamp.nullable(),
  rate_limit: z.int().nullable(),
  created_at: timestamp,
  last_used_at: timestamp.nullable(),
})
export type ApiKey = z.output<typeof apiKey>

/**
 * `key` is shown this once. A repeat with the same Idempotency-Key and body answers 200 with the stored object, an `apiKey`
 * without `key`: the key was shown when it was made, and rotating gives another.
 */
export const createdApiKey = apiKey.extend({ key: z.string() })
export type CreatedApiKey = z.output<typeof createdApiKey>

/**
 * Body of `POST /v1/api-keys/{id}/rotate`: the old key works for `overlap_s` more seconds, one that was already replaced
 * ends at once. Answers 200 with `createdApiKey`; the id stays.
 */
export const rotateApiKey = z.strictObject({ overlap_s: z.int().min(0).max(604_800).default(86_400) })
