// What a kind of sealed value tells a rotation of data keys. The kinds: sealed-kinds.ts.

import { AppError } from '@gatehouse/errors'
import type { Tx } from '../db.ts'
import type { Sealer } from '../seal.ts'

/** What one piece came to: values sealed anew, and places of those that do not open. */
export interface Resealed {
  readonly values: number
  readonly unreadable: readonly string[]
}

export interface SealedKind {
  readonly table: string
  /** Ids of the pieces that use a retired key. */
  find(tx: Tx, workspaceId: string): Promise<string[]>
  /** Seals one piece anew, in a transaction of its own: whoever reads it meanwhile waits, then reads the new one. */
  reseal(tx: Tx, sealer: Sealer, workspaceId: string, id: string): Promise<Resealed>
  /** How many values use this key. */
  count(tx: Tx, workspaceId: string, dataKeyId: string): Promise<number>
}

export const nothing: Resealed = { values: 0, unreadable: [] }

/** The workspace's keys that seal no more. */
export const retiredKeys = (tx: Tx, workspaceId: string): Promise<string[]> =>
  tx.dataKey
    .findMany({ where: { workspaceId, retiredAt: { not: null } }, select: { id: true } })
    .then((rows) => rows.map(({ id }) => id))

/** Undefined where it does not open. */
export async function readable<T>(opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening
  } catch (error) {
    if (error instanceof AppError && error.code === 'credential_unreadable') return undefined
    throw error
  }
}
