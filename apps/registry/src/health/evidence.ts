// What real calls say about servers, read from the batches in which gateways report them: an answer of the server's is a success,
// three calls in a row that got none are a failure, and a first one has the server looked at. In the transaction of the batch;
// nothing is written while calls only confirm what is known.

import type { CallRow } from '../calls/to-wire.ts'
import type { Tx } from '../db.ts'
import { stateOf } from './seen.ts'

const answered = new Set(['ok', 'tool_error', 'protocol_error', 'input_required'])
const inARow = 3

interface Evidence {
  readonly workspaceId: string
  readonly serverId: string
  at: Date
  /** An answer came, the last one before `failures`. */
  hasAnswered: boolean
  failures: number
  code: string
  httpStatus: number
}

/** As gatehouse_system. @returns the servers whose health was written */
export async function takeEvidence(
  tx: Tx,
  rows: readonly CallRow[],
  now: Date,
): Promise<{ workspaceId: string; serverId: string }[]> {
  const all = collect(rows, now)
  const good = all.filter(({ failures }) => failures === 0)
  const bad = all.filter(({ failures }) => failures > 0)
  return [
    ...(good.length > 0 ? await writeAnswers(tx, good) : []),
    ...(bad.length > 0 ? await writeFailures(tx, bad) : []),
  ]
}

/** One for each server, in one order for everybody, as each takes a lock. */
function collect(rows: readonly CallRow[], now: Date): Evidence[] {
  const found = new Map<string, Evidence>()
  const endOf = (row: CallRow) => Math.min(row.startedAt.getTime() + row.durationMs, now.getTime())
  for (const row of rows.toSorted((a, b) => endOf(a) - endOf(b))) {
    const isAnswer = answered.has(row.outcome)
    if (!row.serverId || (!isAnswer && (row.outcome !== 'upstream_error' || !row.errorCode))) continue
    const one = found.get(row.serverId) ?? {
      ...{ workspaceId: row.workspaceId, serverId: row.serverId, at: now },
      ...{ hasAnswered: false, failures: 0, code: '', httpStatus: 0 },
    }
    one.at = new Date(endOf(row))
    one.failures = isAnswer ? 0 : one.failures + 1
    one.hasAnswered ||= isAnswer
    if (!isAnswer) [one.code, one.httpStatus] = [row.errorCode ?? '', row.httpStatus]
    found.set(row.serverId, one)
  }
  return [...found.values()].toSorted((a, b) => (a.serverId < b.serverId ? -1 : 1))
}

type Written = { workspaceId: string; serverId: string }

const columns = (all: readonly Evidence[]) => ({
  workspaces: all.map(({ workspaceId }) => workspaceId),
  servers: all.map(({ serverId }) => serverId),
  times: all.map(({ at }) => at.toISOString()),
})

function writeAnswers(tx: Tx, all: readonly Evidence[]): Promise<Written[]> {
  const { workspaces, servers, times } = columns(all)
  return tx.$queryRaw<Written[]>`
    INSERT INTO server_health AS h (workspace_id, server_id, state, since, measured, checked_at, last_success_at)
    SELECT s.workspace_id, s.server_id, 'healthy', s.at, 'call', s.at, s.at
    FROM unnest(${workspaces}::uuid[], ${servers}::uuid[], ${times}::text[]::timestamptz[]) AS s(workspace_id, server_id, at)
      JOIN mcp_server m ON m.workspace_id = s.workspace_id AND m.id = s.server_id
      LEFT JOIN server_health k ON k.workspace_id = s.workspace_id AND k.server_id = s.server_id
    WHERE k.server_id IS NULL OR (s.at > coalesce(k.checked_at, '-infinity') AND (k.state <> 'healthy' OR k.call_failures > 0
      OR k.last_success_at IS NULL OR k.last_success_at < s.at - interval '30 seconds'))
    ORDER BY s.server_id
    ON CONFLICT (workspace_id, server_id) DO UPDATE SET
      since = CASE WHEN h.state = 'healthy' THEN h.since ELSE excluded.since END, state = 'healthy', measured = 'call',
      checked_at = excluded.checked_at, last_success_at = excluded.last_success_at, code = NULL, http_status = NULL,
      detail = NULL, call_failures = 0
    RETURNING workspace_id AS "workspaceId", server_id AS "serverId"`
}

/** A refused account is its person's, and says nothing about the server. */
async function writeFailures(tx: Tx, all: readonly Evidence[]): Promise<Written[]> {
  const { workspaces, servers, times } = columns(all)
  await tx.$executeRaw`
    INSERT INTO server_health (workspace_id, server_id, since)
    SELECT s.workspace_id, s.server_id, now() FROM unnest(${workspaces}::uuid[], ${servers}::uuid[]) AS s(workspace_id, server_id)
      JOIN mcp_server m ON m.workspace_id = s.workspace_id AND m.id = s.server_id
    ORDER BY s.server_id ON CONFLICT DO NOTHING`
  const detail = (one: Evidence) => `Look at its calls: they fail, the last one with ${one.code}`
  return tx.$queryRaw<Written[]>`
    UPDATE server_health h SET
      call_failures = least(1000, n.failures),
      due_at = s.at,
      state = CASE WHEN n.failures >= ${inARow} THEN s.state ELSE h.state END,
      since = CASE WHEN n.failures >= ${inARow} AND h.state <> s.state THEN s.at ELSE h.since END,
      measured = CASE WHEN n.failures >= ${inARow} THEN 'call' ELSE h.measured END,
      checked_at = CASE WHEN n.failures >= ${inARow} THEN s.at ELSE h.checked_at END,
      code = CASE WHEN n.failures >= ${inARow} THEN s.code ELSE h.code END,
      http_status = CASE WHEN n.failures >= ${inARow} THEN s.http_status ELSE h.http_status END,
      detail = CASE WHEN n.failures >= ${inARow} THEN s.detail ELSE h.detail END
    FROM unnest(${workspaces}::uuid[], ${servers}::uuid[], ${times}::text[]::timestamptz[], ${all.map((one) => one.failures)}::int[],
        ${all.map((one) => one.hasAnswered)}::bool[], ${all.map((one) => stateOf(one.code))}::text[], ${all.map((one) => one.code)}::text[],
        ${all.map((one) => one.httpStatus)}::int[], ${all.map(detail)}::text[])
        AS s(workspace_id, server_id, at, failures, has_answered, state, code, http_status, detail)
      JOIN mcp_server m ON m.workspace_id = s.workspace_id AND m.id = s.server_id
      CROSS JOIN LATERAL (SELECT s.failures + CASE WHEN s.has_answered THEN 0 ELSE
        (SELECT k.call_failures FROM server_health k WHERE k.workspace_id = s.workspace_id AND k.server_id = s.server_id) END) AS n(failures)
    WHERE h.workspace_id = s.workspace_id AND h.server_id = s.server_id AND s.code <> 'connection_required'
      AND (m.auth_type <> 'oauth' OR s.code <> 'upstream_auth_failed') AND s.at > coalesce(h.checked_at, '-infinity')
      AND NOT (h.state = s.state AND h.code = s.code AND h.measured = 'call' AND h.checked_at > s.at - interval '15 seconds')
    RETURNING h.workspace_id AS "workspaceId", h.server_id AS "serverId"`
}
