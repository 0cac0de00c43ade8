// MCP servers as the published contract has them, plus our additions (slug, gateway_url, enabled).

import { z } from 'zod'
import { slug, timestamp, uuid } from './primitives.ts'

export const authType = z.enum(['headers', 'oauth'])
export const oauthMode = z.enum(['legacy_shared_provider', 'per_user_dynamic_client'])

/** `""` and null mean unset. */
const unset = <S extends z.ZodType>(schema: S) =>
  z.union([schema, z.literal('').transform(() => null), z.null()]).optional()

export const headerInput = z.strictObject({ key: z.string(), value: z.string() })

/** How many are stored is judged by the registry; more than these are not looked at one by one. */
export const headerInputs = z.array(headerInput).max(1_000)

/**
 * Body of `POST /mcp-servers`. The URL and the headers are judged further by the registry (422). An `oauth_mode` alone makes
 * `auth_type` oauth; `oauth_provider_id` names a client of this workspace (400).
 */
export const createServer = z.strictObject({
  name: z.string().min(1).max(256),
  url: z.string().min(1),
  headers: headerInputs.nullish(),
  auth_type: unset(authType),
  oauth_mode: unset(oauthMode),
  oauth_provider_id: unset(uuid),
  vendor_id: unset(z.string()),
  external_system_id: unset(z.string()),
  slug: slug.optional(),
})
export type CreateServer = z.input<typeof createServer>

/**
 * Body of `PATCH /mcp-servers/{id}`; absent members stay as they are, `headers: []` or null clears. An `oauth_mode` alone makes
 * `auth_type` oauth, and any other `auth_type` unsets `oauth_mode`.
 */
export const updateServer = z.strictObject({
  url: z.string().min(1).optional(),
  headers: headerInputs.nullish(),
  auth_type: unset(authType),
  oauth_provider_id: unset(uuid),
  oauth_mode: unset(oauthMode),
})
export type UpdateServer = z.input<typeof updateServer>

/** A server on the wire. Header values are always `***`; `headers` is left out for callers who may not invoke. */
export const server = z.object({
  id: uuid,
  tenant_id: uuid,
  name: z.string(),
  url: z.string(),
  headers: z.array(z.object({ key: z.string(), value: z.literal('***') })).optional(),
  auth_type: z.union([authType, z.literal('')]),
  oauth_provider_id: uuid.nullable(),
  oauth_mode: z.union([oauthMode, z.literal('')]),
  created_at: timestamp,
  updated_at: timestamp,
  mcp_vendor_id: z.string().nullable(),
  vendor_id: z.string().nullable(),
  external_system_id: z.string().nullable(),
  can_invoke: z.boolean().optional(),
  slug,
  gateway_url: z.url(),
  enabled: z.boolean(),
})
export type Server = z.output<typeof server>

/** An upstream's own tool entry, untouched. */
export const tool = z.looseObject({
  name: z.string(),
  description: z.string().optional(),
  inputSchema: z.looseObject({}),
})

/** Answer of `GET /mcp/tools`; `fetched_at` reads `2026-06-01T20:50:32Z`. */
export const toolList = z.object({
  tools: z.array(tool),
  cached: z.boolean(),
  fetched_at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
})

/** Answer of `GET /v1/servers/{id}/tools`: the same, and which of them are switched off. */
export const serverToolList = toolList.extend({ disabled_tools: z.array(z.string()) })
export type ServerToolList = z.output<typeof serverToolList>
export type ToolList = z.output<typeof toolList>

export const errorResponse = z.looseObject({
  type: z.url(),
  code: z.string(),
  detail: z.string(),
  status: z.int(),
})

export const flatError = z.object({ error: z.string(), detail: z.string().optional() })

const force = z
  .enum(['true', 'false'])
  .optional()
  .transform((value) => value === 'true')

/** Query of `GET /mcp/tools`; `ls_user_id` counts for a service key with `users:act-as` alone. */
export const toolsQuery = z.object({
  url: z.string({ error: 'is required' }).min(1, 'is required'),
  oauth_provider_id: uuid.optional(),
  force_refresh: force,
  ls_user_id: z.string().optional(),
})

/** Query of `GET /v1/servers/{id}/tools`. */
export const serverToolsQuery = z.object({ force_refresh: force })
