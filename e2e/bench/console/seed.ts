// A workspace that was busy for 30 days: calls as a registry's table would hold them, written by SQL day after day, and counted by
// the same functions that count those of gateways.

import { randomUUID } from 'node:crypto'
import pg from 'pg'

const dayMs = 86_400_000
const days = 30

export interface Seeded {
  readonly servers: readonly string[]
  readonly keys: readonly string[]
  /** Of one call, in the middle. */
  readonly requestId: string
}

/** @param servers ids that calls name; each has `toolsOfServer` tools, of which a few get most of the calls */
export async function seedCalls(
  databaseUrl: string,
  calls: number,
  servers: readonly string[],
  toolsOfServer: number,
): Promise<Seeded> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const keys = Array.from({ length: 50 }, () => randomUUID())
  const { rows } = await client.query<{ id: string }>('SELECT id FROM workspace LIMIT 1')
  const now = Date.now()
  const perDay = Math.ceil(calls / days)
  for (let ago = days - 1; ago >= 0; ago -= 1) {
    const end = now - ago * dayMs
    await makePartition(client, new Date(end - dayMs))
    await makePartition(client, new Date(end))
    await client.query(insert, [
      rows[0]?.id,
      new Date(end - dayMs),
      Math.min(perDay, calls - perDay * (days - 1 - ago)),
      servers,
      keys,
      toolsOfServer,
    ])
    await countAll(client)
  }
  // What a registry does every hour, and autovacuum within minutes.
  await client.query(
    `DELETE FROM call_usage WHERE at <= now() - make_interval(days => CASE width_s WHEN 60 THEN 1 ELSE 9 END) AND width_s < 86400`,
  )
  await client.query('VACUUM ANALYZE call_record')
  await client.query('VACUUM ANALYZE call_usage')
  await client.query('VACUUM ANALYZE call_uncounted')
  const found = await client.query<{ request_id: string }>(
    'SELECT request_id FROM call_record WHERE started_at < $1 LIMIT 1',
    [new Date(now - 15 * dayMs)],
  )
  await client.end()
  return { servers, keys, requestId: found.rows[0]?.request_id ?? '' }
}

/** The registry counts as well: one at a time, and the other one comes again. */
async function countAll(client: pg.Client): Promise<void> {
  for (;;) {
    await client.query('SELECT count_calls(5000)')
    const { rowCount } = await client.query('SELECT FROM call_uncounted LIMIT 1')
    if (rowCount === 0) return
  }
}

async function makePartition(client: pg.Client, at: Date): Promise<void> {
  const day = at.toISOString().slice(0, 10)
  const next = new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10)
  await client.query(
    `CREATE TABLE IF NOT EXISTS call_record_${day.replaceAll('-', '')} PARTITION OF call_record
     FOR VALUES FROM ('${day}T00:00:00Z') TO ('${next}T00:00:00Z')`,
  )
}

/** Servers, keys and tools by a power law; latencies with a long tail; some of what is rare is very rare. */
const insert = `
  INSERT INTO call_record (workspace_id, id, started_at, request_id, caller_key_id, caller_name, server_id, server_slug, path, era,
    method, tool, http_status, outcome, error_code, duration_ms, upstream_ms, request_bytes, response_bytes, attached_headers,
    authenticate_ms, policy_ms, credential_ms)
  SELECT $1::uuid, gen_random_uuid(), $2::timestamptz + random() * interval '1 day', gen_random_uuid()::text,
    ($5::text[])[key], 'key ' || key, ($4::uuid[])[server], 'server-' || server, 'transparent',
    CASE WHEN random() < 0.3 THEN 'legacy' ELSE 'modern' END, method,
    CASE method WHEN 'tools/call' THEN 'tool-' || floor($6::int * power(random(), 3))::int END,
    CASE WHEN outcome = 'upstream_error' THEN 502 WHEN outcome = 'refused' THEN 403 ELSE 200 END, outcome,
    CASE outcome WHEN 'upstream_error' THEN 'upstream_unreachable' WHEN 'refused' THEN 'unauthorized' END,
    ms + 2, ms, 200 + floor(random() * 2000)::int, 300 + floor(50000 * power(random(), 6))::int, ARRAY['Authorization'], 0.2, 0.3, 0.4
  FROM (
    SELECT 1 + floor(array_length($4::uuid[], 1) * power(random(), 2))::int AS server,
      1 + floor(array_length($5::text[], 1) * power(random(), 2))::int AS key,
      5 - 40 * ln(1 - random()) * CASE WHEN random() < 0.01 THEN 20 ELSE 1 END AS ms,
      (ARRAY['tools/call', 'tools/list', 'initialize', 'ping', 'prompts/get'])[width_bucket(random(), ARRAY[0, 0.85, 0.93, 0.99, 0.99999])] AS method,
      (ARRAY['ok', 'tool_error', 'upstream_error', 'refused', 'protocol_error', 'input_required'])[width_bucket(random(), ARRAY[0, 0.95, 0.97, 0.985, 0.995, 0.99999])] AS outcome
    FROM generate_series(1, $3::int)
  ) made`
