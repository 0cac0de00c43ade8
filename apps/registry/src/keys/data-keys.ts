// The data keys of a workspace: one that seals, and retired ones that still open what they sealed. How they are replaced:
// rotate-data.ts.

import { randomBytes } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { Tx } from '../db.ts'
import { contextOf } from './cipher.ts'
import type { KeyEncryption, WrappedKey } from './master-keys.ts'

export interface DataKeyRow extends WrappedKey {
  readonly id: string
}

/** What a data key is bound to: moved to another workspace or under another id it does not unwrap. */
export const dataKeyContext = (workspaceId: string, id: string) => contextOf('data key', workspaceId, id)

/** The key that seals; the first one is made here. It can't be deleted before this transaction has ended. */
export async function sealingDataKey(tx: Tx, kek: KeyEncryption, workspaceId: string): Promise<DataKeyRow> {
  // A key that is retired meanwhile is skipped by this query; the next one sees its successor.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const [row] = await tx.$queryRaw<DataKeyRow[]>`
      SELECT id, wrapped, wrapped_by AS "wrappedBy" FROM data_key
      WHERE workspace_id = ${workspaceId}::uuid AND retired_at IS NULL FOR KEY SHARE`
    if (row) return row
    await insertDataKey(tx, workspaceId, await newDataKey(kek, workspaceId))
  }
  throw new Error('the workspace has no data key to seal with')
}

/** A random key, wrapped; not stored yet. */
export async function newDataKey(kek: KeyEncryption, workspaceId: string): Promise<DataKeyRow> {
  const id = uuidv7()
  return { id, ...(await kek.wrap(randomBytes(32), dataKeyContext(workspaceId, id))) }
}

/** Where there is one already, that one stays. */
export async function insertDataKey(
  tx: Tx,
  workspaceId: string,
  { id, wrapped, wrappedBy }: DataKeyRow,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO data_key (workspace_id, id, wrapped, wrapped_by)
    VALUES (${workspaceId}::uuid, ${id}::uuid, ${Buffer.from(wrapped)}, ${wrappedBy}) ON CONFLICT DO NOTHING`
}
