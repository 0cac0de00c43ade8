// What is read of an OAuth provider, and how it goes over the wire and into the audit trail. Never the sealed secret.

import { type OAuthProvider, toTimestamp } from '@gatehouse/registry-api'
import type { Prisma } from '../generated/client.ts'

export const shown = {
  workspaceId: true,
  id: true,
  name: true,
  kind: true,
  serverId: true,
  ownerId: true,
  issuer: true,
  resource: true,
  scopes: true,
  clientId: true,
  authMethod: true,
  redirectUri: true,
  secretExpiresAt: true,
  createdAt: true,
} as const satisfies Prisma.OAuthProviderSelect

export type ProviderRow = Prisma.OAuthProviderGetPayload<{ select: typeof shown }>

export const toWire = (row: ProviderRow): OAuthProvider => ({
  id: row.id,
  name: row.name,
  kind: row.kind as OAuthProvider['kind'], // written by us only
  server_id: row.serverId,
  owner_id: row.ownerId,
  issuer: row.issuer,
  resource: row.resource,
  scopes: row.scopes,
  client_id: row.clientId,
  auth_method: row.authMethod as OAuthProvider['auth_method'], // written by us only
  redirect_uri: row.redirectUri,
  secret_expires_at: row.secretExpiresAt && toTimestamp(row.secretExpiresAt),
  created_at: toTimestamp(row.createdAt),
})

export function toAudit(row: ProviderRow) {
  const { created_at: _, redirect_uri: __, ...rest } = toWire(row)
  return rest
}
