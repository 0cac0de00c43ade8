// Trying a server that isn't stored: what is sent, and what comes back line by line while it is tried.

import { z } from 'zod'
import { headerInputs } from './servers.ts'

/** Body of `POST /v1/servers/probe`; the headers are used for it and kept nowhere. */
export const probeServer = z.strictObject({
  url: z.string().min(1),
  headers: headerInputs.nullish(),
})
export type ProbeServer = z.input<typeof probeServer>

/** In this order. */
export const probeSteps = ['name', 'connection', 'tls', 'http', 'era', 'auth', 'discovery', 'tools'] as const

/** One step, first as `running` and then as it ended. A step that none of the lines is about was not come to. */
export const probeStep = z.object({
  step: z.enum(probeSteps),
  /** `warning`: it went on, but somebody should look; `skipped`: there was nothing to do. */
  state: z.enum(['running', 'done', 'warning', 'failed', 'skipped']),
  took_ms: z.number().nullable(),
  /** What happened, as a sentence. */
  what: z.string().nullable(),
  todo: z.string().nullable(),
  /** Of the code table, where it failed. */
  code: z.string().nullable(),
})
export type ProbeStep = z.output<typeof probeStep>

export const probeVerdict = z.object({
  /** What the server wants; null where that was not found out. */
  auth: z.enum(['none', 'headers', 'oauth']).nullable(),
  /** The header that its refusal hints at, with what its value begins with. */
  header: z.object({ key: z.string(), value: z.string() }).nullable(),
  transport: z.enum(['streamable-http', 'http-sse']).nullable(),
  era: z.enum(['legacy', 'modern']).nullable(),
  /** How we become a client of its authorization server: by our metadata document, by registration, or entered by hand. */
  registration: z.enum(['document', 'dynamic', 'manual']).nullable(),
  /** Names of its tools, at most 50; null where they could not be listed. */
  tools: z.array(z.string()).nullable(),
  tool_count: z.int().nullable(),
})
export type ProbeVerdict = z.output<typeof probeVerdict>

/** A line of the answer; the verdict is the last one. */
export const probeLine = z.union([z.object({ verdict: probeVerdict }), probeStep])
export type ProbeLine = z.output<typeof probeLine>
