// Backup and restore of whole databases, from either kind to either kind: everything comes back, nothing readable is in the
// file, and what is not whole, not empty or too new is refused before anything is written.

import { randomBytes, randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { canary, findCanary } from '@gatehouse/testkit'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { audit, verifyChain } from '../audit.ts'
import type { Source } from '../db.ts'
import { openEmbedded } from '../embedded.ts'
import { migrate } from '../migrate/migrate.ts'
import { systemActor } from '../people/link-for-owner.ts'
import type { TestDatabase } from '../testing/database.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { addServer, type TestServer } from '../testing/server.ts'
import { openFile } from './file.ts'
import { restore } from './restore.ts'
import { writeBackup } from './write-backup.ts'

type Kind = 'embedded' | 'postgresql'

const template = inject('template')
const own: Kind = 'embedded' in template ? 'embedded' : 'postgresql'
const silent = () => undefined
const masterKey = randomBytes(32).toString('base64')
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A database that never saw a migration. */
async function emptyDatabase(kind: Kind): Promise<TestDatabase> {
  if (kind === 'embedded') {
    const data = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
    await copyPristine(data)
    const embedded = await openEmbedded(data)
    return {
      source: embedded.source,
      async close() {
        await embedded.close()
        rmSync(data, { recursive: true, force: true })
      },
    }
  }
  if (!('adminUrl' in template)) expect.fail()
  const url = await createDatabase(template.adminUrl)
  const source = { pool: { connectionString: url }, embedded: false }
  return { source, close: () => dropDatabase(template.adminUrl, url) }
}

/** Made once: it takes seconds. */
async function copyPristine(data: string): Promise<void> {
  const pristine = join(folder, 'pristine')
  if (!existsSync(pristine)) await (await openEmbedded(pristine)).close()
  cpSync(pristine, data, { recursive: true })
}

async function ask<T extends object>(source: Source, sql: string): Promise<T[]> {
  const client = new pg.Client(source.pool)
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

const live = [
  '_prisma_migrations',
  'session',
  'verification',
  'one_time_link',
  'auth_session',
  'gateway_lease',
  'gateway_address',
  'worker_lease',
  'server_health',
]

/** Every row of every table that a backup keeps, as the database itself shows them. */
async function contents(source: Source): Promise<Record<string, unknown>> {
  const tables = await ask<{ name: string }>(
    source,
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
     AND NOT relispartition ORDER BY 1`,
  )
  const all: Record<string, unknown> = {}
  for (const { name } of tables.filter(({ name }) => !live.includes(name))) {
    all[name] = await ask(source, `SELECT t::text AS row FROM "${name}" t ORDER BY 1`)
  }
  return all
}

interface Filled {
  readonly database: TestDatabase
  readonly workspaceIds: readonly string[]
  readonly server: TestServer
  readonly secrets: { readonly header: string; readonly key: string; readonly masterKey: string }
}

const texts = ['plain', 'two\nlines', 'U+2028 \u2028, "quotes", \\ and {braces}', '日本語 🚪', '']

/** An installation with something in most tables, stopped again. */
async function filled(kind: Kind, database?: TestDatabase): Promise<Filled> {
  const where = database ?? (await emptyDatabase(kind))
  await migrate(where.source)
  const closing = { source: where.source, close: async () => undefined }
  const registry = await startTestRegistry({ env: { MASTER_KEY: masterKey }, database: closing })
  const a = await registry.workspace('A')
  const b = await registry.workspace('B')
  const header = canary()
  const server = await addServer(registry.deps, a.id, { headers: [['Authorization', header]] })
  await addServer(registry.deps, b.id, { headers: [['X-Other', 'other']] })
  const { key } = await a.key({ role: 'admin' })
  for (const [i, text] of texts.entries()) {
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      audit(tx, systemActor(a.id, text), {
        action: 'test.happened',
        objectType: 'test',
        objectId: text,
        ...(i > 0 && { before: { text, n: 1.5, list: [null, text] } }),
        requestId: 'r-1',
      }),
    )
  }
  await addCalls(registry, [a.id, b.id], 1_200)
  await registry.stop()
  return { database: where, workspaceIds: [a.id, b.id], server, secrets: { header, key, masterKey } }
}

const addCalls = (registry: TestRegistry, workspaceIds: readonly string[], count: number) =>
  registry.deps.db.asSystem(
    (tx) => tx.$executeRaw`
      INSERT INTO call_record (workspace_id, id, started_at, request_id, caller_key_id, caller_name, path, era, method,
        http_status, outcome, duration_ms, request_bytes, response_bytes, attached_headers)
      SELECT w, gen_random_uuid(), now() - make_interval(days => n % 40, secs => 1 / (n + 1.0)), 'r-' || n, 'k', 'ci "n"',
        'transparent', 'modern', 'tools/call', 200, 'ok', n / 3.0, n, n, ARRAY['A', 'b,"c"', '']
      FROM generate_series(1, ${count}) n, unnest(${workspaceIds}::uuid[]) w`,
  )

/** Starts on it with this master key and reads a credential. */
async function readCredential(filled: Filled, source: Source, key: string): Promise<string> {
  const database = { source, close: async () => undefined }
  const registry = await startTestRegistry({ env: { MASTER_KEY: key }, database })
  try {
    const [workspaceId = ''] = filled.workspaceIds
    const { id: serverId, generation } = filled.server
    expect(await verifyChain(registry.deps.db, workspaceId)).toEqual({ ok: true, events: texts.length })
    return await registry.deps.db.inWorkspace(workspaceId, async (tx) => {
      const row = await tx.serverHeader.findFirstOrThrow({ where: { serverId } })
      const where = { workspaceId, serverId, key: 'Authorization', generation }
      return (await registry.deps.sealer.openHeader(tx, where, row)).reveal()
    })
  } finally {
    await registry.stop()
  }
}

let origin: Filled
let before: Record<string, unknown>
let backup: string
beforeAll(async () => {
  origin = await filled(own)
  before = await contents(origin.database.source)
  backup = join(folder, 'of-this-kind')
  await writeBackup(origin.database.source, backup, silent)
})
afterAll(() => origin.database.close())

const directions: [Kind, Kind][] =
  own === 'embedded'
    ? [['embedded', 'embedded']]
    : [
        ['postgresql', 'postgresql'],
        ['postgresql', 'embedded'],
        ['embedded', 'postgresql'],
      ]

describe('a copy', () => {
  test.each(directions)(
    'from %s to %s has every row, and its master key opens every credential',
    async (from, to) => {
      const here = from === own ? origin : await filled(from)
      const path = from === own ? backup : join(folder, `of-${from}`)
      if (from !== own) await writeBackup(here.database.source, path, silent)
      const there = await emptyDatabase(to)
      const told: string[] = []
      expect(
        await restore(there.source, path, { replace: false }, (line) => told.push(line)),
      ).toBeGreaterThan(2_400)
      expect(told).toContain('Loading server_header')
      expect(await contents(there.source)).toEqual(await contents(here.database.source))
      expect(await readCredential(here, there.source, masterKey)).toBe(here.secrets.header)
      await there.close()
      if (from !== own) await here.database.close()
    },
  )

  test('with another master key is refused at the start, in one sentence', async () => {
    const there = await emptyDatabase(own)
    await restore(there.source, backup, { replace: false }, silent)
    const wrong = randomBytes(32).toString('base64')
    await expect(readCredential(origin, there.source, wrong)).rejects.toThrow(
      'MASTER_KEY is not the one that this data was sealed with: start with that one, or use another database',
    )
    await there.close()
  })

  test('keeps row level security and the append-only audit as they were', async () => {
    const there = await emptyDatabase(own)
    await restore(there.source, backup, { replace: false }, silent)
    const walls = `SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`
    expect(await ask(there.source, walls)).toEqual(await ask(origin.database.source, walls))
    await expect(ask(there.source, 'DELETE FROM audit_event')).rejects.toThrow('append-only')
    await there.close()
  })
})

test.runIf(own === 'postgresql')(
  'a user who is no superuser can copy and restore, behind the walls',
  async () => {
    if (!('adminUrl' in template)) expect.fail()
    const admin = { pool: { connectionString: template.adminUrl }, embedded: false }
    await ask(admin, 'CREATE ROLE keeper LOGIN CREATEROLE')
    await ask(admin, 'GRANT gatehouse_app, gatehouse_system TO keeper')
    const ofKeeper = async (): Promise<TestDatabase> => {
      const url = new URL(await createDatabase(template.adminUrl))
      await ask(admin, `ALTER DATABASE "${url.pathname.slice(1)}" OWNER TO keeper`)
      url.username = 'keeper'
      const source = { pool: { connectionString: url.href }, embedded: false }
      return { source, close: () => dropDatabase(template.adminUrl, url.href) }
    }
    const asAdmin = (database: TestDatabase): Source => {
      const url = new URL(String(database.source.pool.connectionString))
      url.username = 'postgres'
      return { pool: { connectionString: url.href }, embedded: false }
    }
    const [from, to] = [await ofKeeper(), await ofKeeper()]
    const here = await filled('postgresql', from)
    const path = join(folder, 'of-keeper')
    await writeBackup(from.source, path, silent)
    await restore(to.source, path, { replace: false }, silent)
    expect(await contents(asAdmin(to))).toEqual(await contents(asAdmin(from)))
    expect(await readCredential(here, to.source, masterKey)).toBe(here.secrets.header)
    await from.close()
    await to.close()
  },
)

describe('the file', () => {
  test('is for its owner only, and holds no secret in any spelling', () => {
    expect(statSync(backup).mode & 0o777).toBe(0o600)
    const bytes = readFileSync(backup)
    const unzipped = gunzipSync(bytes.subarray(bytes.indexOf(10) + 1))
    expect(unzipped.includes('Authorization')).toBe(true)
    for (const secret of Object.values(origin.secrets)) {
      expect(findCanary(secret, bytes)).toBeUndefined()
      expect(findCanary(secret, unzipped)).toBeUndefined()
    }
  })

  test('that is there already is not overwritten, and a failed backup leaves none', async () => {
    await expect(writeBackup(origin.database.source, backup, silent)).rejects.toThrow(
      `${backup} exists already: name another file`,
    )
    const [empty, path] = [await emptyDatabase(own), join(folder, 'of-nothing')]
    await expect(writeBackup(empty.source, path, silent)).rejects.toThrow(
      'There is no data of Gatehouse in this database',
    )
    expect([existsSync(path), existsSync(`${path}.unfinished`)]).toEqual([false, false])
    await empty.close()
  })

  test('cut short, altered or lengthened at any place is refused', async () => {
    const bytes = readFileSync(backup)
    const path = join(folder, 'broken')
    const places = Array.from({ length: 60 }, (_, i) => Math.floor((i * bytes.length) / 60))
    const broken = [...places, ...Array.from({ length: 110 }, (_, i) => i)].flatMap((at) => {
      const altered = Buffer.from(bytes)
      altered.writeUInt8(bytes.readUInt8(at) ^ 1, at)
      return [bytes.subarray(0, at), altered]
    })
    for (const one of [...broken, bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.of(0)])]) {
      writeFileSync(path, one)
      await expect(openFile(path)).rejects.toThrow(
        /is damaged or cut short|is not a backup of Gatehouse|of another version of Gatehouse/,
      )
    }
  })
})

describe('a restore', () => {
  test('of a broken file writes nothing', async () => {
    const path = join(folder, 'short')
    writeFileSync(path, readFileSync(backup).subarray(0, -1))
    const there = await emptyDatabase(own)
    await expect(restore(there.source, path, { replace: true }, silent)).rejects.toThrow(
      'damaged or cut short',
    )
    expect(await ask(there.source, `SELECT to_regclass('workspace') IS NULL AS untouched`)).toEqual([
      { untouched: true },
    ])
    await there.close()
  })

  test('is refused where there is data, and replaces all of it when told', async () => {
    const other = await filled(own)
    const had = await contents(other.database.source)
    await expect(restore(other.database.source, backup, { replace: false }, silent)).rejects.toThrow(
      'The database has data (2 workspace(s), 1 user(s)): restore into an empty one, or add --replace to delete all of it first',
    )
    expect(await contents(other.database.source)).toEqual(had)
    await restore(other.database.source, backup, { replace: true }, silent)
    expect(await contents(other.database.source)).toEqual(before)
    await other.database.close()
  })

  test('of what a newer version wrote is refused', async () => {
    const there = await emptyDatabase(own)
    await migrate(there.source)
    await ask(
      there.source,
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ('${randomUUID()}', '', now(), '99990101000000_next', now(), 1)`,
    )
    const path = join(folder, 'newer')
    await writeBackup(there.source, path, silent)
    const target = await emptyDatabase(own)
    await expect(restore(target.source, path, { replace: true }, silent)).rejects.toThrow(
      'The backup is of a newer version of Gatehouse (migration 99990101000000_next): update Gatehouse',
    )
    await there.close()
    await target.close()
  })

  test('of what an older version wrote brings it up to date, in a new database only', async () => {
    const old = await emptyDatabase(own)
    await migrate(old.source, undefined, new Set(['20261121000000_first', '20261121000020_server_settings']))
    await ask(old.source, `INSERT INTO workspace (id, name, slug) VALUES ('${randomUUID()}', 'Old', 'old')`)
    const path = join(folder, 'older')
    await writeBackup(old.source, path, silent)
    const fresh = await emptyDatabase(own)
    await restore(fresh.source, path, { replace: false }, silent)
    expect(await ask(fresh.source, 'SELECT name FROM workspace')).toEqual([{ name: 'Old' }])
    expect(await migrate(fresh.source)).toEqual([])
    await ask(fresh.source, 'DELETE FROM workspace')
    await expect(restore(fresh.source, path, { replace: false }, silent)).rejects.toThrow(
      'The backup is of an older version of Gatehouse (before migration 20261121000030_shared_by_gateways): restore it into a new, empty database',
    )
    await old.close()
    await fresh.close()
  })
})
