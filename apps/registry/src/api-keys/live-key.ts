// Which key is this, and what may it do now? Asked with a key's public id when somebody acts at the registry, and with its
// hash when a gateway resolves a caller.

import { timingSafeEqual } from 'node:crypto'
import { isForKeys, type Permission, permission, role, rolePermissions } from '@gatehouse/registry-api'
import { includes } from '../actor.ts'
import type { Tx } from '../db.ts'
import type { Prisma } from '../generated/client.ts'

export interface LiveKey {
  readonly workspaceId: string
  readonly id: string
  readonly name: string
  readonly kind: 'user' | 'service'
  /** Who uses it; `console` and `health` are for gateways only. */
  readonly purpose: 'client' | 'console' | 'health'
  /** The person that a user key acts for. */
  readonly userId: string | null
  /** Already intersected with the person's present role. */
  readonly permissions: ReadonlySet<Permission>
  /** null: every server. */
  readonly servers: readonly string[] | null
  /** Requests per minute. */
  readonly rateLimit: number | null
  /** When key or secret ends, whichever is first. */
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

const keyColumns = {
  workspaceId: true,
  id: true,
  name: true,
  kind: true,
  ownerId: true,
  permissions: true,
  servers: true,
  allServers: true,
  rateLimit: true,
  expiresAt: true,
  lastUsedAt: true,
  purpose: true,
  sessionId: true,
} as const

/**
 * The key with this secret, as gatehouse_system; null when it is unknown, revoked or expired, or its owner has left.
 * @param digest SHA-256 of the whole key, hex
 * @param publicId where it is known, the row is found by it and the digests are compared in constant time
 */
export async function findLiveKey(
  tx: Tx,
  digest: string,
  now: Date,
  publicId?: string,
): Promise<LiveKey | null> {
  const hash = Buffer.from(digest, 'hex')
  const secret = await tx.apiKeySecret.findUnique({
    where: publicId === undefined ? { hash } : { publicId },
    select: { hash: true, expiresAt: true, apiKey: { select: keyColumns } },
  })
  if (!secret || secret.hash.length !== hash.length || !timingSafeEqual(secret.hash, hash)) return null
  const { sessionId } = secret.apiKey
  if (sessionId !== null && (await tx.session.count({ where: { id: sessionId } })) === 0) return null
  return live(tx, secret.apiKey, now, secret.expiresAt)
}

/** The key with this id, whichever its secret, under the same rules; as gatehouse_app. */
export async function findLiveKeyById(
  tx: Tx,
  workspaceId: string,
  id: string,
  now: Date,
): Promise<LiveKey | null> {
  const key = await tx.apiKey.findUnique({
    where: { workspaceId_id: { workspaceId, id } },
    select: keyColumns,
  })
  return key && live(tx, key, now, null)
}

type KeyRow = Prisma.ApiKeyGetPayload<{ select: typeof keyColumns }>

async function live(tx: Tx, key: KeyRow, now: Date, secretEnds: Date | null): Promise<LiveKey | null> {
  const expiresAt = earlier(key.expiresAt, secretEnds)
  if (expiresAt !== null && expiresAt <= now) return null
  const own = permission.array().parse(key.permissions)
  const present = key.kind === 'service' && key.ownerId === null ? own : await ofOwner(tx, key)
  if (present === null) return null
  return {
    workspaceId: key.workspaceId,
    id: key.id,
    name: key.name,
    kind: key.kind === 'service' ? 'service' : 'user',
    purpose: key.purpose as LiveKey['purpose'], // a column that only this app writes
    userId: key.kind === 'service' ? null : key.ownerId,
    // Whatever its row says.
    permissions: new Set(own.filter((one) => isForKeys(one) && includes(present, one))),
    servers: key.allServers ? null : key.servers,
    rateLimit: key.rateLimit,
    expiresAt,
    lastUsedAt: key.lastUsedAt,
  }
}

/** What the owner's present role allows; null when there is no such membership any more. */
async function ofOwner(tx: Tx, key: KeyRow): Promise<readonly Permission[] | null> {
  if (key.ownerId === null) return null
  const membership = await tx.membership.findUnique({
    where: { workspaceId_userId: { workspaceId: key.workspaceId, userId: key.ownerId } },
    select: { role: true },
  })
  const known = role.safeParse(membership?.role)
  return known.success ? rolePermissions[known.data] : null
}

const earlier = (a: Date | null, b: Date | null) => (a === null ? b : b === null || a < b ? a : b)
