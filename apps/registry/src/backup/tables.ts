// Which tables a backup holds, read from the database itself, so that a new one is never forgotten: what is left out is named
// here.

import type pg from 'pg'

export interface Table {
  readonly name: string
  /** Name and type, as PostgreSQL writes both. */
  readonly columns: readonly (readonly [name: string, type: string])[]
  /** Behind forced row level security: read one workspace at a time. */
  readonly walled: boolean
}

/**
 * What lives no longer than a process or a browser's visit, and what would come back to life: leases and addresses of
 * gateways, how servers do, people's sessions (they sign in again), links that work once, visits to authorization servers.
 */
const leftOut = [
  ...['session', 'verification', 'one_time_link', 'auth_session'],
  ...['gateway_lease', 'gateway_address', 'worker_lease', 'server_health'],
]

/** Those that are kept, each after the ones that it refers to. */
export async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table & { refersTo: string[] }>(`
    SELECT c.relname AS name, c.relforcerowsecurity AS walled,
      (SELECT json_agg(json_build_array(attname, format_type(atttypid, atttypmod)) ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
      ARRAY(SELECT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS "refersTo"
    FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> '_prisma_migrations'
    ORDER BY c.relname`)
  const waiting = rows.filter(({ name }) => !leftOut.includes(name))
  const sorted: Table[] = []
  while (waiting.length > 0) {
    const next = waiting.findIndex((table) => !waiting.some(({ name }) => table.refersTo.includes(name)))
    const [table] = waiting.splice(Math.max(next, 0), 1)
    if (table) sorted.push({ name: table.name, columns: table.columns, walled: table.walled })
  }
  return sorted
}

/** Deletes every row, also of what a backup leaves out. */
export async function emptyTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ names: string }>(`
    SELECT string_agg(format('%I', relname), ', ') AS names FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname <> '_prisma_migrations'`)
  await client.query(`TRUNCATE ${rows[0]?.names}`)
}

/** The names of the migrations that were applied, in order; none in a database that never had any. */
export async function readMigrationNames(client: pg.Client): Promise<string[]> {
  const { rows: found } = await client.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`)
  if (!found[0].there) return []
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
  )
  return rows.map(({ name }) => name)
}

/** Days that have a partition of call records of their own, `2026-06-01`. */
export async function readDays(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'call_record'::regclass ORDER BY c.relname`,
  )
  return rows.flatMap(({ name }) => /^call_record_(\d{4})(\d\d)(\d\d)$/.exec(name)?.slice(1).join('-') ?? [])
}

/** What both sides of a copy agree on: how values are written as text. */
export const plainText = `
  SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true),
    set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)`
