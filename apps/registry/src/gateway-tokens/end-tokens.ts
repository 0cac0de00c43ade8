// The end of gateway tokens: with the session of their person, or with the key that they were narrowed to. Whoever calls these
// publishes the revision and waits until it is settled.

import type { Changes } from '../changes.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'

/**
 * As gatehouse_system, in the transaction that ends the sessions.
 * @returns the newest revision; undefined where they had no tokens
 */
export async function endTokensOf(
  tx: Tx,
  deps: Pick<Deps, 'changes' | 'now'>,
  sessionIds: readonly string[],
): Promise<number | undefined> {
  const where = { sessionId: { in: [...sessionIds] }, expiresAt: { gt: deps.now() } }
  const keys = await tx.apiKey.findMany({ where, select: { workspaceId: true, id: true } })
  if (keys.length === 0) return undefined
  await tx.apiKey.updateMany({ where, data: { expiresAt: deps.now() } })
  let revision: number | undefined
  for (const { workspaceId, id } of keys)
    revision = await deps.changes.record(tx, { workspaceId, subject: 'api-key', subjectId: id })
  return revision
}

/** As gatehouse_app, in the transaction that deletes the key. */
export async function endTokensAs(
  tx: Tx,
  changes: Pick<Changes, 'record'>,
  workspaceId: string,
  asKeyId: string,
): Promise<void> {
  const keys = await tx.apiKey.findMany({ where: { workspaceId, asKeyId }, select: { id: true } })
  if (keys.length === 0) return
  await tx.apiKey.deleteMany({ where: { workspaceId, asKeyId } })
  for (const { id } of keys) await changes.record(tx, { workspaceId, subject: 'api-key', subjectId: id })
}
