// Whose calls somebody may see: their own keys' calls, or with calls:all every one of the workspace; a key that is limited to
// some servers sees the calls of those only.

import type { Call as CallRecord } from '@gatehouse/registry-api'
import { type Actor, may, mayReach } from '../actor.ts'
import { ownKeys } from '../api-keys/visible.ts'
import type { Tx } from '../db.ts'
import type { Prisma } from '../generated/client.ts'

/** Ids of the keys whose calls are the actor's own; null where the actor may see all calls. */
export async function ownKeyIds(tx: Tx, actor: Actor): Promise<ReadonlySet<string> | null> {
  if (may(actor, 'calls:all')) return null
  const keys = await tx.apiKey.findMany({ where: ownKeys(actor), select: { id: true } })
  return new Set(keys.map((key) => key.id))
}

/** The same as a condition of a query. */
export function visibleCalls(actor: Actor, own: ReadonlySet<string> | null): Prisma.CallRecordWhereInput {
  return {
    workspaceId: actor.workspaceId,
    ...(own === null ? {} : { callerKeyId: { in: [...own] } }),
    ...(actor.servers === null ? {} : { serverId: { in: [...actor.servers] } }),
  }
}

/** The same for one record. */
export function isVisible(record: CallRecord, actor: Actor, own: ReadonlySet<string> | null): boolean {
  const mine = own === null || own.has(record.caller_key_id)
  const reached = actor.servers === null || (record.server_id !== null && mayReach(actor, record.server_id))
  return mine && reached
}
