// Keys with which gateways seal session tokens. The first one is good at once; a later one is handed out before it is used,
// so that every gateway can open what another one seals.

import { randomBytes } from 'node:crypto'
import { Secret } from '@gatehouse/config'
import { v7 as uuidv7 } from 'uuid'
import type { Transactions, Tx } from './db.ts'
import type { Sealer } from './seal.ts'

export interface SessionSealingKey {
  readonly id: string
  readonly key: Secret<Uint8Array>
  readonly notBefore: Date
  readonly expiresAt: Date
}

const day = 86_400_000
/** A key seals for a week and opens for as long as a token that it sealed last may live. */
const sealsMs = 7 * day
const opensMs = 14 * day
/** From being handed out to being used. */
export const distributionMs = 60 * 60_000

/** Every key that may still open a token, newest first. */
export async function readSealingKeys(tx: Tx, sealer: Sealer, now: Date): Promise<SessionSealingKey[]> {
  const rows = await tx.sealingKey.findMany({
    where: { expiresAt: { gt: now } },
    orderBy: [{ notBefore: 'desc' }, { id: 'desc' }],
  })
  return rows.map((row) => ({
    id: row.id,
    key: new Secret(sealer.openGlobal(label(row.id), row.sealed)),
    notBefore: row.notBefore,
    expiresAt: row.expiresAt,
  }))
}

/** Makes the first key, or the next one when the newest has had its week; drops what opens nothing any more. */
export async function keepSealingKeys(db: Transactions, sealer: Sealer, now: Date): Promise<void> {
  await db.asSystem(async (tx) => {
    // The installation's row serves as the lock between registry processes.
    await tx.$queryRaw`SELECT id FROM installation WHERE id = 1 FOR UPDATE`
    await tx.sealingKey.deleteMany({ where: { expiresAt: { lte: now } } })
    const newest = await tx.sealingKey.findFirst({
      where: { expiresAt: { gt: now } },
      orderBy: [{ notBefore: 'desc' }],
      select: { notBefore: true },
    })
    const next = newest ? newest.notBefore.getTime() + sealsMs : now.getTime()
    if (newest && next - distributionMs > now.getTime()) return
    const notBefore = newest ? new Date(Math.max(next, now.getTime() + distributionMs)) : now
    const id = uuidv7()
    await tx.sealingKey.create({
      data: {
        id,
        sealed: sealer.sealGlobal(label(id), randomBytes(32)),
        notBefore,
        expiresAt: new Date(notBefore.getTime() + opensMs),
      },
      select: { id: true },
    })
  })
}

const label = (id: string) => `sealing key ${id}`
