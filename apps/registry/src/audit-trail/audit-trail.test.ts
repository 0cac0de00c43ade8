// The audit trail as it is read: pages, filters, lines, the verdict over HTTP and on the command line.

import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { auditEvent } from '@gatehouse/registry-api'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Actor } from '../actor.ts'
import { audit } from '../audit.ts'
import { type Db, openDb } from '../db.ts'
import { openEmbedded } from '../embedded.ts'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'

const actorOf = (workspaceId: string): Actor => ({
  ...{
    type: 'system',
    id: 'a-test',
    name: 'a test',
    workspaceId,
    userId: null,
    keyId: null,
    kind: 'service',
  },
  permissions: new Set(),
  servers: null,
})
const eventNo = (n: number) => ({
  action: `thing.${n % 2 === 0 ? 'even' : 'odd'}`,
  ...{ objectType: 'thing', objectId: `t${n}`, requestId: 'r', after: { n } },
})

describe('over HTTP', () => {
  let registry: TestRegistry
  let workspace: TestWorkspace
  let ask: ReturnType<typeof client>
  beforeAll(async () => {
    registry = await startTestRegistry()
    workspace = await registry.workspace('A')
    ask = client(registry.url, (await workspace.key({ permissions: ['audit:read'] })).key)
    const other = await registry.workspace('B')
    for (const { id } of [workspace, other])
      await registry.deps.db.inWorkspace(id, async (tx) => {
        for (let n = 1; n <= 7; n++) await audit(tx, actorOf(id), eventNo(n))
      })
  })
  afterAll(() => registry.stop())

  const seqs = (data: unknown) =>
    auditEvent
      .array()
      .parse(data)
      .map(({ seq }) => seq)

  test('pages go from the newest to the first event, each once', async () => {
    const seen: number[] = []
    for (let cursor = ''; ; ) {
      const { body } = await ask('GET', `/v1/audit?limit=3${cursor}`)
      seen.push(...seqs(body.data))
      if (body.next_cursor === null) break
      cursor = `&cursor=${body.next_cursor}`
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1])
  })

  test('filters hold all at once', async () => {
    const found = async (query: string) => seqs((await ask('GET', `/v1/audit?${query}`)).body.data)
    expect(await found('action=thing.even')).toEqual([6, 4, 2])
    expect(await found('action=thing.even&object_id=t4')).toEqual([4])
    expect(await found('actor_id=a-test&object_type=thing&limit=1')).toEqual([7])
    expect(await found('until=2020-01-01T00:00:00Z')).toEqual([])
    expect((await ask('GET', '/v1/audit?cursor=x')).status).toBe(400)
  })

  test('the export has every event in order, each linked to the one before', async () => {
    const { text } = await ask('GET', '/v1/audit/export')
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => auditEvent.parse(JSON.parse(line)))
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(events.slice(1).map((event) => event.previous_hash)).toEqual(
      events.slice(0, -1).map((event) => event.hash),
    )
  })

  test('the verdict is that of the own workspace', async () => {
    expect((await ask('GET', '/v1/audit/verify')).body).toEqual({ ok: true, events: 7 })
  })

  test('nothing is shown without audit:read', async () => {
    const without = client(registry.url, (await workspace.key({ permissions: ['calls:all'] })).key)
    for (const path of ['/v1/audit', '/v1/audit/verify', '/v1/audit/export'])
      expect([path, (await without('GET', path)).status]).toEqual([path, 403])
  })
})

/** Runs the command on a database of its own, which nobody else has open. */
const verify = (env: Record<string, string>, ...more: string[]) =>
  new Promise<{ code: number; out: string }>((resolve) => {
    const args = [fileURLToPath(new URL('./main.ts', import.meta.url)), 'verify', ...more]
    const child = execFile(process.execPath, args, { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out: out + err }),
    )
  })

/** A database that is closed while nothing works on it, because the embedded one has one process at a time. */
async function database() {
  const template = inject('template')
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-audit-'))
  const rest = { GATEHOUSE_DATA_DIR: folder }
  const env: Record<string, string> =
    'adminUrl' in template ? { DATABASE_URL: await createDatabase(template.adminUrl, template.name) } : rest
  if ('embedded' in template) cpSync(template.embedded, folder, { recursive: true })
  return {
    env,
    async use(work: (db: Db) => Promise<unknown>) {
      const embedded = 'embedded' in template ? await openEmbedded(folder) : undefined
      const source = embedded?.source ?? { pool: { connectionString: env.DATABASE_URL }, embedded: false }
      const db = openDb(source, () => undefined)
      await work(db)
      await db.close()
      await embedded?.close()
    },
    async drop() {
      rmSync(folder, { recursive: true, force: true })
      if ('adminUrl' in template) await dropDatabase(template.adminUrl, env.DATABASE_URL ?? '')
    },
  }
}

test('the command names the workspace and the event', async () => {
  const { env, use, drop } = await database()
  const [good, bad] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']
  await use(async (db) => {
    for (const id of [good, bad])
      await db.inWorkspace(id, async (tx) => {
        for (let n = 1; n <= 3; n++) await audit(tx, actorOf(id), eventNo(n))
      })
  })
  const lines = [`workspace ${good}: whole, 3 event(s)`, `workspace ${bad}: whole, 3 event(s)`]
  expect(await verify(env)).toEqual({ code: 0, out: `${lines.join('\n')}\n` })
  await use((db) =>
    db.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL session_replication_role = replica`
      await tx.$executeRaw`UPDATE audit_event SET actor_name = 'b' WHERE seq = 2 AND workspace_id = ${bad}::uuid`
    }),
  )
  lines[1] = `workspace ${bad}: BROKEN at event 2 (changed)`
  expect(await verify(env)).toEqual({ code: 1, out: `${lines.join('\n')}\n` })
  expect(await verify(env, good)).toEqual({ code: 0, out: `${lines[0]}\n` })
  expect((await verify(env, 'nobody')).code).toBe(2)
  await drop()
})
