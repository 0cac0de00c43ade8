// Idempotency-Key on posts that create: a repeat within a day finds what the first one made, instead of making another.

import { createHash } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import type { Request } from 'express'
import type { Actor } from './actor.ts'
import type { Db, Tx } from './db.ts'

export interface Idempotency {
  readonly key: string
  /** SHA-256 of what was asked, so that a key used for something else is noticed. */
  readonly bodyHash: Uint8Array<ArrayBuffer>
}

const dayMs = 86_400_000

/** What the request's header says; undefined without one. @throws AppError invalid_parameter */
export function idempotencyOf(req: Request): Idempotency | undefined {
  const key = req.get('Idempotency-Key')
  if (key === undefined) return undefined
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new AppError('invalid_parameter', {
      todo: 'Set Idempotency-Key to 1 to 255 printable characters without spaces',
    })
  }
  const asked = JSON.stringify([req.method, req.baseUrl + req.path, req.body])
  return { key, bodyHash: createHash('sha256').update(asked).digest() }
}

/**
 * Runs `create` in one transaction, or finds the id of what an earlier request with this key made. Two at once wait for
 * each other.
 * @throws AppError idempotency_conflict where the key was used for another body
 */
export async function createOnce<T>(
  db: Db,
  actor: Actor,
  now: Date,
  idempotency: Idempotency | undefined,
  create: (tx: Tx) => Promise<{ id: string; made: T }>,
): Promise<{ repeatOf: string } | { made: T }> {
  const { workspaceId, id: actorId } = actor
  return db.inWorkspace(workspaceId, async (tx) => {
    if (idempotency === undefined) return { made: (await create(tx)).made }
    const { key, bodyHash } = idempotency
    const lock = JSON.stringify([workspaceId, actorId, key])
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`
    await tx.idempotentAnswer.deleteMany({
      where: { workspaceId, createdAt: { lte: new Date(now.getTime() - dayMs) } },
    })
    const before = await tx.idempotentAnswer.findUnique({
      where: { workspaceId_actorId_key: { workspaceId, actorId, key } },
    })
    if (before) {
      if (!Buffer.from(before.bodyHash).equals(bodyHash)) throw new AppError('idempotency_conflict')
      return { repeatOf: before.objectId }
    }
    const { id: objectId, made } = await create(tx)
    await tx.idempotentAnswer.create({
      data: { workspaceId, actorId, key, bodyHash, objectId, createdAt: now },
      select: { key: true },
    })
    return { made }
  })
}
