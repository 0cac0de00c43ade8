// The rows of a new key and of a new secret. The key itself is returned this once; only its hash is kept.

import type { Permission } from '@gatehouse/registry-api'
import { makeKey, parseKey } from '@gatehouse/registry-api/key-format'
import { v7 as uuidv7 } from 'uuid'
import type { Tx } from '../db.ts'
import { type KeyRow, shown } from './to-wire.ts'

export interface NewApiKey {
  readonly workspaceId: string
  readonly name: string
  readonly kind: 'user' | 'service'
  /** The person of a user key; null for a service key. */
  readonly ownerId: string | null
  readonly permissions: readonly Permission[]
  /** null: every server, now and later. */
  readonly servers: readonly string[] | null
  readonly rateLimit: number | null
  readonly expiresAt: Date | null
  /** Made by `npm start`. */
  readonly local?: boolean
  /** One that no list shows. */
  readonly purpose?: 'console' | 'health'
  readonly sessionId?: string
  readonly asKeyId?: string | null
  /** Until when its secret is good, where that is not as long as the key. */
  readonly secretExpiresAt?: Date
}

/** As gatehouse_app. A new key is in no gateway's cache, so it needs no revision. @param env `dev` or `live`, see keyEnv */
export async function insertKey(
  tx: Tx,
  env: string,
  wanted: NewApiKey,
): Promise<{ row: KeyRow; key: string }> {
  const id = uuidv7()
  const { workspaceId, permissions, servers, local = false, secretExpiresAt, ...rest } = wanted
  await tx.apiKey.create({
    data: {
      ...rest,
      workspaceId,
      id,
      permissions: [...new Set(permissions)],
      servers: [...new Set(servers ?? [])],
      allServers: servers === null,
      local,
    },
    select: { id: true },
  })
  const key = await insertSecret(tx, env, workspaceId, id, secretExpiresAt)
  const row = await tx.apiKey.findUniqueOrThrow({
    where: { workspaceId_id: { workspaceId, id } },
    select: shown,
  })
  return { row, key }
}

/** One more secret for a key; returns the whole key. */
export async function insertSecret(
  tx: Tx,
  env: string,
  workspaceId: string,
  keyId: string,
  expiresAt: Date | null = null,
): Promise<string> {
  const { key } = makeKey(env)
  const parsed = parseKey(key)
  if (parsed === undefined) throw new Error('a fresh key is malformed')
  const hash = Buffer.from(parsed.digest, 'hex')
  await tx.apiKeySecret.create({
    data: { workspaceId, id: uuidv7(), keyId, publicId: parsed.publicId, hash, expiresAt },
    select: { id: true },
  })
  return key
}
