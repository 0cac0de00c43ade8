// The installation's own row: its mark (in Via, to notice loops) and the key that seals what belongs to no workspace. That
// key is wrapped by a master key, so a wrong MASTER_KEY shows at start, not at the first credential.

import { randomBytes } from 'node:crypto'
import { Secret } from '@gatehouse/config'
import type { Transactions } from './db.ts'
import type { KeyEncryption } from './keys/master-keys.ts'

export interface Installation {
  /** Sent in `Via`. */
  readonly mark: string
  readonly key: Secret<Uint8Array>
}

/** Reads the row, or makes it on the first start. @throws Error with one sentence where a master key is missing */
export async function openInstallation(db: Transactions, kek: KeyEncryption): Promise<Installation> {
  const fresh = await kek.wrap(randomBytes(32), installationContext)
  const row = await db.asSystem(async (tx) => {
    const found = await tx.installation.findUnique({ where: { id: 1 } })
    if (found) return found
    // Of two first starts at once, one makes the row and both read it.
    const mark = `gatehouse-${randomBytes(9).toString('hex')}`
    const data = { id: 1, mark, keyCheck: fresh.wrapped, wrappedBy: fresh.wrappedBy }
    await tx.installation.createMany({ data: [data], skipDuplicates: true })
    return tx.installation.findUniqueOrThrow({ where: { id: 1 } })
  })
  const key = await unwrap(kek, row)
  await checkDataKeys(db, kek)
  return { mark: row.mark, key }
}

async function unwrap(kek: KeyEncryption, row: { keyCheck: Uint8Array; wrappedBy: string }) {
  try {
    const { keyCheck: wrapped, wrappedBy } = row
    return new Secret<Uint8Array>(await kek.unwrap({ wrapped, wrappedBy }, installationContext))
  } catch (cause) {
    throw new Error(
      'MASTER_KEY is not the one that this data was sealed with: start with that one, or use another database',
      { cause },
    )
  }
}

/** A master key that was taken away too early shows here as well, not at the credentials of some workspace. */
async function checkDataKeys(db: Transactions, kek: KeyEncryption): Promise<void> {
  const groups = await db.asSystem((tx) => tx.dataKey.groupBy({ by: ['wrappedBy'], _count: true }))
  const missing = groups.filter(({ wrappedBy }) => wrappedBy !== '' && !kek.names.includes(wrappedBy))
  if (missing.length === 0) return
  const count = missing.reduce((sum, group) => sum + group._count, 0)
  const names = missing.map(({ wrappedBy }) => wrappedBy).join(', ')
  throw new Error(
    `MASTER_KEY lacks a key that ${count} data key(s) are wrapped with (${names}): add it after the first one until npm run keys -- rotate master has finished`,
  )
}

/** What the installation's key is bound to. */
export const installationContext = 'installation key'
