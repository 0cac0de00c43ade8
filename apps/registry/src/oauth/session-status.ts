// What an auth session says about itself now: a visit whose time is over asks to connect again, and a connection that was made
// may have ended since.

import type { AuthSessionStatus } from '@gatehouse/registry-api'
import type { Tx } from '../db.ts'

export const lifetimeMs = 10 * 60_000

interface Row {
  readonly workspaceId: string
  readonly status: string
  readonly expiresAt: Date
  readonly tokenId: string | null
}

export async function statusOf(tx: Tx, row: Row, now: Date): Promise<AuthSessionStatus> {
  if (row.status === 'PENDING') return row.expiresAt > now ? 'PENDING' : 'CONNECTION_REQUIRED'
  if (row.status !== 'COMPLETED') return 'CONNECTION_REQUIRED'
  const { workspaceId, tokenId: id } = row
  const token =
    id === null
      ? null
      : await tx.oAuthToken.findUnique({
          where: { workspaceId_id: { workspaceId, id } },
          select: { state: true },
        })
  if (token === null) return 'CONNECTION_REQUIRED'
  return token.state === 'active' ? 'COMPLETED' : 'TOKEN_EXPIRED'
}
