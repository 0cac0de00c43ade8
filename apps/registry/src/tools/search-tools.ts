// Tools of every server that the caller reaches, found by name and title in the lists that are kept: nobody's server is asked.

import type { FoundTool, toolSearchQuery } from '@gatehouse/registry-api'
import { toTimestamp } from '@gatehouse/registry-api'
import { z } from 'zod'
import type { Call } from '../actor.ts'
import { readCursor, toCursor } from '../cursor.ts'
import type { Deps } from '../deps.ts'
import { Prisma } from '../generated/client.ts'

type Query = z.output<typeof toolSearchQuery>

interface Row {
  readonly rank: number
  readonly name: string
  readonly title: string
  readonly server_id: string
  readonly server_name: string
  readonly slug: string
  readonly is_on: boolean
  readonly fetched_at: Date
}

/**
 * What is called exactly so comes first, then what begins so.
 * @throws AppError invalid_parameter for a cursor that we didn't make
 */
export async function searchTools(
  deps: Deps,
  { actor }: Call,
  query: Query,
): Promise<{ data: FoundTool[]; next_cursor: string | null }> {
  const { workspaceId, userId, servers } = actor
  const q = (query.q ?? '').trim()
  const words = q.split(/\s+/).filter(Boolean).slice(0, 16)
  const has = words.map((word) => Prisma.sql`position(lower(${word}) IN lower(t.name || ' ' || t.title)) > 0`)
  const reached = servers === null ? [] : [Prisma.sql`s.id = ANY(${[...servers]}::uuid[])`]
  const after = query.cursor === undefined ? [] : [afterCursor(query.cursor)]
  const rows = await deps.db.inWorkspace(
    workspaceId,
    (tx) => tx.$queryRaw<Row[]>`
      WITH list AS (
        SELECT DISTINCT ON (s.id) s.id, s.name, s.slug, s.enabled, s.disabled_tools, c.tool_names, c.tool_titles, c.fetched_at
        FROM mcp_server s JOIN tool_catalogue c ON c.workspace_id = s.workspace_id AND c.server_id = s.id
        WHERE ${Prisma.join([Prisma.sql`s.workspace_id = ${workspaceId}::uuid`, ...reached], ' AND ')}
          AND (c.owner = ${userId ?? ''}
            OR c.owner = '' AND (s.auth_type <> 'oauth' OR s.oauth_mode = 'legacy_shared_provider' OR ${userId === null}))
        ORDER BY s.id, c.owner DESC
      ), found AS (
        SELECT CASE WHEN lower(t.name) = lower(${q}) THEN 0 WHEN starts_with(lower(t.name), lower(${q})) THEN 1 ELSE 2 END AS rank,
          t.name, t.title, s.id AS server_id, s.name AS server_name, s.slug,
          s.enabled AND NOT t.name = ANY(s.disabled_tools) AS is_on, s.fetched_at
        FROM list s CROSS JOIN LATERAL unnest(s.tool_names, s.tool_titles) AS t(name, title)
        ${has.length > 0 ? Prisma.sql`WHERE ${Prisma.join(has, ' AND ')}` : Prisma.empty}
      )
      SELECT * FROM found ${after.length > 0 ? Prisma.sql`WHERE ${after[0]}` : Prisma.empty}
      ORDER BY rank, lower(name), name, server_id LIMIT ${query.limit + 1}`,
  )
  const here = rows.slice(0, query.limit)
  const last = here.at(-1)
  return {
    data: here.map(toWire),
    next_cursor: rows.length > query.limit && last ? toCursor([last.rank, last.name, last.server_id]) : null,
  }
}

const toWire = (row: Row): FoundTool => ({
  name: row.name,
  title: row.title === '' ? null : row.title,
  enabled: row.is_on,
  server: { id: row.server_id, name: row.server_name, slug: row.slug },
  fetched_at: toTimestamp(row.fetched_at),
})

const cursorParts = z.tuple([z.int().min(0).max(2), z.string().max(100_000), z.uuid()])

function afterCursor(cursor: string): Prisma.Sql {
  const [rank, name, id] = readCursor(cursorParts, cursor)
  return Prisma.sql`(rank, lower(name), name, server_id) > (${rank}::int, lower(${name}), ${name}, ${id}::uuid)`
}
