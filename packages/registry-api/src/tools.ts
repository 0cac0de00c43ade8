// Tools of all servers, as they are found by name.

import { z } from 'zod'
import { page, pageQuery } from './calls.ts'
import { slug, timestamp, uuid } from './primitives.ts'

/** Query of `GET /v1/tools`: every word of `q` is in name or title. */
export const toolSearchQuery = z.strictObject({
  ...pageQuery.shape,
  cursor: z.string().max(4_096).optional(),
  q: z.string().max(256).optional(),
})
export type ToolSearchQuery = z.input<typeof toolSearchQuery>

export const foundTool = z.object({
  name: z.string(),
  title: z.string().nullable(),
  /** False where it or its server is switched off. */
  enabled: z.boolean(),
  server: z.object({ id: uuid, name: z.string(), slug }),
  /** When its server listed it. */
  fetched_at: timestamp,
})
export type FoundTool = z.output<typeof foundTool>

/** What is called exactly so is first, then what begins so. */
export const foundTools = page(foundTool)
export type FoundTools = z.output<typeof foundTools>
