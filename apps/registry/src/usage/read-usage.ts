// Usage of a span: a total, and a series for each server, tool or key with the most calls.

import { toTimestamp, type Usage, type UsageNumbers } from '@gatehouse/registry-api'
import type { Call } from '../actor.ts'
import { ownKeyIds } from '../calls/visible.ts'
import type { Deps } from '../deps.ts'
import {
  type Cell,
  type Group,
  isNoServer,
  readCells,
  readGroups,
  rowsOf,
  spanOf,
  type UsageQuery,
} from './cells.ts'
import { countsOf, percentile } from './latencies.ts'
import { readNames } from './names.ts'

export async function readUsage(deps: Deps, call: Call, query: UsageQuery): Promise<Usage> {
  const { actor } = call
  const span = spanOf(query.range, deps.now())
  const { by } = query
  const { groups, more, cells, all, names } = await deps.db.inWorkspace(actor.workspaceId, async (tx) => {
    const own = await ownKeyIds(tx, actor)
    const rows = rowsOf(actor, own, query, span, by)
    const { groups, more } = await readGroups(tx, rows, query)
    return {
      ...{ groups, more },
      cells: groups.length === 0 ? [] : await readCells(tx, rows, span.stepS, { by, groups }),
      all: await readCells(tx, rowsOf(actor, own, query, span), span.stepS),
      names: await readNames(tx, actor.workspaceId, groups),
    }
  })
  const ofGroup = Map.groupBy(cells, nameOf)
  return {
    since: toTimestamp(span.since),
    until: toTimestamp(span.until),
    step_s: span.stepS,
    total: withPoints(all),
    series: groups.map((group) => {
      const { server_id, tool, key_id } = group
      return {
        server_id: isNoServer(server_id) ? null : server_id,
        server_slug: server_id === null ? null : (names.get(server_id) ?? null),
        ...{ tool, key_id },
        key_name: key_id === null ? null : (names.get(key_id) ?? null),
        ...withPoints(ofGroup.get(nameOf(group)) ?? []),
      }
    }),
    more,
  }
}

const nameOf = ({ server_id, tool, key_id }: Group) => JSON.stringify([server_id, tool, key_id])

function withPoints(cells: readonly Cell[]): Usage['total'] {
  return {
    ...numbersOf(cells),
    points: cells.map((cell) => ({ at: toTimestamp(cell.at), ...numbersOf([cell]) })),
  }
}

function numbersOf(cells: readonly Cell[]): UsageNumbers {
  const counts = countsOf(cells.flatMap(({ latencies }) => latencies))
  return {
    calls: cells.reduce((sum, { calls }) => sum + calls, 0),
    errors: cells.reduce((sum, { errors }) => sum + errors, 0),
    p50_ms: percentile(counts, 0.5),
    p95_ms: percentile(counts, 0.95),
    p99_ms: percentile(counts, 0.99),
  }
}
