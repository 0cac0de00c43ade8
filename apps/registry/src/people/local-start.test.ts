// What `npm start` shows: a key that the next start replaces, and a link for the one owner.

import { createHash } from 'node:crypto'
import { permissions } from '@gatehouse/registry-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { ensureFirstOwner, firstOwner } from './first-owner.ts'
import { localStart } from './local-start.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())

const list = (key: string) => fetch(`${registry.url}/v1/api-keys`, { headers: { 'X-Api-Key': key } })

describe('the first start', () => {
  test('makes one workspace and one unclaimed owner, also when two start at once and again', async () => {
    const { db } = registry.deps
    await Promise.all([ensureFirstOwner(db), ensureFirstOwner(db)])
    await ensureFirstOwner(db)
    const workspaces = await db.asSystem((tx) => tx.workspace.findMany({ select: { slug: true } }))
    expect(workspaces).toEqual([{ slug: 'default' }])
    expect(await db.asSystem(firstOwner)).toMatchObject({ claimed: false })
  })
})

describe('a local start', () => {
  test('makes a key with every permission and a link whose token is kept as a hash only', async () => {
    const started = await localStart(registry.deps)
    const response = await list(started.api_key)
    expect(await response.json()).toMatchObject({
      data: [{ name: 'local start', kind: 'service', permissions }],
    })
    const [page, token = ''] = started.console_link.split('#token=')
    expect(page).toBe('http://localhost:7402/claim')
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const tokenHash = createHash('sha256').update(token).digest()
    const row = await registry.deps.db.asSystem((tx) => tx.oneTimeLink.findUnique({ where: { tokenHash } }))
    expect(row?.kind).toBe('claim')
  })

  test('replaces the key of the start before, which is 403 from then on', async () => {
    const before = await localStart(registry.deps)
    const after = await localStart(registry.deps)
    expect([(await list(before.api_key)).status, (await list(after.api_key)).status]).toEqual([403, 200])
  })

  test('leaves other keys alone', async () => {
    const owner = await registry.deps.db.asSystem(firstOwner)
    const { api_key } = await localStart(registry.deps)
    const made = await fetch(`${registry.url}/v1/api-keys`, {
      method: 'POST',
      headers: { 'X-Api-Key': api_key, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'mine', permissions: ['api-keys:own'] }),
    })
    const { key } = (await made.json()) as { key: string } // the documented answer
    await localStart(registry.deps)
    const locals = await registry.deps.db.inWorkspace(owner?.workspaceId ?? '', (tx) =>
      tx.apiKey.count({ where: { local: true } }),
    )
    expect([locals, (await list(key)).status]).toEqual([1, 200])
  })

  test('is audited by the system', async () => {
    const owner = await registry.deps.db.asSystem(firstOwner)
    const workspaceId = owner?.workspaceId ?? ''
    const links = await registry.deps.db.inWorkspace(workspaceId, (tx) =>
      tx.auditEvent.count({ where: { actorType: 'system', action: 'link.created' } }),
    )
    expect(links).toBe(5)
    expect(await verifyChain(registry.deps.db, workspaceId)).toMatchObject({ ok: true })
  })
})
