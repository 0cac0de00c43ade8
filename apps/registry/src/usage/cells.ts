// The counted cells of a span, put together in the database: which groups have the most calls, and their numbers over time.

import type { UsageRange, usageQuery } from '@gatehouse/registry-api'
import { usageRanges } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Actor } from '../actor.ts'
import type { Tx } from '../db.ts'
import { Prisma } from '../generated/client.ts'
import { counted } from './counted.ts'

export type UsageQuery = z.output<typeof usageQuery>

/** Stands for "no server" in the cells. */
const noServer = '00000000-0000-0000-0000-000000000000'

export interface Group {
  readonly server_id: string | null
  readonly tool: string | null
  readonly key_id: string | null
}

export interface Cell extends Group {
  readonly at: Date
  readonly calls: number
  readonly errors: number
  readonly latencies: readonly number[]
}

export interface Span {
  readonly since: Date
  readonly until: Date
  readonly stepS: number
}

/** Whole steps, the last one of which has begun. */
export function spanOf(range: UsageRange, now: Date): Span {
  const { spanS, stepS } = usageRanges[range]
  const stepMs = stepS * 1_000
  const until = (Math.floor(now.getTime() / stepMs) + 1) * stepMs
  return { since: new Date(until - spanS * 1_000), until: new Date(until), stepS }
}

/** Cells are a minute, an hour or a day wide. */
const widthOf = (stepS: number) => (stepS >= 86_400 ? 86_400 : stepS >= 3_600 ? 3_600 : 60)

const groupings: Readonly<Record<UsageQuery['by'], Prisma.Sql>> = {
  server: Prisma.sql`server_id, NULL::text AS tool, NULL::text AS key_id`,
  tool: Prisma.sql`server_id, tool, NULL::text AS key_id`,
  key: Prisma.sql`NULL::uuid AS server_id, NULL::text AS tool, key_id`,
}
const nothing = Prisma.sql`NULL::uuid AS server_id, NULL::text AS tool, NULL::text AS key_id`

/** Which rows tell apart what has to be, and no more. */
function grainOf(apart: { server: boolean; tool: boolean; key: boolean }): string {
  const names = [apart.server || apart.tool ? 'server' : '', apart.tool ? 'tool' : '', apart.key ? 'key' : '']
  return names.filter(Boolean).join('-') || 'all'
}

/**
 * What the actor may see of the span and the filters let through, as rows (at, server_id, tool, key_id, calls, errors, latencies):
 * what is counted, and each call that isn't yet.
 * @param own as ownKeyIds says
 * @param by what is told apart besides; nothing for a total
 */
export function rowsOf(
  actor: Actor,
  own: ReadonlySet<string> | null,
  query: UsageQuery,
  span: Span,
  by?: UsageQuery['by'],
): Prisma.Sql {
  const { server, tool, key } = query
  const apart = {
    server: by === 'server' || server !== undefined || actor.servers !== null,
    tool: by === 'tool' || tool !== undefined,
    key: by === 'key' || key !== undefined || own !== null,
  }
  const all = [
    Prisma.sql`workspace_id = ${actor.workspaceId}::uuid`,
    Prisma.sql`at >= ${span.since} AND at < ${span.until}`,
  ]
  if (tool !== undefined) all.push(Prisma.sql`tool = ${tool}`)
  if (server !== undefined) all.push(Prisma.sql`server_id = ${server}::uuid`)
  if (key !== undefined) all.push(Prisma.sql`key_id = ${key.toLowerCase()}`)
  if (own !== null) all.push(Prisma.sql`key_id = ANY(${[...own]}::text[])`)
  if (actor.servers !== null) all.push(Prisma.sql`server_id = ANY(${[...actor.servers]}::uuid[])`)
  const width = widthOf(span.stepS)
  return counted(Prisma.join(all, ' AND '), { grain: grainOf(apart), width, ofTools: apart.tool })
}

/** Those with the most calls, and how many there are. */
export async function readGroups(tx: Tx, rows: Prisma.Sql, query: UsageQuery) {
  const found = await tx.$queryRaw<(Group & { groups: number })[]>`
    SELECT ${groupings[query.by]}, count(*) OVER ()::int AS groups FROM (${rows}) u
    GROUP BY 1, 2, 3 ORDER BY sum(calls) DESC, 1, 2, 3 LIMIT ${query.limit}`
  return { groups: found, more: (found[0]?.groups ?? 0) - found.length }
}

/** The cells of these groups, one per group and step, in time's order; of everything together where no groups are named. */
export function readCells(
  tx: Tx,
  rows: Prisma.Sql,
  stepS: number,
  among?: { readonly by: UsageQuery['by']; readonly groups: readonly Group[] },
): Promise<Cell[]> {
  const condition = among === undefined ? Prisma.empty : Prisma.sql`WHERE ${isAmong(among)}`
  return tx.$queryRaw<Cell[]>`
    SELECT server_id, tool, key_id, at, sum(calls)::float8 AS calls, sum(errors)::float8 AS errors,
      coalesce(array_agg(n * 64 + step) FILTER (WHERE step IS NOT NULL), '{}')::float8[] AS latencies
    FROM (
      SELECT ${among === undefined ? nothing : groupings[among.by]},
        date_bin(make_interval(secs => ${stepS}::int), at, TIMESTAMPTZ '2000-01-01 00:00:00Z') AS at,
        latency % 64 AS step, sum(latency / 64)::bigint AS n,
        sum(calls) FILTER (WHERE latency IS NULL) AS calls, sum(errors) FILTER (WHERE latency IS NULL) AS errors
      FROM (${rows}) u, unnest(NULL::bigint || latencies) AS latency ${condition} GROUP BY 1, 2, 3, 4, 5
    ) steps GROUP BY 1, 2, 3, 4 ORDER BY 4`
}

function isAmong({ by, groups }: { by: UsageQuery['by']; groups: readonly Group[] }): Prisma.Sql {
  const servers = groups.map((group) => group.server_id ?? noServer)
  if (by === 'key') return Prisma.sql`key_id = ANY(${groups.map((group) => group.key_id ?? '')}::text[])`
  if (by === 'server') return Prisma.sql`server_id = ANY(${servers}::uuid[])`
  const tools = groups.map((group) => group.tool ?? '')
  return Prisma.sql`tool = ANY(${tools}::text[]) AND (server_id, tool) IN (SELECT * FROM unnest(${servers}::uuid[], ${tools}::text[]))`
}

export const isNoServer = (id: string | null) => id === noServer
