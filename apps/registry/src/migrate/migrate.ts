// Brings the database to this version's schema at every start; does nothing where it already is. One process at a time.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Source } from '../db.ts'
import { schemaEngine } from './engine.ts'

const ownFolder = fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url))

interface Migration {
  readonly name: string
  readonly script: string
}

/**
 * Applies the migrations that are missing. Returns their names.
 * @param only these, where data of an older version is to be loaded first
 * @throws Error with one sentence where the data is of a newer version or its user may not do what is needed
 */
export async function migrate(
  source: Source,
  folder = ownFolder,
  only?: ReadonlySet<string>,
): Promise<string[]> {
  const all = await readMigrations(folder)
  const migrations = only ? all.filter(({ name }) => only.has(name)) : all
  const pool = new pg.Pool({ ...source.pool, max: 1, connectionTimeoutMillis: 10_000 })
  pool.on('error', () => undefined) // the query that uses the connection fails as well
  try {
    // The embedded database is locked by its folder and shares one session.
    const unlock = source.embedded ? undefined : await lock(source)
    try {
      if (await isCurrent(pool, migrations)) return []
      return await apply(pool, folder, migrations)
    } finally {
      await unlock?.()
    }
  } finally {
    await pool.end()
  }
}

/** The names of this version's migrations, in order. */
export const knownMigrations = async (): Promise<string[]> =>
  (await readMigrations(ownFolder)).map(({ name }) => name)

async function lock(source: Source): Promise<() => Promise<void>> {
  const client = new pg.Client({ ...source.pool, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  await client.connect()
  await client.query(`SELECT pg_advisory_lock(hashtextextended('gatehouse migrations', 0))`)
  return () => client.end()
}

/** True where every migration is applied; removes the traces of one that was cut off, which had changed nothing. */
async function isCurrent(pool: pg.Pool, migrations: readonly Migration[]): Promise<boolean> {
  const { rows: tables } = await pool.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`)
  if (!tables[0].there) return false
  await pool.query('DELETE FROM _prisma_migrations WHERE finished_at IS NULL')
  const { rows } = await pool.query<{ name: string; checksum: string }>(
    'SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const known = new Map(migrations.map((migration) => [migration.name, sha256(migration.script)]))
  const newer = rows.find((row) => !known.has(row.name))
  if (newer) {
    throw new Error(
      `The data is from a newer version of Gatehouse (migration ${newer.name}): update Gatehouse, or use another database`,
    )
  }
  const edited = rows.find((row) => known.get(row.name) !== row.checksum)
  if (edited) {
    throw new Error(
      `The migration ${edited.name} is not the one that this data was made with: restore its file`,
    )
  }
  return rows.length === migrations.length
}

async function apply(pool: pg.Pool, folder: string, migrations: readonly Migration[]): Promise<string[]> {
  const scripts = new Set(migrations.map((migration) => migration.script))
  let failure: unknown
  // Marked as finished in the script's own transaction: an unfinished one has changed nothing.
  const runScript = async (script: string) => {
    const finish = 'UPDATE _prisma_migrations SET finished_at = now() WHERE finished_at IS NULL'
    try {
      await pool.query(scripts.has(script) ? `${script}\n;${finish}` : script)
    } catch (error) {
      failure = error
      throw error
    }
  }
  const engine = await schemaEngine(pool, runScript)
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      filters: { externalTables: [], externalEnums: [] },
      migrationsList: {
        baseDir: folder,
        shadowDbInitScript: '',
        lockfile: {
          path: 'migration_lock.toml',
          content: await readFile(join(folder, 'migration_lock.toml'), 'utf8'),
        },
        migrationDirectories: migrations.map(({ name, script }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: script } },
        })),
      },
    })
    return appliedMigrationNames
  } catch (thrown) {
    const cause = failure ?? thrown // the engine's own says where, not why
    throw new Error(`The database could not be migrated: ${reason(cause)}`, { cause })
  } finally {
    engine.free()
  }
}

function reason(cause: unknown): string {
  const { code, message } = cause as { code?: unknown; message?: unknown }
  return code === '42501' && /role/.test(String(message))
    ? 'its user may not create the roles gatehouse_app and gatehouse_system; have an administrator create them and grant them to this user'
    : String(message)
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => ({
      name,
      script: await readFile(join(folder, name, 'migration.sql'), 'utf8'),
    })),
  )
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
