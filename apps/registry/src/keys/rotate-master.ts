// Wraps the installation's key and every data key with the first key of MASTER_KEY; what they sealed stays as it is. A key is
// replaced only where it is still the one that was unwrapped, so it can be killed, repeated and run twice at once.

import { installationContext } from '../installation.ts'
import { firstOwner } from '../people/first-owner.ts'
import { dataKeyContext } from './data-keys.ts'
import { auditStep, type Rotation, type RotationEnd } from './rotation.ts'

export async function rotateMasterKey(on: Rotation): Promise<RotationEnd> {
  const failed = new Set<string>()
  let count = (await rewrapInstallation(on)) ? 1 : 0
  for (;;) {
    // Registries that still wrap with another key may make one meanwhile: until a look finds none.
    const keys = (await listOthers(on)).filter(({ id }) => !failed.has(id))
    if (keys.length === 0) break
    for (const [index, { workspaceId, id }] of keys.entries()) {
      if (await rewrapDataKey(on, workspaceId, id)) count += 1
      else failed.add(id)
      if (index % 50 === 49 || index === keys.length - 1)
        on.tell(`key ${index + 1} of ${keys.length} is wrapped with ${on.kek.names[0]}`)
    }
  }
  const line = `The master key is rotated: ${count} key(s) wrapped anew with ${on.kek.names[0]}`
  if (failed.size === 0) return { ok: true, line }
  return {
    ok: false,
    line: `${line}, ${failed.size} did not unwrap (npm run keys -- status names their master key): add that one to MASTER_KEY and run this again`,
  }
}

const listOthers = ({ db, kek }: Rotation) =>
  db.asSystem((tx) =>
    tx.dataKey.findMany({
      where: { wrappedBy: { not: kek.names[0] } },
      orderBy: [{ workspaceId: 'asc' }, { id: 'asc' }],
      select: { workspaceId: true, id: true },
    }),
  )

/** @returns false where it does not unwrap */
async function rewrapDataKey(on: Rotation, workspaceId: string, id: string): Promise<boolean> {
  const where = { workspaceId, id }
  const row = await on.db.inWorkspace(workspaceId, (tx) =>
    tx.dataKey.findUnique({ where: { workspaceId_id: where } }),
  )
  if (row === null) return true // deleted meanwhile
  const context = dataKeyContext(workspaceId, id)
  const key = await on.kek.unwrap(row, context).catch(() => undefined)
  if (key === undefined) return false
  const fresh = await on.kek.wrap(key, context)
  await on.db.inWorkspace(workspaceId, async (tx) => {
    const { count } = await tx.dataKey.updateMany({ where: { ...where, wrapped: row.wrapped }, data: fresh })
    if (count === 0) return // another run was faster
    await auditStep(tx, workspaceId, {
      action: 'data-key.rewrapped',
      objectType: 'data-key',
      objectId: id,
      before: { master_key: row.wrappedBy },
      after: { master_key: fresh.wrappedBy },
    })
  })
  return true
}

/** Audited in the workspace of the first owner: the installation has no chain of its own. */
async function rewrapInstallation({ db, kek }: Rotation): Promise<boolean> {
  const row = await db.asSystem((tx) => tx.installation.findUniqueOrThrow({ where: { id: 1 } }))
  if (row.wrappedBy === kek.names[0]) return false
  const old = { wrapped: row.keyCheck, wrappedBy: row.wrappedBy }
  const { wrapped, wrappedBy } = await kek.wrap(
    await kek.unwrap(old, installationContext),
    installationContext,
  )
  return db.asSystem(async (tx) => {
    const { count } = await tx.installation.updateMany({
      where: { id: 1, keyCheck: row.keyCheck },
      data: { keyCheck: wrapped, wrappedBy },
    })
    const owner = count === 1 ? await firstOwner(tx) : null
    if (owner)
      await auditStep(tx, owner.workspaceId, {
        action: 'installation-key.rewrapped',
        objectType: 'installation',
        objectId: '1',
        before: { master_key: row.wrappedBy },
        after: { master_key: wrappedBy },
      })
    return count === 1
  })
}
