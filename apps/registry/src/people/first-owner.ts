// Somebody has to be the first: a new installation gets one workspace and an owner whom nobody has claimed yet. How a person
// becomes that owner: links.ts and claim.ts.

import { v7 as uuidv7 } from 'uuid'
import type { Db, Tx } from '../db.ts'

export interface Owner {
  readonly userId: string
  readonly workspaceId: string
  /** False until somebody chose an e-mail and a password. */
  readonly claimed: boolean
}

const startingLock = 7_401_000_001n

/** Makes the workspace and its unclaimed owner where there is no workspace; two registries that start at once make one. */
export async function ensureFirstOwner(db: Db): Promise<void> {
  await db.asSystem(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${startingLock})`
    if ((await tx.workspace.count()) > 0) return
    const [workspaceId, userId] = [uuidv7(), uuidv7()]
    await tx.workspace.create({ data: { id: workspaceId, name: 'Default', slug: 'default' } })
    await tx.user.create({ data: { id: userId, name: 'Owner', email: `${userId}@unclaimed.invalid` } })
    await tx.membership.create({ data: { id: uuidv7(), workspaceId, userId, role: 'owner' } })
  })
}

/** The owner of longest standing; as gatehouse_system. Null before the first start. */
export async function firstOwner(tx: Tx): Promise<Owner | null> {
  const membership = await tx.membership.findFirst({
    where: { role: 'owner' },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { userId: true, workspaceId: true, user: { select: { accounts: { select: { id: true } } } } },
  })
  if (membership === null) return null
  const { userId, workspaceId, user } = membership
  return { userId, workspaceId, claimed: user.accounts.length > 0 }
}
