// The servers of a workspace with all that is known of how they do: a page, found and ordered by the database.

import {
  eraPin,
  type ServerPage,
  type ServerSummary,
  type serversQuery,
  toTimestamp,
} from '@gatehouse/registry-api'
import { z } from 'zod'
import type { Actor, Call } from '../actor.ts'
import { readCursor, toCursor } from '../cursor.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { Prisma } from '../generated/client.ts'
import { readAccounts } from '../servers/accounts.ts'
import { shown, toWire } from '../servers/to-wire.ts'
import { type LastDay, noCalls, readLastDay } from './last-day.ts'
import { toHealth } from './to-wire.ts'

type Query = z.output<typeof serversQuery>

const pageShown = {
  ...shown,
  ...{ era: true, speaksLegacy: true, speaksModern: true, erasCheckedAt: true, health: true },
  catalogues: { where: { owner: '' }, select: { toolCount: true, fetchedAt: true } },
} as const satisfies Prisma.McpServerSelect

type Row = Prisma.McpServerGetPayload<{ select: typeof pageShown }>

/** @throws AppError invalid_parameter for a cursor that we didn't make */
export async function listServerPage(deps: Deps, { actor }: Call, query: Query): Promise<ServerPage> {
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const { ids, total, nextCursor } = await findIds(tx, actor, query)
    const rows = await tx.mcpServer.findMany({ where: { workspaceId, id: { in: ids } }, select: pageShown })
    const accounts = await readAccounts(tx, actor, rows)
    const days = await readLastDay(tx, workspaceId, ids, deps.now())
    const byId = new Map(rows.map((row) => [row.id, row]))
    return {
      data: ids.flatMap((id) => {
        const row = byId.get(id)
        return row ? [summary(deps, actor, row, accounts, days.get(id) ?? noCalls)] : []
      }),
      next_cursor: nextCursor,
      total,
      states: await countStates(tx, actor),
    }
  })
}

function summary(
  deps: Deps,
  actor: Actor,
  row: Row,
  accounts: Parameters<typeof toWire>[3],
  lastDay: LastDay,
): ServerSummary {
  const [catalogue] = row.catalogues
  const { speaksLegacy: legacy, speaksModern: modern, erasCheckedAt: checkedAt } = row
  return {
    ...toWire(deps.config, actor, row, accounts),
    era: eraPin.parse(row.era),
    eras: checkedAt && { legacy, modern, checked_at: toTimestamp(checkedAt) },
    health: toHealth(row, row.health),
    tools:
      catalogue && catalogue.toolCount !== null
        ? { count: catalogue.toolCount, fetched_at: toTimestamp(catalogue.fetchedAt) }
        : null,
    last_day: lastDay,
  }
}

const state = Prisma.sql`CASE WHEN NOT s.enabled THEN 'disabled' ELSE coalesce(h.state, 'unknown') END`
const from = Prisma.sql`mcp_server s LEFT JOIN server_health h ON h.workspace_id = s.workspace_id AND h.server_id = s.id`

const reached = ({ workspaceId, servers }: Actor) =>
  servers === null
    ? Prisma.sql`s.workspace_id = ${workspaceId}::uuid`
    : Prisma.sql`s.workspace_id = ${workspaceId}::uuid AND s.id = ANY(${[...servers]}::uuid[])`

/** What a page is ordered by, as text; every order ends with the id. */
const orders = {
  name: { by: Prisma.sql`lower(s.name)`, way: Prisma.sql`ASC`, after: Prisma.sql`>` },
  newest: {
    by: Prisma.sql`to_char(s.created_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')`,
    way: Prisma.sql`DESC`,
    after: Prisma.sql`<`,
  },
  changed: {
    by: Prisma.sql`to_char(s.updated_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')`,
    way: Prisma.sql`DESC`,
    after: Prisma.sql`<`,
  },
} as const satisfies Record<Query['sort'], { by: Prisma.Sql; way: Prisma.Sql; after: Prisma.Sql }>

async function findIds(tx: Tx, actor: Actor, query: Query) {
  const { by, way, after } = orders[query.sort]
  const conditions = [reached(actor)]
  for (const word of (query.q ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 16))
    conditions.push(Prisma.sql`position(${word} IN lower(s.name || ' ' || s.slug || ' ' || s.url)) > 0`)
  if (query.id !== undefined) conditions.push(Prisma.sql`s.id = ${query.id}::uuid`)
  if (query.state === 'down') conditions.push(Prisma.sql`${state} IN ('failing', 'unreachable')`)
  else if (query.state !== undefined) conditions.push(Prisma.sql`${state} = ${query.state}`)
  const where = Prisma.join(conditions, ' AND ')
  const [counted] = await tx.$queryRaw<
    { total: number }[]
  >`SELECT count(*)::int AS total FROM ${from} WHERE ${where}`
  const [value, id] = query.cursor === undefined ? [] : readCursor(cursorParts, query.cursor)
  const page =
    value === undefined ? where : Prisma.sql`${where} AND (${by}, s.id) ${after} (${value}, ${id}::uuid)`
  const rows = await tx.$queryRaw<{ id: string; value: string }[]>`
    SELECT s.id, ${by} AS value FROM ${from} WHERE ${page} ORDER BY ${by} ${way}, s.id ${way} LIMIT ${query.limit + 1}`
  const here = rows.slice(0, query.limit)
  const last = here.at(-1)
  return {
    ids: here.map((row) => row.id),
    total: counted?.total ?? 0,
    nextCursor: rows.length > query.limit && last ? toCursor([last.value, last.id]) : null,
  }
}

async function countStates(tx: Tx, actor: Actor): Promise<ServerPage['states']> {
  const rows = await tx.$queryRaw<{ state: string; count: number }[]>`
    SELECT ${state} AS state, count(*)::int AS count FROM ${from} WHERE ${reached(actor)} GROUP BY 1`
  return Object.fromEntries(rows.map((row) => [row.state, row.count]))
}

const cursorParts = z.tuple([z.string().max(1_024), z.uuid()])
