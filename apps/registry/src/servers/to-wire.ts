// A server as programs see it: header values are never read, and `headers` only shows to who may invoke.

import { authType, oauthMode, type Server, toTimestamp } from '@gatehouse/registry-api'
import { type Actor, may, mayReach } from '../actor.ts'
import type { Config } from '../config.ts'
import type { Prisma } from '../generated/client.ts'
import { type Accounts, wantsAccount } from './accounts.ts'

/** What is read of a server for the wire. Never the sealed values. */
export const shown = {
  workspaceId: true,
  id: true,
  slug: true,
  name: true,
  url: true,
  authType: true,
  oauthMode: true,
  oauthProviderId: true,
  vendorId: true,
  externalSystemId: true,
  enabled: true,
  credentialGeneration: true,
  createdAt: true,
  updatedAt: true,
  headers: { orderBy: { position: 'asc' }, select: { key: true, fingerprint: true } },
} as const satisfies Prisma.McpServerSelect

export type ServerRow = Prisma.McpServerGetPayload<{ select: typeof shown }>

/**
 * Unset `auth_type` and `oauth_mode` read "". `can_invoke` is left out where the caller's permissions imply it.
 * @param accounts of this caller, read with the row
 */
export function toWire(config: Config, actor: Actor, row: ServerRow, accounts: Accounts): Server {
  const mayInvoke = may(actor, 'mcp-servers:invoke') && mayReach(actor, row.id)
  const account = accounts.get(row.id)
  const mustConnect = wantsAccount(row) && !account?.isConnected
  return {
    id: row.id,
    tenant_id: row.workspaceId,
    name: row.name,
    url: row.url,
    ...(mayInvoke && { headers: row.headers.map(({ key }) => ({ key, value: '***' as const })) }),
    auth_type: row.authType === '' ? '' : authType.parse(row.authType),
    oauth_provider_id: account ? account.providerId : row.oauthProviderId,
    oauth_mode: row.oauthMode === '' ? '' : oauthMode.parse(row.oauthMode),
    created_at: toTimestamp(row.createdAt),
    updated_at: toTimestamp(row.updatedAt),
    mcp_vendor_id: row.vendorId,
    vendor_id: row.vendorId,
    external_system_id: row.externalSystemId,
    ...((!mayInvoke || mustConnect) && { can_invoke: false }),
    slug: row.slug,
    gateway_url: `${config.GATEWAY_PUBLIC_URL}/mcp/${row.slug}`,
    enabled: row.enabled,
  }
}

/** For the audit trail: names and fingerprints instead of header values. */
export function toAudit(row: ServerRow) {
  const { workspaceId: _, createdAt: __, updatedAt: ___, headers, ...rest } = row
  return { ...rest, headers: headers.map(({ key, fingerprint }) => ({ key, fingerprint })) }
}
