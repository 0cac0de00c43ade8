// Usage: how many calls there were, how many failed and how long they took, counted as they are recorded.

import { z } from 'zod'
import { timestamp, uuid } from './primitives.ts'

/** Spans that end now, each with the distance of its points in seconds; days begin at midnight UTC. */
export const usageRanges = {
  '1h': { spanS: 3_600, stepS: 60 },
  '6h': { spanS: 21_600, stepS: 300 },
  '24h': { spanS: 86_400, stepS: 3_600 },
  '7d': { spanS: 7 * 86_400, stepS: 3_600 },
  '30d': { spanS: 30 * 86_400, stepS: 86_400 },
  '90d': { spanS: 90 * 86_400, stepS: 86_400 },
} as const
export type UsageRange = keyof typeof usageRanges

/** Query of `GET /v1/usage`; filters hold all at once. */
export const usageQuery = z.strictObject({
  range: z.enum(['1h', '6h', '24h', '7d', '30d', '90d']).default('24h'),
  by: z.enum(['server', 'tool', 'key']).default('server'),
  server: uuid.optional(),
  tool: z.string().min(1).max(256).optional(),
  /** Id of the API key that called. */
  key: uuid.optional(),
  /** How many series at most, those with the most calls. */
  limit: z.coerce.number().int().min(1).max(50).default(10),
})

const latency = z.number().nullable()

/**
 * Errors are the outcomes `tool_error`, `protocol_error`, `refused` and `upstream_error`. Latencies in ms, within a tenth; null
 * without a call that has one: how long a stream was open is none.
 */
const usageNumbers = z.object({
  calls: z.int(),
  errors: z.int(),
  p50_ms: latency,
  p95_ms: latency,
  p99_ms: latency,
})
export type UsageNumbers = z.output<typeof usageNumbers>

/** Points in their order; where nothing was called there is none. */
const points = z.array(usageNumbers.extend({ at: timestamp }))

/** One server, one tool of a server or one key. What it isn't about is null, and names that nobody knows any more are too. */
const usageSeries = usageNumbers.extend({
  server_id: uuid.nullable(),
  server_slug: z.string().nullable(),
  tool: z.string().nullable(),
  key_id: z.string().nullable(),
  key_name: z.string().nullable(),
  points,
})
export type UsageSeries = z.output<typeof usageSeries>

/** Answer of `GET /v1/usage`. `total` counts what the filters let through, also calls without a tool. */
export const usage = z.object({
  since: timestamp,
  until: timestamp,
  step_s: z.int(),
  total: usageNumbers.extend({ points }),
  series: z.array(usageSeries),
  /** How many series there are beyond those. */
  more: z.int(),
})
export type Usage = z.output<typeof usage>
