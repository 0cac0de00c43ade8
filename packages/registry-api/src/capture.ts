// Capture mode: for a while, what the calls of a server said is kept beside their records, sealed.

import { z } from 'zod'
import { timestamp } from './primitives.ts'

/** Body of `POST /v1/servers/{id}/capture`: from now on, for a day at most. */
export const startCapture = z.strictObject({ minutes: z.int().min(1).max(1_440) })
export type StartCapture = z.input<typeof startCapture>

/** Its answer. */
export const serverCapture = z.object({ capture_until: timestamp })
export type ServerCapture = z.output<typeof serverCapture>

/** In the place of a value that is not kept. */
export const maskedValue = '***'

const side = z.object({
  /** Names and values; only values that can hold no secret are kept, the others are `***`. */
  headers: z.array(z.tuple([z.string(), z.string()])),
  /** As text, JSON or an event stream; at most its first 64 KiB. */
  body: z.string(),
  /** There was more of it. */
  truncated: z.boolean(),
  /** A credential that stood in it is `***`. */
  masked: z.boolean(),
})
export type CapturedSide = z.output<typeof side>

/** Answer of `GET /v1/calls/{id}/bodies`: what the client sent and what it got. */
export const capturedBodies = z.object({ request: side, response: side })
export type CapturedBodies = z.output<typeof capturedBodies>
