// A new data key for every workspace, and everything that an older one sealed is sealed anew. Every step is one short
// transaction and leaves what the next run goes on from, so it can be killed at any point. The registry serves meanwhile: a
// retired key opens until nothing uses it any more, then it is deleted.

import type { Tx } from '../db.ts'
import { insertDataKey, newDataKey } from './data-keys.ts'
import { auditStep, type Rotation, type RotationEnd, workspacesWithKeys } from './rotation.ts'
import { sealedKinds } from './sealed-kinds.ts'

/** Goes on with the rotation that did not come to its end, else begins one. */
export async function rotateDataKeys(on: Rotation): Promise<RotationEnd> {
  const since = await begin(on)
  const workspaces = await workspacesWithKeys(on.db)
  const unreadable: string[] = []
  let values = 0
  for (const [index, workspaceId] of workspaces.entries()) {
    await renew(on, workspaceId, since)
    const done = await replaceRetired(on, workspaceId)
    values += done.values
    unreadable.push(...done.unreadable.map((place) => `${place} in workspace ${workspaceId}`))
    on.tell(`workspace ${index + 1} of ${workspaces.length}: ${done.values} value(s) sealed anew`)
  }
  await end(on, since)
  const line = `Data keys are rotated: ${workspaces.length} workspace(s), ${values} value(s) sealed anew`
  if (unreadable.length === 0) return { ok: true, line }
  for (const place of unreadable) on.tell(`does not open: ${place}`)
  return {
    ok: false,
    line: `${line}, ${unreadable.length} did not open: set the credentials of their servers again`,
  }
}

/** @returns since when, as the database's text: data keys that are older are replaced */
async function begin({ db, tell }: Rotation): Promise<string> {
  const [row] = await db.asSystem(
    (tx) => tx.$queryRaw<{ since: string; resumed: boolean }[]>`
      UPDATE installation SET rotating_since = coalesce(rotating_since, now()) WHERE id = 1
      RETURNING rotating_since::text AS since, rotating_since < now() AS resumed`,
  )
  if (!row) throw new Error('Start the registry once: this database has no installation yet')
  if (row.resumed) tell(`going on with the rotation of data keys that began ${row.since}`)
  return row.since
}

async function end({ db }: Rotation, since: string): Promise<void> {
  await db.asSystem(
    (tx) => tx.$executeRaw`
      UPDATE installation SET rotating_since = NULL WHERE id = 1 AND rotating_since = ${since}::timestamptz`,
  )
}

/** A new sealing key where the present one is from before this rotation. */
async function renew({ db, kek }: Rotation, workspaceId: string, since: string): Promise<void> {
  const fresh = await newDataKey(kek, workspaceId)
  await db.inWorkspace(workspaceId, async (tx) => {
    const [old] = await tx.$queryRaw<{ id: string }[]>`
      UPDATE data_key SET retired_at = now() WHERE workspace_id = ${workspaceId}::uuid AND retired_at IS NULL
        AND created_at < ${since}::timestamptz RETURNING id`
    if (!old) return
    await insertDataKey(tx, workspaceId, fresh)
    await auditStep(tx, workspaceId, {
      action: 'data-key.rotated',
      objectType: 'data-key',
      objectId: fresh.id,
      before: { data_key: old.id },
      after: { data_key: fresh.id, master_key: fresh.wrappedBy },
    })
  })
}

/** Until no value that opens uses a retired key: who was just sealing with one may commit after a round. */
async function replaceRetired(on: Rotation, workspaceId: string) {
  let [values, told] = [0, 0]
  for (;;) {
    const unreadable: string[] = []
    for (const kind of sealedKinds) {
      const ids = await on.db.inWorkspace(workspaceId, (tx) => kind.find(tx, workspaceId))
      for (const id of ids) {
        const done = await on.db.inWorkspace(workspaceId, (tx) => kind.reseal(tx, on.sealer, workspaceId, id))
        values += done.values
        unreadable.push(...done.unreadable)
        if (values < told + 20) continue
        told = values
        on.tell(`workspace ${workspaceId}: ${values} value(s) so far`)
      }
    }
    const left = await on.db.inWorkspace(workspaceId, (tx) => deleteUnused(tx, workspaceId))
    if (left <= unreadable.length) return { values, unreadable }
  }
}

/** Deletes the retired keys that nothing uses. @returns how many values use the others */
async function deleteUnused(tx: Tx, workspaceId: string): Promise<number> {
  // Waits for transactions that seal with one of them (FOR KEY SHARE): what they wrote is counted below.
  const keys = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM data_key WHERE workspace_id = ${workspaceId}::uuid AND retired_at IS NOT NULL ORDER BY id FOR UPDATE`
  let left = 0
  for (const { id } of keys) {
    const uses = await countUses(tx, workspaceId, id)
    left += uses
    if (uses > 0) continue
    await tx.dataKey.deleteMany({ where: { workspaceId, id } })
    await auditStep(tx, workspaceId, { action: 'data-key.deleted', objectType: 'data-key', objectId: id })
  }
  return left
}

/** How many values of the workspace are sealed with this data key. */
export async function countUses(tx: Tx, workspaceId: string, dataKeyId: string): Promise<number> {
  let uses = 0
  for (const kind of sealedKinds) uses += await kind.count(tx, workspaceId, dataKeyId)
  return uses
}
