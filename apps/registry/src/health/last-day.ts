// The last 24 hours of servers, out of the hours that usage is counted in.

import { type ServerSummary, toTimestamp } from '@gatehouse/registry-api'
import type { Tx } from '../db.ts'
import { add, percentile } from '../usage/latencies.ts'

export type LastDay = ServerSummary['last_day']

export const noCalls: LastDay = { calls: 0, errors: 0, p50_ms: null, p95_ms: null, points: [] }

interface Hour {
  readonly server_id: string
  readonly at: Date
  readonly calls: number
  readonly errors: number
  readonly latencies: number[] | null
}

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
  const rows = await tx.$queryRaw<Hour[]>`
    SELECT server_id, at, calls::float8 AS calls, errors::float8 AS errors, latencies FROM call_usage
    WHERE workspace_id = ${workspaceId}::uuid AND width_s = 3600 AND grain = 'server' AND at >= ${since}
      AND server_id = ANY(${[...serverIds]}::uuid[]) ORDER BY at`
  return new Map([...Map.groupBy(rows, (row) => row.server_id)].map(([id, hours]) => [id, toDay(hours)]))
}

function toDay(hours: readonly Hour[]): LastDay {
  const counts = hours.reduce<readonly number[]>((sum, { latencies }) => add(sum, latencies ?? []), [])
  const sum = (of: readonly Hour[]) => ({
    calls: of.reduce((all, { calls }) => all + calls, 0),
    errors: of.reduce((all, { errors }) => all + errors, 0),
  })
  return {
    ...sum(hours),
    p50_ms: percentile(counts, 0.5),
    p95_ms: percentile(counts, 0.95),
    points: [...Map.groupBy(hours, (hour) => hour.at.getTime())].map(([at, those]) => ({
      at: toTimestamp(new Date(at)),
      ...sum(those),
    })),
  }
}
