// Reads a backup into a database: all of it or nothing, in one transaction, after the whole file was checked. The schema is that
// of the backup first, and is brought to this version's afterwards, like that of an old installation.

import pg from 'pg'
import { partitionOfDay } from '../calls/partitions.ts'
import type { Source } from '../db.ts'
import { knownMigrations, migrate } from '../migrate/migrate.ts'
import { type BackupFile, openFile } from './file.ts'
import { countRows, type Tell } from './progress.ts'
import { emptyTables, plainText, readMigrationNames, readTables, type Table } from './tables.ts'

export interface RestoreOptions {
  /** Deletes what is in the database. */
  readonly replace: boolean
}

const batchBytes = 1 << 20
const batchRows = 1_000

/** @returns how many rows. @throws Error with one sentence; the database is then as it was */
export async function restore(
  source: Source,
  path: string,
  options: RestoreOptions,
  tell: Tell,
): Promise<number> {
  tell(`Checking ${path}`)
  const file = await openFile(path)
  try {
    const wanted = new Set(file.header.migrations)
    const known = await knownMigrations()
    const newer = [...wanted].find((name) => !known.includes(name))
    if (newer !== undefined)
      throw new Error(`The backup is of a newer version of Gatehouse (migration ${newer}): update Gatehouse`)
    await connected(source, (client) => checkTarget(client, source, wanted, options))
    await migrate(source, undefined, wanted)
    const rows = await connected(source, (client) => load(client, file, options, tell))
    await migrate(source)
    return rows
  } finally {
    await file.close()
  }
}

async function connected<T>(source: Source, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...source.pool, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined) // the query that runs fails as well
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function checkTarget(
  client: pg.Client,
  source: Source,
  wanted: ReadonlySet<string>,
  options: RestoreOptions,
): Promise<void> {
  const { rows } = await client.query<{ others: number }>(
    `SELECT count(*)::int AS others FROM pg_stat_activity
     WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()`,
  )
  const others = source.embedded ? 0 : (rows[0]?.others ?? 0)
  if (others > 0)
    throw new Error(
      `The database is in use by ${others} other connection(s): stop every registry, and what else is connected, first`,
    )
  const applied = await readMigrationNames(client)
  if (applied.length === 0) return
  await refuseData(client, options)
  const later = applied.find((name) => !wanted.has(name))
  if (later !== undefined)
    throw new Error(
      `The backup is of an older version of Gatehouse (before migration ${later}): restore it into a new, empty database; it is brought up to date there`,
    )
}

/** Whatever a workspace has, it has a workspace. */
async function refuseData(client: pg.Client, { replace }: RestoreOptions): Promise<void> {
  const { rows } = await client.query<{ workspaces: number; people: number; started: boolean }>(
    `SELECT (SELECT count(*)::int FROM workspace) AS workspaces, (SELECT count(*)::int FROM "user") AS people,
       EXISTS (SELECT FROM installation) AS started`,
  )
  const [found] = rows
  if (replace || !found || (found.workspaces === 0 && found.people === 0 && !found.started)) return
  throw new Error(
    `The database has data (${found.workspaces} workspace(s), ${found.people} user(s)): restore into an empty one, or add --replace to delete all of it first`,
  )
}

async function load(
  client: pg.Client,
  file: BackupFile,
  options: RestoreOptions,
  tell: Tell,
): Promise<number> {
  await client.query('BEGIN')
  await client.query(plainText)
  await client.query(`SELECT set_config('lock_timeout', '10s', true)`)
  // A registry that starts meanwhile waits where it would migrate.
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('gatehouse migrations', 0))`)
  await refuseData(client, options)
  const tables = await readTables(client)
  checkTables(file, tables)
  const alter = (table: Table, what: string) =>
    client.query(`ALTER TABLE ${pg.escapeIdentifier(table.name)} ${what}`)
  for (const table of tables) {
    await alter(table, 'DISABLE TRIGGER USER')
    // The tables' owner, who loads, is behind the wall as well.
    if (table.walled) await alter(table, 'NO FORCE ROW LEVEL SECURITY')
  }
  await emptyTables(client)
  for (const day of file.header.days) await client.query(partitionOfDay(day))
  const rows = await loadRows(client, file, tables, tell)
  for (const table of tables) {
    await alter(table, 'ENABLE TRIGGER USER')
    if (table.walled) await alter(table, 'FORCE ROW LEVEL SECURITY')
  }
  await client.query('COMMIT')
  return rows
}

function checkTables(file: BackupFile, tables: readonly Table[]): void {
  const shape = (list: readonly Pick<Table, 'name' | 'columns'>[]) =>
    JSON.stringify(list.map(({ name, columns }) => [name, columns]))
  if (shape(file.header.tables) !== shape(tables))
    throw new Error(
      'The tables of the database are not those of the backup: restore into a new, empty database',
    )
}

async function loadRows(
  client: pg.Client,
  file: BackupFile,
  tables: readonly Table[],
  tell: Tell,
): Promise<number> {
  const rows = countRows(tell)
  let bytes = 0
  let table: Table | undefined
  let batch: string[] = []
  const flush = async () => {
    if (table && batch.length > 0) await insert(client, table, batch)
    rows.add(batch.length)
    batch = []
    bytes = 0
  }
  for await (const line of file.lines()) {
    if (line.startsWith('[')) {
      batch.push(line)
      bytes += line.length
      if (bytes >= batchBytes || batch.length >= batchRows) await flush()
      continue
    }
    await flush()
    const { table: name } = JSON.parse(line) as { table: string } // written by write-backup.ts, covered by the digest
    table = tables.find((one) => one.name === name)
    if (!table) throw new Error(`The backup has rows of an unknown table (${name})`)
    tell(`Loading ${name}`)
  }
  await flush()
  return rows.total()
}

/** Values come as PostgreSQL wrote them, and are read by the types of this database. */
async function insert(client: pg.Client, table: Table, rows: readonly string[]): Promise<void> {
  const names = table.columns.map(([name]) => pg.escapeIdentifier(name)).join(', ')
  const values = table.columns.map(([, type], i) => `(r.value->>${i})::${type}`).join(', ')
  await client.query(
    `INSERT INTO ${pg.escapeIdentifier(table.name)} (${names})
     SELECT ${values} FROM json_array_elements($1::json) AS r(value)`,
    [`[${rows.join(',')}]`],
  )
}
