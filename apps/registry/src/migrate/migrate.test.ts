// Migrations: applied once, whoever starts, and never over data that a newer version made.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Source } from '../db.ts'
import { type TestDatabase, testDatabase } from '../testing/database.ts'
import { migrate } from './migrate.ts'

const own = join(import.meta.dirname, '../../../../prisma/migrations')
const first = '20261121000000_first'
const next = '99990101000000_next'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

/** This version's migrations and one more. */
function withNext(sql: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-migrations-'))
  cpSync(own, folder, { recursive: true })
  mkdirSync(join(folder, next))
  writeFileSync(join(folder, next, 'migration.sql'), sql)
  return folder
}

async function ask(source: Source, sql: string): Promise<unknown[]> {
  const client = new pg.Client(source.pool)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe('migrations', () => {
  test('a second start applies nothing', async () => {
    expect(await migrate(database.source)).toEqual([])
  })

  test('one that fails changes nothing, says why, and can be corrected', async () => {
    const broken = withNext('CREATE TABLE half (id int); SELECT 1/0;')
    await expect(migrate(database.source, broken)).rejects.toThrow(
      /^The database could not be migrated: .*division by zero/s,
    )
    expect(await ask(database.source, `SELECT to_regclass('half') IS NULL AS gone`)).toEqual([{ gone: true }])
    expect(await migrate(database.source)).toEqual([])
    rmSync(broken, { recursive: true })
  })

  test('semicolons inside functions are no ends of statements', async () => {
    const folder = withNext('DO $$ BEGIN PERFORM 1; PERFORM 2; END $$; CREATE TABLE whole (id int);')
    expect(await migrate(database.source, folder)).toEqual([next])
    expect(await ask(database.source, `SELECT to_regclass('whole') IS NOT NULL AS there`)).toEqual([
      { there: true },
    ])
    rmSync(folder, { recursive: true })
  })

  test('data of a newer version is refused in one sentence', async () => {
    await expect(migrate(database.source)).rejects.toThrow(
      `The data is from a newer version of Gatehouse (migration ${next}): update Gatehouse, or use another database`,
    )
  })

  test('a migration that was edited afterwards is refused', async () => {
    const folder = withNext('SELECT 2;')
    await expect(migrate(database.source, folder)).rejects.toThrow(/^The migration 9999/)
    rmSync(folder, { recursive: true })
  })

  test('the checksums are those of Prisma', async () => {
    const rows = await ask(
      database.source,
      `SELECT migration_name, length(checksum) AS n, finished_at IS NOT NULL AS done FROM _prisma_migrations
       WHERE migration_name = '${first}'`,
    )
    expect(rows).toEqual([{ migration_name: first, n: 64, done: true }])
  })
})

test.runIf(process.env.GATEHOUSE_TEST_DATABASE === 'postgresql')(
  'of several starts at once on an empty database, one applies and the others wait for it',
  async () => {
    const template = inject('template')
    if (!('adminUrl' in template)) expect.fail()
    const url = await createDatabase(template.adminUrl)
    const source = { pool: { connectionString: url }, embedded: false }
    const applied = await Promise.all([migrate(source), migrate(source), migrate(source)])
    expect(applied.flat()).toEqual(
      readdirSync(own)
        .filter((name) => /^\d{14}_/.test(name))
        .sort(),
    )
    await dropDatabase(template.adminUrl, url)
  },
)

test.runIf(process.env.GATEHOUSE_TEST_DATABASE === 'postgresql')(
  'a user who may not make the roles is told who can',
  async () => {
    const template = inject('template')
    if (!('adminUrl' in template)) expect.fail()
    const url = new URL(await createDatabase(template.adminUrl))
    await ask({ pool: { connectionString: template.adminUrl }, embedded: false }, 'CREATE ROLE plain LOGIN')
    await ask(
      { pool: { connectionString: url.href }, embedded: false },
      'GRANT ALL ON SCHEMA public TO plain',
    )
    url.username = 'plain'
    await expect(migrate({ pool: { connectionString: url.href }, embedded: false })).rejects.toThrow(
      /roles gatehouse_app and gatehouse_system/,
    )
    await dropDatabase(template.adminUrl, url.href)
  },
)
