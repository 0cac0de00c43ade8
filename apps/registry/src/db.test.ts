// The second wall: what a query forgets, the database still refuses.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Db, openDb, type Tx } from './db.ts'
import { type TestDatabase, testDatabase } from './testing/database.ts'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await testDatabase()
  db = openDb(database.source, () => undefined)
})
afterAll(async () => {
  await db.close()
  await database.close()
})

const [ours, theirs] = [randomUUID(), randomUUID()]

function serverRow(workspaceId: string) {
  const id = randomUUID()
  const url = 'https://mcp.example.test/'
  return { workspaceId, id, slug: id.slice(0, 8), name: 'A', url, urlKey: url, credentialGeneration: id }
}

/** Every table of a workspace with one row, made by the owner of the tables as each of the two workspaces. */
const fill: Readonly<Record<string, (tx: Tx, workspaceId: string) => Promise<unknown>>> = {
  mcp_server: (tx, workspaceId) => tx.mcpServer.create({ data: serverRow(workspaceId) }),
  data_key: (tx, workspaceId) =>
    tx.dataKey.create({ data: { workspaceId, id: randomUUID(), wrapped: Buffer.of(1) } }),
  server_slug: (tx, workspaceId) => tx.serverSlug.create({ data: { workspaceId, slug: randomUUID() } }),
  api_key: (tx, workspaceId) =>
    tx.apiKey.create({ data: { workspaceId, id: randomUUID(), name: 'A', kind: 'service' } }),
  audit_head: (tx, workspaceId) => tx.auditHead.create({ data: { workspaceId, seq: 0, hash: Buffer.of(1) } }),
  idempotent_answer: (tx, workspaceId) =>
    tx.idempotentAnswer.create({
      data: { workspaceId, actorId: 'a', key: 'k', bodyHash: Buffer.of(1), objectId: randomUUID() },
    }),
  one_time_link: (tx, workspaceId) =>
    tx.oneTimeLink.create({
      data: {
        id: randomUUID(),
        tokenHash: Buffer.from(randomUUID()),
        kind: 'claim',
        userId: randomUUID(),
        workspaceId,
        expiresAt: new Date(),
      },
    }),
}

describe('a workspace', () => {
  beforeAll(async () => {
    for (const workspaceId of [ours, theirs])
      await db.inWorkspace(workspaceId, async (tx) => {
        for (const make of Object.values(fill)) await make(tx, workspaceId)
      })
  })

  test.each(Object.keys(fill))('%s: a query without any filter sees its own rows only', async (table) => {
    const rows = await db.inWorkspace(ours, (tx) => count(tx, table))
    expect(rows).toEqual([{ workspace_id: ours, n: 1 }])
  })

  test.each(Object.keys(fill))('%s: a row of another workspace can not be written', async (table) => {
    await expect(db.inWorkspace(ours, (tx) => (fill[table] ?? expect.fail())(tx, theirs))).rejects.toThrow(
      /row-level security/,
    )
  })

  test('rows of another workspace can be neither changed nor deleted', async () => {
    const changed = await db.inWorkspace(ours, (tx) =>
      tx.mcpServer.updateMany({ where: { workspaceId: theirs }, data: { name: 'B' } }),
    )
    const deleted = await db.inWorkspace(ours, (tx) =>
      tx.apiKey.deleteMany({ where: { workspaceId: theirs } }),
    )
    expect([changed.count, deleted.count]).toEqual([0, 0])
  })

  test('without a workspace nothing is seen, and other transactions leave none behind', async () => {
    await expect(db.inWorkspace('', (tx) => tx.mcpServer.count())).resolves.toBe(0)
  })

  test('the global role sees no sealed header, no data key and no audit it could change', async () => {
    for (const sql of [
      'SELECT * FROM server_header',
      'SELECT * FROM data_key',
      'SELECT * FROM tool_catalogue',
      'SELECT * FROM call_record',
      'DELETE FROM audit_event',
      'UPDATE audit_event SET action = action',
      'DELETE FROM api_key',
      "UPDATE api_key SET permissions = '{}'",
    ])
      await expect([sql, await refusal(db.asSystem((tx) => tx.$executeRawUnsafe(sql)))]).toEqual([
        sql,
        expect.stringContaining('permission denied'),
      ])
  })
})

test('every table with a workspace_id has row level security', async () => {
  const rows = await db.prisma.$queryRaw<{ table: string }[]>`
    SELECT c.relname AS table FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE a.attname = 'workspace_id' AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
      AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'change'`
  expect(rows).toEqual([])
})

test('audit events can not be changed by the owner of the tables either', async () => {
  await expect(db.prisma.$executeRaw`DELETE FROM audit_event`).rejects.toThrow(/append-only/)
  await expect(db.prisma.$executeRaw`UPDATE audit_event SET action = ''`).rejects.toThrow(/append-only/)
})

test('call records find the partition of their day or the default one', async () => {
  const id = randomUUID()
  await db.asSystem((tx) =>
    tx.callRecord.createMany({
      skipDuplicates: true,
      data: [
        {
          ...{
            workspaceId: ours,
            id,
            startedAt: new Date(),
            requestId: 'r',
            callerKeyId: 'k',
            callerName: 'n',
          },
          ...{ path: 'transparent', era: 'legacy', method: 'tools/call', httpStatus: 200, outcome: 'ok' },
          ...{ durationMs: 1, requestBytes: 1, responseBytes: 1 },
        },
      ],
    }),
  )
  const found = (workspaceId: string) =>
    db.inWorkspace(workspaceId, (tx) => tx.callRecord.count({ where: { id } }))
  expect([await found(ours), await found(theirs)]).toEqual([1, 0])
})

test('a database that is away is database_unavailable within 2 s', async () => {
  const nowhere: pg.PoolConfig = { host: '127.0.0.1', port: 1, user: 'nobody' }
  const away = openDb({ pool: nowhere, embedded: false }, () => undefined)
  const start = performance.now()
  const error = await away.asSystem(async () => undefined).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(AppError)
  expect([(error as AppError).code, performance.now() - start < 2_000]).toEqual([
    'database_unavailable',
    true,
  ])
  await away.close()
})

const count = (tx: Tx, table: string) =>
  tx.$queryRawUnsafe(
    `SELECT workspace_id::text, count(*)::int AS n FROM ${pg.escapeIdentifier(table)} GROUP BY 1`,
  )

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Error) => error.message,
  )
