// A connection as programs and people see it: never the token.

import { type Connection, toTimestamp } from '@gatehouse/registry-api'
import type { Tx } from '../db.ts'
import type { Prisma } from '../generated/client.ts'

/** Never what is sealed. */
export const shown = {
  id: true,
  workspaceId: true,
  providerId: true,
  serverId: true,
  ownerId: true,
  label: true,
  state: true,
  scopes: true,
  createdAt: true,
  expiresAt: true,
  refreshExpiresAt: true,
  lastRefreshAt: true,
  lastRefreshResult: true,
  server: { select: { id: true, name: true, slug: true } },
} as const satisfies Prisma.OAuthTokenSelect

export type ConnectionRow = Prisma.OAuthTokenGetPayload<{ select: typeof shown }>

const weekMs = 7 * 86_400_000

/** In its last week, or in the second half of a shorter life: each renewal may begin another one. What needs its person anyway has ended. */
function endsSoon(row: ConnectionRow, now: Date): boolean {
  if (row.state !== 'active' || row.refreshExpiresAt === null) return false
  const ends = row.refreshExpiresAt.getTime()
  const began = (row.lastRefreshAt ?? row.createdAt).getTime()
  return ends - now.getTime() < Math.min(weekMs, Math.max(0, (ends - began) / 2))
}

/** With the names of their owners; one who has left the workspace has none. */
export async function toWire(tx: Tx, rows: readonly ConnectionRow[], now: Date): Promise<Connection[]> {
  const ids = rows.flatMap(({ ownerId }) => ownerId ?? [])
  const people = await tx.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } })
  const names = new Map(people.map(({ id, name }) => [id, name]))
  return rows.map((row) => ({
    id: row.id,
    server: row.server,
    owner: row.ownerId === null ? null : { id: row.ownerId, name: names.get(row.ownerId) ?? '' },
    provider_id: row.providerId,
    label: row.label,
    state: row.state === 'active' ? 'active' : 'needs_reconnecting',
    scopes: row.scopes,
    created_at: toTimestamp(row.createdAt),
    expires_at: row.expiresAt && toTimestamp(row.expiresAt),
    refresh_expires_at: row.refreshExpiresAt && toTimestamp(row.refreshExpiresAt),
    last_refresh_at: row.lastRefreshAt && toTimestamp(row.lastRefreshAt),
    last_refresh_result: row.lastRefreshResult,
    warning: endsSoon(row, now) ? 'refresh_token_ends_soon' : null,
  }))
}

/** For the audit trail. */
export const toAudit = (row: ConnectionRow) => ({
  ...{ provider_id: row.providerId, server_id: row.serverId, owner_id: row.ownerId },
  ...{ label: row.label, state: row.state, scopes: row.scopes },
})
