// The keys that the actor may see, newest first.

import type { ApiKey, pageQuery } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { parseId } from '../parse.ts'
import { shown, toWire } from './to-wire.ts'
import { visibleKeys } from './visible.ts'

/** Ids are of version 7, so their order is that of creation; the cursor is the last id of the page before. */
export async function listKeys(
  deps: Deps,
  call: Call,
  query: z.output<typeof pageQuery>,
): Promise<{ data: ApiKey[]; next_cursor: string | null }> {
  const after = query.cursor === undefined ? {} : { id: { lt: parseId(query.cursor, 'cursor') } }
  const rows = await deps.db.inWorkspace(call.actor.workspaceId, (tx) =>
    tx.apiKey.findMany({
      where: { AND: [visibleKeys(call.actor), after] },
      orderBy: { id: 'desc' },
      take: query.limit + 1,
      select: shown,
    }),
  )
  const data = rows.slice(0, query.limit).map((row) => toWire(deps.config, row))
  return { data, next_cursor: rows.length > query.limit ? (data.at(-1)?.id ?? null) : null }
}
