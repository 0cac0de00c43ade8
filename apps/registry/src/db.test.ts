// What the database refuses whoever asks, and what becomes of a database that is away. The wall between workspaces:
// isolation/row-security.test.ts.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit.ts'
import { type Db, openDb } from './db.ts'
import { systemActor } from './people/link-for-owner.ts'
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

test('the global role sees no sealed header, no data key and no audit it could change', async () => {
  for (const sql of [
    'SELECT * FROM server_header',
    'SELECT * FROM data_key',
    'SELECT * FROM tool_catalogue',
    'SELECT * FROM call_record',
    'UPDATE audit_event SET action = action',
    'DELETE FROM mcp_server',
    "UPDATE api_key SET permissions = '{}'",
  ])
    await expect([sql, await refusal(db.asSystem((tx) => tx.$executeRawUnsafe(sql)))]).toEqual([
      sql,
      expect.stringContaining('permission denied'),
    ])
})

test('audit events can not be changed by the owner of the tables either, and removed by nobody without their checkpoint', async () => {
  const workspaceId = randomUUID()
  await db.asSystem((tx) =>
    tx.workspace.create({ data: { id: workspaceId, slug: workspaceId, name: 'w' }, select: { id: true } }),
  )
  await db.inWorkspace(workspaceId, (tx) =>
    audit(tx, systemActor(workspaceId, 'test'), {
      ...{ action: 'test.happened', objectType: 'test', objectId: 'x', requestId: 'r' },
    }),
  )
  await expect(db.prisma.$executeRaw`UPDATE audit_event SET action = ''`).rejects.toThrow(/append-only/)
  await expect(db.prisma.$executeRaw`TRUNCATE audit_event`).rejects.toThrow(/append-only/)
  const remove = 'DELETE FROM audit_event'
  await expect(db.prisma.$executeRawUnsafe(remove)).rejects.toThrow(/append-only/)
  expect(await refusal(db.asSystem((tx) => tx.$executeRawUnsafe(remove)))).toContain('append-only')
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

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Error) => error.message,
  )
