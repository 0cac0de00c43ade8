// Invitations as the API shows them: never their link, which is kept as a hash.

import { type Invitation, role, toTimestamp } from '@gatehouse/registry-api'

export const shown = {
  id: true,
  email: true,
  role: true,
  inviterName: true,
  createdAt: true,
  expiresAt: true,
} as const

interface Row {
  readonly id: string
  readonly email: string
  readonly role: string | null
  readonly inviterName: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export const toWire = (row: Row): Invitation => ({
  id: row.id,
  role: role.parse(row.role),
  email: row.email || null,
  invited_by: row.inviterName,
  created_at: toTimestamp(row.createdAt),
  expires_at: toTimestamp(row.expiresAt),
})
