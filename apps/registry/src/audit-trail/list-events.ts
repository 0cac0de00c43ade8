// A page of the audit trail, newest first.

import type { AuditEvent, auditQuery } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { meant, toWire } from './to-wire.ts'

export async function listEvents(
  deps: Deps,
  { actor: { workspaceId } }: Call,
  query: z.output<typeof auditQuery>,
): Promise<{ data: AuditEvent[]; next_cursor: string | null }> {
  const after = query.cursor === undefined ? {} : { seq: { lt: BigInt(query.cursor) } }
  const rows = await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.auditEvent.findMany({
      where: { AND: [meant(workspaceId, query), after] },
      orderBy: { seq: 'desc' },
      take: query.limit + 1,
    }),
  )
  const data = rows.slice(0, query.limit).map(toWire)
  const more = rows.length > query.limit
  return { data, next_cursor: more ? String(data.at(-1)?.seq) : null }
}
