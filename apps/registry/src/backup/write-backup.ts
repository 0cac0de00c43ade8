// Writes everything into one file, from one snapshot, while others go on writing. Rows behind row level security are read
// through it, workspace by workspace: no right is needed that the registry doesn't have. The file's form: file.ts.

import pg from 'pg'
import type { Source } from '../db.ts'
import { type Header, writeFileOnce } from './file.ts'
import { countRows, type Tell } from './progress.ts'
import { plainText, readDays, readMigrationNames, readTables, type Table } from './tables.ts'

const batchBytes = 1 << 20

/** @returns how many rows. @throws Error with one sentence where there is nothing, or the file is there already */
export async function writeBackup(source: Source, path: string, tell: Tell): Promise<number> {
  const client = new pg.Client({ ...source.pool, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined) // the query that runs fails as well
  await client.connect()
  const rows = countRows(tell)
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await client.query(plainText)
    await writeFileOnce(path, everything(client, tell, rows.add))
    await client.query('COMMIT')
    return rows.total()
  } finally {
    await client.end()
  }
}

async function* everything(
  client: pg.Client,
  tell: Tell,
  count: (rows: number) => void,
): AsyncGenerator<string> {
  const migrations = await readMigrationNames(client)
  if (migrations.length === 0) throw new Error('There is no data of Gatehouse in this database')
  const tables = await readTables(client)
  const told: Header = {
    madeAt: new Date().toISOString(),
    migrations,
    days: await readDays(client),
    tables: tables.map(({ name, columns }) => ({
      name,
      columns: columns.map(([name, type]) => [name, type]),
    })),
  }
  yield JSON.stringify(told)
  const { rows: workspaces } = await client.query<{ id: string }>('SELECT id FROM workspace ORDER BY id')
  for (const table of tables) {
    tell(`Copying ${table.name}`)
    yield JSON.stringify({ table: table.name })
    if (!table.walled) yield* rowsOf(client, table, count)
    for (const { id } of table.walled ? workspaces : []) {
      await client.query(
        `SELECT set_config('app.workspace', $1, true), set_config('role', 'gatehouse_app', true)`,
        [id],
      )
      yield* rowsOf(client, table, count)
      await client.query(`SELECT set_config('role', 'none', true)`)
    }
  }
}

/** Every value as PostgreSQL writes it, a row as one array of JSON; so many at once as make a megabyte. */
async function* rowsOf(
  client: pg.Client,
  table: Table,
  count: (rows: number) => void,
): AsyncGenerator<string> {
  const values = table.columns.map(([name]) => `${pg.escapeIdentifier(name)}::text`).join(', ')
  await client.query(
    `DECLARE rows NO SCROLL CURSOR FOR SELECT json_build_array(${values})::text AS row FROM ${pg.escapeIdentifier(table.name)}`,
  )
  let wanted = 1
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${wanted} FROM rows`)
    for (const { row } of rows) yield row
    count(rows.length)
    if (rows.length < wanted) break
    const bytes = rows.reduce((sum, { row }) => sum + row.length, 0)
    wanted = Math.min(1_000, Math.max(1, Math.floor((batchBytes / bytes) * rows.length)))
  }
  await client.query('CLOSE rows')
}
