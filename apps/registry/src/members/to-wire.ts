// Members as the API shows them: the person, the role, and what would go with them.

import { type Member, role, toTimestamp } from '@gatehouse/registry-api'
import type { Tx } from '../db.ts'

export const shown = {
  id: true,
  userId: true,
  role: true,
  createdAt: true,
  user: { select: { name: true, email: true } },
} as const

interface Row {
  readonly userId: string
  readonly role: string
  readonly createdAt: Date
  readonly user: { readonly name: string; readonly email: string }
}

/** As gatehouse_app. */
export async function toWire(tx: Tx, workspaceId: string, rows: readonly Row[]): Promise<Member[]> {
  const where = { workspaceId, ownerId: { in: rows.map(({ userId }) => userId) } }
  const shownKeys = { ...where, purpose: 'client' }
  const keys = await tx.apiKey.groupBy({ by: ['ownerId'], where: shownKeys, _count: true })
  const connections = await tx.oAuthToken.groupBy({ by: ['ownerId'], where, _count: true })
  const of = (groups: typeof keys, id: string) => groups.find(({ ownerId }) => ownerId === id)?._count ?? 0
  return rows.map(({ userId, user, createdAt, ...row }) => ({
    id: userId,
    ...user,
    role: role.parse(row.role),
    created_at: toTimestamp(createdAt),
    api_keys: of(keys, userId),
    connections: of(connections, userId),
  }))
}
