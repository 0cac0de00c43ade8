// What Gatehouse adds to a server beyond the published contract, under /v1/servers.

import { z } from 'zod'
import { timestamp, uuid } from './primitives.ts'
import { server } from './servers.ts'

export const eraPin = z.enum(['auto', 'legacy', 'modern'])

/** Which protocol eras a server showed when it was last asked; null: nothing showed it. */
export const eras = z.object({
  legacy: z.boolean().nullable(),
  modern: z.boolean().nullable(),
  checked_at: timestamp,
})
export type ErasFound = z.output<typeof eras>

/** A server with its settings. */
export const serverSettings = server.extend({
  /** `auto` finds out; the others are an operator's word. */
  era: eraPin,
  /** Longest wait for the first byte of a tool's answer, in seconds; null: 60. */
  call_timeout_s: z.int().nullable(),
  /** Concurrent calls per gateway; null: 512. */
  max_concurrent: z.int().nullable(),
  /** Names of tools that are switched off: they are not listed, and calls to them are refused. */
  disabled_tools: z.array(z.string()),
  /** What can be told of stored headers without their values; left out for callers who may not invoke. */
  stored_headers: z
    .array(z.object({ key: z.string(), fingerprint: z.string(), stored_at: timestamp }))
    .optional(),
  /** As last found out; null before. */
  eras: eras.nullable(),
  /** Until when headers and bodies of its calls are kept; null where they are not. */
  capture_until: timestamp.nullable(),
})
export type ServerSettings = z.output<typeof serverSettings>

/** Body of `PATCH /v1/servers/{id}`; absent members stay as they are. */
export const updateServerSettings = z.strictObject({
  name: z.string().min(1).max(256).optional(),
  enabled: z.boolean().optional(),
  era: eraPin.optional(),
  call_timeout_s: z.int().min(1).max(900).nullish(),
  max_concurrent: z.int().min(1).max(1_024).nullish(),
})
export type UpdateServerSettings = z.input<typeof updateServerSettings>

/**
 * Body of `PATCH /v1/servers/{id}/tools`. `match` is a tool's name, `*` in it stands for any text; without it every tool is
 * meant. Only tools that the server has now are switched.
 */
export const switchTools = z.strictObject({
  enabled: z.boolean(),
  match: z.string().min(1).max(256).optional(),
})

export const switchedTools = z.object({ disabled_tools: z.array(z.string()) })

export const serverIdParam = z.object({ id: uuid })
