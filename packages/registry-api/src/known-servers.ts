// Servers that an MCP registry knows (the official one, or another of the same API), for who registers one here.

import { z } from 'zod'

/** Query of `GET /v1/known-servers`. */
export const knownServersQuery = z.object({
  search: z.string().trim().min(1).max(200),
  cursor: z.string().max(1_024).optional(),
})

/** `server` is its server.json, as the MCP registry has it. */
export const knownServer = z.object({
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  version: z.string(),
  server: z.looseObject({}),
})
export type KnownServer = z.output<typeof knownServer>
