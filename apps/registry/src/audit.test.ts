// The chain of a workspace's audit events: complete, in order, and any change of it shows.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from './actor.ts'
import { audit, verifyChain } from './audit.ts'
import { type Db, openDb } from './db.ts'
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

const actorOf = (workspaceId: string): Actor => ({
  ...{ type: 'api-key', id: 'k', name: 'a key', workspaceId, userId: null, keyId: 'k', kind: 'service' },
  permissions: new Set(),
  servers: null,
})
const write = (workspaceId: string, action: string) =>
  db.inWorkspace(workspaceId, (tx) =>
    audit(tx, actorOf(workspaceId), {
      ...{ action, objectType: 'mcp-server', objectId: 's', requestId: 'r' },
      after: { name: 'A', list: [1.5, null, { b: true, a: 'ü' }] },
    }),
  )
const verdict = (workspaceId: string) => verifyChain(db, workspaceId)
/** As the owner of the tables, past the trigger and row security, as an intruder in the database would. */
const tamper = (sql: string) =>
  db.prisma.$transaction(async (tx) => {
    await tx.$executeRawUnsafe(`SET LOCAL session_replication_role = replica`)
    await tx.$executeRawUnsafe(sql)
  })

describe('the audit chain', () => {
  test('holds under concurrent writers, without gap or double', async () => {
    const workspaceId = randomUUID()
    await Promise.all(Array.from({ length: 12 }, (_, n) => write(workspaceId, `a.${n}`)))
    expect(await verdict(workspaceId)).toEqual({ ok: true, events: 12 })
  })

  test('an event of a transaction that fails is not written', async () => {
    const workspaceId = randomUUID()
    const work = db.inWorkspace(workspaceId, async (tx) => {
      await audit(tx, actorOf(workspaceId), {
        ...{ action: 'a.b', objectType: 't', objectId: 'o', requestId: 'r' },
      })
      throw new Error('changed its mind')
    })
    await expect(work).rejects.toThrow('changed its mind')
    expect(await verdict(workspaceId)).toEqual({ ok: true, events: 0 })
  })

  test('is one per workspace', async () => {
    const [one, two] = [randomUUID(), randomUUID()]
    await write(one, 'a.b')
    await write(two, 'a.b')
    await write(two, 'a.c')
    expect([await verdict(one), await verdict(two)]).toEqual([
      { ok: true, events: 1 },
      { ok: true, events: 2 },
    ])
  })

  const of3 = 'seq = 3 AND'
  test.each([
    ['a changed event', [`UPDATE audit_event SET actor_name = 'b' WHERE seq = 2 AND`], 2n, 'changed'],
    ['a changed detail', [`UPDATE audit_event SET after = '{"name":"B"}' WHERE seq = 2 AND`], 2n, 'changed'],
    ['a changed hash', [`UPDATE audit_event SET hash = sha256('a') WHERE seq = 2 AND`], 2n, 'changed'],
    ['a missing event', ['DELETE FROM audit_event WHERE seq = 2 AND'], 2n, 'missing'],
    ['a missing start', ['DELETE FROM audit_event WHERE seq = 1 AND'], 1n, 'missing'],
    ['a cut end', [`DELETE FROM audit_event WHERE ${of3}`], 3n, 'missing'],
    ['an emptied trail', ['DELETE FROM audit_event WHERE'], 1n, 'missing'],
    ['a head that was set back', ['UPDATE audit_head SET seq = 2 WHERE'], 2n, 'changed'],
    ['a lost head', ['DELETE FROM audit_head WHERE'], 1n, 'not-counted'],
    [
      'two events that changed places',
      [
        'UPDATE audit_event SET seq = 9 - seq WHERE seq > 1 AND',
        'UPDATE audit_event SET seq = seq - 4 WHERE seq > 5 AND',
      ],
      2n,
      'out-of-place',
    ],
    [
      'an event that was added',
      [
        `INSERT INTO audit_event SELECT workspace_id, 4, gen_random_uuid(), at, actor_type, actor_id, actor_name, action,
          object_type, object_id, before, after, request_id, hash, sha256(hash) FROM audit_event WHERE ${of3}`,
      ],
      4n,
      'not-counted',
    ],
  ])('%s shows', async (_name, statements, brokenAt, problem) => {
    const workspaceId = randomUUID()
    for (const action of ['a.a', 'a.b', 'a.c']) await write(workspaceId, action)
    for (const sql of statements) await tamper(`${sql} workspace_id = '${workspaceId}'`)
    const expected = { ok: false, brokenAt, problem }
    expect(await verdict(workspaceId)).toEqual(expected)
  })

  test('is verified while events are added', async () => {
    const workspaceId = randomUUID()
    await write(workspaceId, 'a.a')
    const writing = Promise.all(Array.from({ length: 12 }, (_, n) => write(workspaceId, `a.${n}`)))
    for (let round = 0; round < 6; round++) expect(await verdict(workspaceId)).toMatchObject({ ok: true })
    await writing
    expect(await verdict(workspaceId)).toEqual({ ok: true, events: 13 })
  })
})
