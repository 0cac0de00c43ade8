// An audit trail that is kept for a limited time: what is left is still a whole chain, and nobody else can cut one.

import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Actor } from '../actor.ts'
import { audit } from '../audit.ts'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { cutAudit } from './cut-audit.ts'

const dayMs = 86_400_000
let registry: TestRegistry
let workspace: TestWorkspace
let owner: ReturnType<typeof client>
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  workspace = await registry.workspace('A')
  owner = client(registry.url, (await workspace.key({ role: 'owner' })).key)
})

/** So many events, written so long ago. */
async function write(count: number, daysAgo: number): Promise<void> {
  const actor: Actor = {
    ...{ type: 'system', id: 's', name: 's', workspaceId: workspace.id, userId: null, keyId: null },
    ...{ kind: 'service', permissions: new Set(), servers: null },
  }
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - daysAgo * dayMs })
  try {
    const event = { action: 'thing.done', objectType: 'thing', objectId: 't', requestId: 'r' }
    await registry.deps.db.inWorkspace(workspace.id, async (tx) => {
      for (let n = 0; n < count; n += 1) await audit(tx, actor, event)
    })
  } finally {
    vi.useRealTimers()
  }
}
const keep = (audit_days: number | null) => owner('PATCH', '/v1/settings', { body: { audit_days } })
const cut = () => cutAudit(registry.deps)
const verdict = async () => (await owner('GET', '/v1/audit/verify')).body
/** As nobody of ours: the cluster's owner. */
const tamper = (sql: string) =>
  registry.deps.db.prisma.$executeRawUnsafe(`${sql} workspace_id = '${workspace.id}'`)

test('what is old enough goes, the rest is whole from its checkpoint on, and goes on', async () => {
  await write(3, 100)
  await write(2, 35)
  expect([await cut(), await verdict()]).toEqual([0, { ok: true, events: 5 }])
  await keep(40)
  expect([await cut(), await verdict()]).toEqual([3, { ok: true, events: 3, removed: 3 }])
  await keep(30)
  expect([await cut(), await verdict()]).toEqual([2, { ok: true, events: 2, removed: 5 }])
  expect(await cut()).toBe(0)
  await keep(null)
  expect([await cut(), await verdict()]).toEqual([0, { ok: true, events: 3, removed: 5 }])
})

test('a long trail goes step by step, what is left is whole after each, and a stop is heard between them', async () => {
  await write(7, 100)
  await write(1, 1)
  await keep(60)
  const stop = new AbortController()
  const after: unknown[] = []
  const { db } = registry.deps
  const stepwise: typeof db = {
    ...db,
    patient: {
      ...db.patient,
      async asSystem(work) {
        const done = await db.patient.asSystem(work)
        after.push(await verdict())
        if (after.length === 3) stop.abort()
        return done
      },
    },
  }
  expect(await cutAudit({ ...registry.deps, db: stepwise }, stop.signal, 2)).toBe(6)
  expect(after).toEqual([2, 4, 6].map((removed) => ({ ok: true, events: 9 - removed, removed })))
  expect([await cut(), await verdict()]).toEqual([1, { ok: true, events: 2, removed: 7 }])
})

test('the last event stays, however old it is', async () => {
  await write(2, 100)
  await registry.deps.db.inWorkspace(workspace.id, (tx) =>
    tx.workspaceSetting.create({ data: { workspaceId: workspace.id, auditDays: 30 } }),
  )
  expect([await cut(), await verdict()]).toEqual([1, { ok: true, events: 1, removed: 1 }])
})

test('a checkpoint that is not ours shows, and so do events that are gone beyond it', async () => {
  await write(4, 100)
  await keep(60)
  await cut()
  await tamper(`UPDATE audit_checkpoint SET seq = 3 WHERE`)
  expect(await verdict()).toEqual({ ok: false, broken_at: 3, problem: 'not-signed' })
  await tamper(`UPDATE audit_checkpoint SET seq = 4, hash = '\\x00' WHERE`)
  expect(await verdict()).toMatchObject({ ok: false, problem: 'not-signed' })
  await tamper('DELETE FROM audit_checkpoint WHERE')
  expect(await verdict()).toEqual({ ok: false, broken_at: 1, problem: 'missing' })
})

test('a broken chain is not cut', async () => {
  await write(3, 100)
  await keep(60)
  await registry.deps.db.prisma.$transaction(async (tx) => {
    await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica')
    await tx.$executeRawUnsafe(
      `UPDATE audit_event SET action = 'x' WHERE seq = 2 AND workspace_id = '${workspace.id}'`,
    )
  })
  expect([await cut(), await verdict()]).toEqual([0, { ok: false, broken_at: 2, problem: 'changed' }])
})

test('no event goes without its checkpoint, or younger than 30 days', async () => {
  await write(2, 100)
  await write(1, 1)
  const { db } = registry.deps
  const remove = (seq: number) =>
    db.asSystem(
      (tx) =>
        tx.$executeRaw`DELETE FROM audit_event WHERE workspace_id = ${workspace.id}::uuid AND seq = ${seq}`,
    )
  await expect(remove(1)).rejects.toThrow('append-only')
  await db.asSystem((tx) =>
    tx.auditCheckpoint.create({
      data: {
        workspaceId: workspace.id,
        ...{ seq: 3n, hash: Buffer.of(), signature: Buffer.of(), at: new Date() },
      },
    }),
  )
  await expect(remove(3)).rejects.toThrow('append-only')
  expect(await remove(1)).toBe(1)
  await expect(
    db.inWorkspace(workspace.id, (tx) => tx.auditEvent.deleteMany({ where: { seq: 2n } })),
  ).rejects.toThrow(/permission denied/)
})
