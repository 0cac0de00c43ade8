// How servers do, and the list of servers that shows it: under /v1/servers.

import { z } from 'zod'
import { page, pageQuery } from './calls.ts'
import { timestamp, uuid } from './primitives.ts'
import { eraPin, eras } from './server-settings.ts'
import { server } from './servers.ts'

/**
 * `reachable`: it answers, but only calls with people's own accounts could tell more. `needs_account`: it answers, and no account
 * that every caller shares is connected. `unreachable`: nothing answers at its URL. `failing`: what answers is an error.
 * `unknown`: not looked at yet, or the gateway can't be asked.
 */
export const healthState = z.enum([
  'healthy',
  'reachable',
  'needs_account',
  'failing',
  'unreachable',
  'disabled',
  'unknown',
])
export type HealthState = z.output<typeof healthState>

/** Measured on the way that calls take: by the calls themselves, and by one of the registry's where there are none. */
export const health = z.object({
  state: healthState,
  /** Since when it is in this state; null where it never was looked at. */
  since: timestamp.nullable(),
  /** Newest evidence that was written down: while nothing changes, once a minute. */
  checked_at: timestamp.nullable(),
  last_success_at: timestamp.nullable(),
  /** What told: a real call, the registry's call through the gateway, or an answer at the URL only. */
  measured: z.enum(['call', 'check', 'reachability']).nullable(),
  /** Why it is not well: our code, the HTTP status that came with it, a sentence. */
  reason: z.object({ code: z.string(), http_status: z.int().nullable(), detail: z.string() }).nullable(),
})
export type Health = z.output<typeof health>

/** Answer of `POST /v1/servers/{id}/test`: what the call just made showed, and the server's health after it. */
export const testedServer = z.object({
  ok: z.boolean(),
  measured: z.enum(['check', 'reachability']),
  duration_ms: z.number(),
  reason: health.shape.reason,
  health,
})
export type TestedServer = z.output<typeof testedServer>

/** A server as `GET /v1/servers` lists it. */
export const serverSummary = server.extend({
  era: eraPin,
  eras: eras.nullable(),
  health,
  /** Of the list that everybody shares; null where none was fetched. */
  tools: z.object({ count: z.int(), fetched_at: timestamp }).nullable(),
  /** Everybody's calls of the last 24 hours. */
  last_day: z.object({
    calls: z.int(),
    errors: z.int(),
    p50_ms: z.number().nullable(),
    p95_ms: z.number().nullable(),
    /** Hours with calls, in their order. */
    points: z.array(z.object({ at: timestamp, calls: z.int(), errors: z.int() })),
  }),
})
export type ServerSummary = z.output<typeof serverSummary>

/** Query of `GET /v1/servers`. `q`: every word is in name, slug or URL. `state=down`: failing or unreachable. */
export const serversQuery = z.strictObject({
  ...pageQuery.shape,
  id: uuid.optional(),
  q: z.string().max(256).optional(),
  state: z.enum([...healthState.options, 'down']).optional(),
  sort: z.enum(['name', 'newest', 'changed']).default('name'),
})
export type ServersQuery = z.input<typeof serversQuery>

export const serverPage = page(serverSummary).extend({
  /** How many pass the filters. */
  total: z.int(),
  /** How many servers of the workspace are in each state, whatever the filters. */
  states: z.partialRecord(healthState, z.int()),
})
export type ServerPage = z.output<typeof serverPage>

/**
 * Query of `GET /v1/servers/stream`: server-sent events `changed` `{server_id}` whenever a server's health is written. `watch`: ids,
 * separated by commas, of up to 50 servers that are on screen: as long as the stream is open they are looked at every 5 s.
 */
export const serverStreamQuery = z.strictObject({
  watch: z
    .string()
    .regex(/^[0-9a-fA-F-]{36}(,[0-9a-fA-F-]{36}){0,49}$/, 'up to 50 ids, separated by commas')
    .optional(),
})
export const serverChanged = z.object({ server_id: uuid })
