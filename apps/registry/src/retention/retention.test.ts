// What is removed by itself, and what is not.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dropPartitions, makePartitions } from '../calls/partitions.ts'
import { client } from '../testing/client.ts'
import { addConnection } from '../testing/connection.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'
import { readDays, removeCalls } from './remove-calls.ts'
import { removeExpired } from './remove-expired.ts'
import { keepRetention } from './worker.ts'

const dayMs = 86_400_000
let registry: TestRegistry
let workspace: TestWorkspace
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  workspace = await registry.workspace('A')
})

const ago = (ms: number) => new Date(Date.now() - ms)
const ahead = (ms: number) => ago(-ms)

async function addCall(startedAt: Date): Promise<string> {
  const id = randomUUID()
  await registry.deps.db.asSystem(
    (tx) => tx.$executeRaw`
      INSERT INTO call_record (workspace_id, id, started_at, request_id, caller_key_id, caller_name, path, era, method,
        http_status, outcome, duration_ms, request_bytes, response_bytes)
      VALUES (${workspace.id}::uuid, ${id}::uuid, ${startedAt}, 'r', 'k', 'ci', 'transparent', 'modern', 'tools/call', 200,
        'ok', 1, 1, 1)`,
  )
  return id
}

const calls = async () => {
  const rows = await registry.deps.db.inWorkspace(workspace.id, (tx) =>
    tx.callRecord.findMany({ select: { id: true }, orderBy: { startedAt: 'asc' } }),
  )
  return rows.map(({ id }) => id)
}

const partitions = () => registry.deps.db.prisma.$queryRaw<{ name: string }[]>`
  SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'call_record'::regclass AND c.relname <> 'call_record_default' ORDER BY 1`

describe('call records', () => {
  test('go day by day once the whole day is old enough, and one by one where the day has no partition', async () => {
    const { db } = registry.deps
    const then = ago(40 * dayMs)
    expect(await makePartitions({ db, now: () => then })).toHaveLength(3)
    const old = await addCall(then) // in a partition
    const stray = await addCall(ago(35 * dayMs)) // in none
    const young = await addCall(ago(29 * dayMs))
    const today = await addCall(ago(0))
    expect(await calls()).toEqual([old, stray, young, today])
    expect(await dropPartitions(registry.deps, 30)).toHaveLength(3)
    expect(await calls()).toEqual([young, today])
    expect(await partitions()).toHaveLength(3)
    expect(await dropPartitions(registry.deps, 30)).toEqual([])
  })

  test('of a day that is only partly old enough stay', async () => {
    const { db } = registry.deps
    const noon = new Date(
      `${ago(10 * dayMs)
        .toISOString()
        .slice(0, 10)}T12:00:00Z`,
    )
    await makePartitions({ db, now: () => noon })
    const id = await addCall(noon)
    const at = (ms: number) => ({ db, now: () => new Date(noon.getTime() + ms) })
    expect(await dropPartitions(at(5 * dayMs + 11 * 3_600_000), 5)).toEqual([])
    expect(await calls()).toEqual([id])
    await dropPartitions(at(5 * dayMs + 12 * 3_600_000), 5)
    expect(await calls()).toEqual([])
  })
})

describe('call records of a workspace that keeps them shorter', () => {
  test('go one by one; those of others stay as long as any workspace keeps them', async () => {
    const { deps } = registry
    const days = async (of: TestWorkspace, call_record_days: number) => {
      const { key } = await of.key()
      return client(registry.url, key)('PATCH', '/v1/settings', { body: { call_record_days } })
    }
    expect((await days(workspace, 5)).body).toMatchObject({ call_record_days: 5 })
    const old = await addCall(ago(6 * dayMs))
    const young = await addCall(ago(4 * dayMs))
    await days(await registry.workspace('Longer'), 90)
    const kept = await readDays(deps, 30)
    expect(kept.longest).toBe(90)
    expect(kept.all).toContainEqual({ id: workspace.id, days: 5 })
    expect(await calls()).toEqual([old, young])
    expect(await removeCalls(deps, kept)).toBe(1)
    expect(await calls()).toEqual([young])
    expect((await days(workspace, 366)).status).toBe(400)
  })
})

describe('what has expired', () => {
  const other = { actorId: 'k', bodyHash: Buffer.alloc(32) }

  test('goes, in every workspace, and what has not stays', async () => {
    const { db } = registry.deps
    const key = await workspace.key({ role: 'member' })
    const { id: workspaceId } = workspace
    const where = { workspaceId, userId: key.userId ?? '', kind: 'claim' }
    await db.inWorkspace(workspaceId, async (tx) => {
      for (const [name, createdAt] of [
        ['old', ago(25 * 3_600_000)] as const,
        ['new', ago(23 * 3_600_000)] as const,
      ]) {
        const answer = { ...other, workspaceId, key: name, objectId: randomUUID(), createdAt }
        await tx.idempotentAnswer.create({ data: answer })
      }
      const secret = { workspaceId, keyId: key.id }
      for (const [publicId, expiresAt] of [['old', ago(1_000)] as const, ['new', ahead(60_000)] as const]) {
        const made = { ...secret, id: randomUUID(), publicId, hash: Buffer.from(publicId), expiresAt }
        await tx.apiKeySecret.create({ data: made })
      }
      for (const expiresAt of [ago(1_000), ahead(60_000)]) {
        const digest = Buffer.from(randomUUID())
        await tx.oneTimeLink.create({ data: { ...where, id: randomUUID(), tokenHash: digest, expiresAt } })
        await tx.sessionNote.create({ data: { workspaceId, digest, notes: '{}', version: 1, expiresAt } })
        const invitation = {
          id: randomUUID(),
          workspaceId,
          email: '',
          role: 'member',
          inviterId: randomUUID(),
        }
        await tx.invitation.create({ data: { ...invitation, tokenHash: digest, expiresAt } })
      }
    })
    await db.asSystem(async (tx) => {
      for (const expiresAt of [ago(1_000), ahead(60_000)]) {
        await tx.endedSession.create({ data: { digest: Buffer.from(randomUUID()), expiresAt } })
        const signIn = { id: randomUUID(), token: randomUUID(), userId: where.userId, expiresAt }
        await tx.session.create({ data: signIn })
        await tx.verification.create({ data: { id: randomUUID(), identifier: 'i', value: 'v', expiresAt } })
      }
    })
    const { id: serverId } = await addServer(registry.deps, workspaceId)
    const { providerId } = await addConnection(registry.deps, workspaceId, {
      serverId,
      resource: 'https://a.test',
    })
    await db.inWorkspace(workspaceId, async (tx) => {
      const visit = { workspaceId, providerId, strategy: 'CREATE' }
      for (const expiresAt of [ago(25 * 3_600_000), ago(1_000)]) {
        const linkHash = Buffer.from(randomUUID())
        await tx.authSession.create({ data: { ...visit, id: randomUUID(), linkHash, expiresAt } })
      }
    })
    const one = {
      ...{ answers: 1, links: 1, invitations: 1, signIns: 1, verifications: 1 },
      ...{ endedSessions: 1, notes: 1, secrets: 1, tokens: 0, visits: 1 },
      usage: expect.any(Number), // of the calls above; usage.test.ts tells which
    }
    expect(await removeExpired(registry.deps)).toEqual(one)
    const left = await db.inWorkspace(workspaceId, async (tx) => [
      await tx.idempotentAnswer.count(),
      await tx.apiKeySecret.count(), // the current one and the one whose overlap goes on
      await tx.oneTimeLink.count(),
      await tx.sessionNote.count(),
      await tx.invitation.count(),
      await tx.authSession.count(), // a day is left to ask how it ended
    ])
    expect(left).toEqual([1, 2, 1, 1, 1, 1])
    const response = await fetch(`${registry.url}/v1/api-keys`, { headers: { 'X-Api-Key': key.key } })
    expect(response.status).toBe(200)
  })

  test('is all that the role of global queries may remove', async () => {
    const { id: workspaceId } = workspace
    await workspace.key()
    await registry.deps.db.inWorkspace(workspaceId, (tx) =>
      tx.idempotentAnswer.create({ data: { ...other, workspaceId, key: 'k', objectId: randomUUID() } }),
    )
    const removed = await registry.deps.db.asSystem(async (tx) => [
      await tx.$executeRaw`DELETE FROM idempotent_answer WHERE created_at <= now()`,
      await tx.$executeRaw`DELETE FROM api_key_secret WHERE workspace_id = ${workspaceId}::uuid`,
    ])
    expect(removed).toEqual([0, 0])
  })

  test.runIf(process.env.GATEHOUSE_TEST_DATABASE === 'postgresql')(
    'is left to the registry process that is just at it',
    async () => {
      await registry.deps.db.asSystem(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('gatehouse retention', 0))`
        expect(await removeExpired(registry.deps)).toBeUndefined()
      })
      expect(await removeExpired(registry.deps)).toBeDefined()
    },
  )
})

test.runIf(process.env.GATEHOUSE_TEST_DATABASE === 'postgresql')(
  'a round waits for no long reading: it says so in the log, lets calls be recorded, and tries again',
  async () => {
    const day = ahead(400 * dayMs)
    const deps = { ...registry.deps, now: () => day }
    await registry.deps.db.inWorkspace(workspace.id, async (tx) => {
      await tx.callRecord.count() // holds its lock until the transaction ends
      await (await keepRetention(deps))()
      await addCall(ago(0))
    })
    expect(registry.logged()).toContain('partitions of call records were not made')
    expect(await makePartitions(deps)).toHaveLength(3)
  },
)
