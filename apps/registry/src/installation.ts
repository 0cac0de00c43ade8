// The installation's own row: its mark (in Via, to notice loops) and the key that seals what belongs to no workspace. That
// key is wrapped by MASTER_KEY, so a wrong MASTER_KEY shows at start, not at the first credential.

import { randomBytes } from 'node:crypto'
import { Secret } from '@gatehouse/config'
import type { Db } from './db.ts'
import type { KeyEncryption } from './seal.ts'

export interface Installation {
  /** Sent in `Via`. */
  readonly mark: string
  readonly key: Secret<Uint8Array>
}

/** Reads the row, or makes it on the first start. @throws Error with one sentence where MASTER_KEY is another one */
export async function openInstallation(db: Db, kek: KeyEncryption): Promise<Installation> {
  const fresh = await kek.wrap(randomBytes(32), context)
  const row = await db.asSystem(async (tx) => {
    const found = await tx.installation.findUnique({ where: { id: 1 } })
    if (found) return found
    // Of two first starts at once, one makes the row and both read it.
    const data = { id: 1, mark: `gatehouse-${randomBytes(9).toString('hex')}`, keyCheck: fresh }
    await tx.installation.createMany({ data: [data], skipDuplicates: true })
    return tx.installation.findUniqueOrThrow({ where: { id: 1 } })
  })
  try {
    return { mark: row.mark, key: new Secret(await kek.unwrap(row.keyCheck, context)) }
  } catch (cause) {
    throw new Error(
      'MASTER_KEY is not the one that this data was sealed with: start with that one, or use another database',
      { cause },
    )
  }
}

const context = 'installation key'
