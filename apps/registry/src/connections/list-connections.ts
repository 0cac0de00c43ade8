// The connections that the actor may see, newest first.

import type { Connection, connectionsQuery } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { parseId } from '../parse.ts'
import { shown, toWire } from './to-wire.ts'
import { visibleConnections } from './visible.ts'

/** Ids are of version 7, so their order is that of creation; the cursor is the last id of the page before. */
export function listConnections(
  deps: Deps,
  { actor }: Call,
  query: z.output<typeof connectionsQuery>,
): Promise<{ data: Connection[]; next_cursor: string | null }> {
  const after = query.cursor === undefined ? {} : { id: { lt: parseId(query.cursor, 'cursor') } }
  const ofServer = query.server_id === undefined ? {} : { serverId: query.server_id }
  return deps.db.inWorkspace(actor.workspaceId, async (tx) => {
    const rows = await tx.oAuthToken.findMany({
      where: { AND: [visibleConnections(actor), ofServer, after] },
      orderBy: { id: 'desc' },
      take: query.limit + 1,
      select: shown,
    })
    const data = await toWire(tx, rows.slice(0, query.limit), deps.now())
    return { data, next_cursor: rows.length > query.limit ? (data.at(-1)?.id ?? null) : null }
  })
}
