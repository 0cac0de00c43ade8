// Settings of a workspace: an owner's. And the gateways that serve, as they told of themselves.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'

let registry: TestRegistry
let workspace: TestWorkspace
let ask: ReturnType<typeof client>
beforeAll(async () => {
  registry = await startTestRegistry()
  workspace = await registry.workspace('A')
  ask = client(registry.url, (await workspace.key({ role: 'owner' })).key)
})
afterAll(() => registry.stop())

test('a change is told once, with what it was before, and taken back by null', async () => {
  const patch = (call_record_days: number | null) =>
    ask('PATCH', '/v1/settings', { body: { call_record_days } })
  expect((await ask('GET', '/v1/settings')).body).toEqual({
    call_record_days: null,
    default_call_record_days: 30,
    captured_body_days: null,
    default_captured_body_days: 7,
    audit_days: null,
  })
  for (const days of [7, 7, null]) expect((await patch(days)).body).toMatchObject({ call_record_days: days })
  for (const days of [0, 366, 1.5]) expect((await patch(days)).status).toBe(400)
  expect((await ask('PATCH', '/v1/settings', { body: {} })).status).toBe(200)
  const both = { call_record_days: null, captured_body_days: 2 }
  expect((await ask('PATCH', '/v1/settings', { body: both })).body).toMatchObject(both)
  for (const body of [{ captured_body_days: 366 }, { audit_days: 29 }])
    expect((await ask('PATCH', '/v1/settings', { body })).status).toBe(400)
  const { body } = await ask('GET', '/v1/audit?action=settings.updated')
  expect(body.data).toMatchObject([
    { before: { captured_body_days: null }, after: { captured_body_days: 2 } },
    { before: { call_record_days: 7 }, after: { call_record_days: null } },
    { before: { call_record_days: null }, after: { call_record_days: 7 } },
  ])
})

test('of two who change the same settings the second is told, and changes nothing', async () => {
  const patch = (days: number | null, ifMatch: string) =>
    ask('PATCH', '/v1/settings', { body: { call_record_days: days }, headers: { 'If-Match': ifMatch } })
  const etag = (await ask('GET', '/v1/settings')).headers.get('etag') ?? ''
  const first = await patch(3, etag)
  expect([first.status, first.headers.get('etag') !== etag]).toEqual([200, true])
  for (const stale of [etag, `W/${first.headers.get('etag')}`, 'nonsense'])
    expect(await patch(4, stale)).toMatchObject({ status: 412, body: { code: 'version_conflict' } })
  const now = await ask('GET', '/v1/settings')
  expect([now.body.call_record_days, now.headers.get('etag')]).toEqual([3, first.headers.get('etag')])
  expect((await patch(4, `"other", ${first.headers.get('etag')}`)).status).toBe(200)
  expect((await patch(null, '*')).status).toBe(200)
})

test('a gateway is shown while its lease lasts, with its version', async () => {
  const { leases, db, changes } = registry.deps
  const id = randomUUID()
  await leases.take(id, '1.2.3')
  const shown = async () => (await ask('GET', '/v1/gateways')).body.data
  const one = { id, version: '1.2.3', address: null, lease_expires_at: expect.any(String) }
  expect(await shown()).toEqual([{ ...one, up_to_date: true }])
  const change = { workspaceId: workspace.id, subject: 'server', subjectId: randomUUID() } as const
  const revision = await db.asSystem((tx) => changes.record(tx, change))
  expect(await shown()).toEqual([{ ...one, up_to_date: false }])
  await leases.renew(id, revision)
  expect(await shown()).toEqual([{ ...one, up_to_date: true }])
  await leases.giveBack(id)
  expect(await shown()).toEqual([])
})
