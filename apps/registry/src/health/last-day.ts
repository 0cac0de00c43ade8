// The last 24 hours of servers, out of the hours that usage is counted in.

import { type ServerSummary, toTimestamp } from '@gatehouse/registry-api'
import type { Tx } from '../db.ts'
import { Prisma } from '../generated/client.ts'
import { type Cell, readCells } from '../usage/cells.ts'
import { counted } from '../usage/counted.ts'
import { countsOf, percentile } from '../usage/latencies.ts'

export type LastDay = ServerSummary['last_day']

export const noCalls: LastDay = { calls: 0, errors: 0, p50_ms: null, p95_ms: null, points: [] }

const hourMs = 3_600_000

/** By the server's id; whoever called. */
export async function readLastDay(
  tx: Tx,
  workspaceId: string,
  serverIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, LastDay>> {
  if (serverIds.length === 0) return new Map()
  const since = new Date(Math.floor(now.getTime() / hourMs) * hourMs - 23 * hourMs)
  const rows = counted(
    Prisma.sql`workspace_id = ${workspaceId}::uuid AND at >= ${since} AND server_id = ANY(${[...serverIds]}::uuid[])`,
    { grain: 'server', width: 3_600, ofTools: false },
  )
  const groups = serverIds.map((id) => ({ server_id: id, tool: null, key_id: null }))
  const cells = await readCells(tx, rows, 3_600, { by: 'server', groups })
  return new Map([...Map.groupBy(cells, serverOf)].map(([id, hours]) => [id, toDay(hours)]))
}

const serverOf = (cell: Cell) => cell.server_id ?? ''

function toDay(hours: readonly Cell[]): LastDay {
  const counts = countsOf(hours.flatMap(({ latencies }) => latencies))
  const sum = (of: readonly Cell[]) => ({
    calls: of.reduce((all, { calls }) => all + calls, 0),
    errors: of.reduce((all, { errors }) => all + errors, 0),
  })
  return {
    ...sum(hours),
    p50_ms: percentile(counts, 0.5),
    p95_ms: percentile(counts, 0.95),
    points: hours.map((hour) => ({ at: toTimestamp(hour.at), ...sum([hour]) })),
  }
}
