// Keeps what a look showed. Nothing is written while it only confirms what was written less than a minute ago.

import type { Deps } from '../deps.ts'
import { isDown, type Seen } from './seen.ts'

const confirmMs = 55_000
/** So long real calls have the word that they fail. */
const callsRuleMs = 30_000

/**
 * @param at when the look began
 * @returns true where something was written
 */
export async function writeSeen(
  deps: Pick<Deps, 'db' | 'health'>,
  workspaceId: string,
  serverId: string,
  seen: Seen,
  at: Date,
): Promise<boolean> {
  const isGood = !isDown(seen.state) && seen.state !== 'unknown'
  const written = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const where = { workspaceId_serverId: { workspaceId, serverId } }
    const before = await tx.serverHealth.findUnique({ where })
    const ageMs = before?.checkedAt ? at.getTime() - before.checkedAt.getTime() : Number.POSITIVE_INFINITY
    if (before && ageMs < 0) return false
    if (before && isGood && isDown(before.state) && before.measured === 'call' && ageMs < callsRuleMs)
      return false
    const same =
      before?.state === seen.state &&
      before.code === (seen.reason?.code ?? null) &&
      before.httpStatus === (seen.reason?.httpStatus ?? null)
    if (same && ageMs < confirmMs) return false
    const data = {
      state: seen.state,
      since: before?.state === seen.state ? before.since : at,
      measured: seen.measured,
      checkedAt: at,
      code: seen.reason?.code ?? null,
      httpStatus: seen.reason?.httpStatus ?? null,
      detail: seen.reason?.detail ?? null,
      ...(isGood && { lastSuccessAt: at }),
      ...(isGood && before && isDown(before.state) && { callFailures: 0 }),
    }
    // Deleted meanwhile: nothing to keep.
    if ((await tx.mcpServer.count({ where: { workspaceId, id: serverId } })) === 0) return false
    await tx.serverHealth.upsert({ where, create: { workspaceId, serverId, ...data }, update: data })
    await deps.health.announce(tx, workspaceId, serverId)
    return true
  })
  if (written) deps.health.publish(workspaceId, serverId)
  return written
}
