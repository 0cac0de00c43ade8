// Call records, newest first.

import type { Call as CallRecord, callQuery } from '@gatehouse/registry-api'
import { z } from 'zod'
import type { Call } from '../actor.ts'
import { readCursor, toCursor } from '../cursor.ts'
import type { Deps } from '../deps.ts'
import type { Prisma } from '../generated/client.ts'
import { toWhere } from './filter.ts'
import { toWire } from './to-wire.ts'
import { ownKeyIds, visibleCalls } from './visible.ts'

type Query = z.output<typeof callQuery>

/** @throws AppError invalid_parameter for a cursor that we didn't make */
export async function listCalls(
  deps: Deps,
  call: Call,
  query: Query,
): Promise<{ data: CallRecord[]; next_cursor: string | null }> {
  const { actor } = call
  const conditions = [toWhere(query), started(query), after(query.cursor)]
  const rows = await deps.db.inWorkspace(actor.workspaceId, async (tx) =>
    tx.callRecord.findMany({
      where: { AND: [visibleCalls(actor, await ownKeyIds(tx, actor)), ...conditions] },
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      take: query.limit + 1,
    }),
  )
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return {
    data: page.map(toWire),
    next_cursor: rows.length > query.limit && last ? toCursor([last.startedAt.getTime(), last.id]) : null,
  }
}

const started = (query: Query): Prisma.CallRecordWhereInput => ({
  startedAt: {
    ...(query.since === undefined ? {} : { gte: new Date(query.since) }),
    ...(query.until === undefined ? {} : { lt: new Date(query.until) }),
  },
})

/** The database has no days as early as JavaScript has. */
const cursorParts = z.tuple([z.int().min(0).max(8.64e15), z.uuid()])

function after(cursor: string | undefined): Prisma.CallRecordWhereInput {
  if (cursor === undefined) return {}
  const [ms, id] = readCursor(cursorParts, cursor)
  const startedAt = new Date(ms)
  return { OR: [{ startedAt: { lt: startedAt } }, { startedAt, id: { lt: id } }] }
}
