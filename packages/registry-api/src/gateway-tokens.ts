// Tokens that a page of the console calls the gateway with: POST /v1/gateway-tokens.

import { z } from 'zod'
import { permission, timestamp, uuid } from './primitives.ts'

/**
 * Body of `POST /v1/gateway-tokens`. `as`: the id of an API key that the person may see; the token has its permissions and
 * servers, less what the person lacks. Connections are the person's own; as a service key, the services'.
 */
export const createGatewayToken = z.strictObject({ as: uuid.nullish() })
export type CreateGatewayToken = z.input<typeof createGatewayToken>

/** Good for five minutes, at gateways only (`Authorization: Bearer <token>`), and no longer than the session or the key `as`. */
export const gatewayToken = z.object({
  /** What call records have as `caller_key_id`: the same for every token of this session and `as`. */
  id: uuid,
  token: z.string(),
  expires_at: timestamp,
  as: uuid.nullable(),
  permissions: z.array(permission),
  /** null: every server. */
  servers: z.array(uuid).nullable(),
})
export type GatewayToken = z.output<typeof gatewayToken>
