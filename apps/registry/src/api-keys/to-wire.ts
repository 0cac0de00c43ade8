// An API key as programs see it: everything but its secret.

import { type ApiKey, permission, toTimestamp } from '@gatehouse/registry-api'
import type { Config } from '../config.ts'
import type { Prisma } from '../generated/client.ts'

/** What is read of a key for the wire; the newest secret gives the prefix. */
export const shown = {
  id: true,
  name: true,
  kind: true,
  ownerId: true,
  permissions: true,
  servers: true,
  allServers: true,
  rateLimit: true,
  expiresAt: true,
  createdAt: true,
  lastUsedAt: true,
  secrets: { select: { publicId: true }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: 1 },
} as const satisfies Prisma.ApiKeySelect

export type KeyRow = Prisma.ApiKeyGetPayload<{ select: typeof shown }>

/** The `<env>` of this installation's keys: `dev` on the embedded database, else `live`. */
export const keyEnv = (config: Config) => (config.DATABASE_URL === undefined ? 'dev' : 'live')

export const toWire = (config: Config, row: KeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  kind: row.kind === 'service' ? 'service' : 'user',
  owner_id: row.ownerId,
  permissions: permission.array().parse(row.permissions),
  servers: row.allServers ? null : row.servers,
  prefix: `gth_${keyEnv(config)}_${row.secrets[0]?.publicId ?? ''}`,
  expires_at: row.expiresAt && toTimestamp(row.expiresAt),
  rate_limit: row.rateLimit,
  created_at: toTimestamp(row.createdAt),
  last_used_at: row.lastUsedAt && toTimestamp(row.lastUsedAt),
})
