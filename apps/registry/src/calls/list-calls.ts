// Call records, newest first.

import { AppError } from '@gatehouse/errors'
import type { Call as CallRecord, callQuery } from '@gatehouse/registry-api'
import { z } from 'zod'
import type { Call } from '../actor.ts'
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
    next_cursor: rows.length > query.limit && last ? toCursor(last) : null,
  }
}

const started = (query: Query): Prisma.CallRecordWhereInput => ({
  startedAt: {
    ...(query.since === undefined ? {} : { gte: new Date(query.since) }),
    ...(query.until === undefined ? {} : { lt: new Date(query.until) }),
  },
})

const cursorParts = z.tuple([z.int().max(8.64e15), z.uuid()])

const toCursor = (row: { startedAt: Date; id: string }) =>
  Buffer.from(JSON.stringify([row.startedAt.getTime(), row.id])).toString('base64url')

function after(cursor: string | undefined): Prisma.CallRecordWhereInput {
  if (cursor === undefined) return {}
  const parsed = cursorParts.safeParse(readJson(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success) {
    throw new AppError('invalid_parameter', {
      todo: "Set 'cursor' to the next_cursor of an earlier answer",
      what: "'cursor' is not one",
    })
  }
  const [ms, id] = parsed.data
  const startedAt = new Date(ms)
  return { OR: [{ startedAt: { lt: startedAt } }, { startedAt, id: { lt: id } }] }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
