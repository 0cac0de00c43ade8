// A server's settings beside the published contract: who may change them, what gateways learn of them, what a server speaks.

import { digestKey } from '@gatehouse/registry-api/key-format'
import {
  type RecordingUpstream,
  type SdkUpstream,
  scripts,
  startRecordingUpstream,
  startSdkUpstream,
} from '@gatehouse/testkit'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { resolve } from '../internal/resolve.ts'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'

let registry: TestRegistry
let a: TestWorkspace
let b: TestWorkspace
let key: string
let ask: ReturnType<typeof client>
let foreign: ReturnType<typeof client>

beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  a = await registry.workspace('A')
  b = await registry.workspace('B')
  key = (await a.key()).key
  ask = client(registry.url, key)
  foreign = client(registry.url, (await b.key()).key)
})

const gatewaySees = async (slug: string) =>
  (await resolve(registry.deps, { key_digest: digestKey(key) ?? '', slug })).servers[0]

test('a change reaches gateways, is audited, and leaves what was not sent', async () => {
  const { id, slug } = await addServer(registry.deps, a.id)
  const changed = await ask('PATCH', `/v1/servers/${id}`, {
    body: { name: 'Renamed', era: 'modern', call_timeout_s: 90, max_concurrent: 7 },
  })
  expect(changed).toMatchObject({ status: 200, body: { name: 'Renamed', era: 'modern', enabled: true } })
  expect(await gatewaySees(slug)).toMatchObject({
    era: 'modern',
    call_timeout_ms: 90_000,
    max_concurrent: 7,
  })
  const again = await ask('PATCH', `/v1/servers/${id}`, { body: { call_timeout_s: null } })
  expect(again.body).toMatchObject({ call_timeout_s: null, max_concurrent: 7, era: 'modern' })
  expect((await ask('GET', `/v1/servers/${id}`)).body).toEqual(again.body)
  const events = await registry.deps.db.inWorkspace(a.id, (tx) =>
    tx.auditEvent.findMany({ where: { objectId: id, action: 'mcp-server.updated' } }),
  )
  expect(events).toHaveLength(2)
})

test('a change of what somebody else has changed meanwhile is refused; a switched tool is in nobody’s way', async () => {
  const { id } = await addServer(registry.deps, a.id)
  const etag = (await ask('GET', `/v1/servers/${id}`)).headers.get('etag') ?? ''
  const patch = (era: string) =>
    ask('PATCH', `/v1/servers/${id}`, { body: { era }, headers: { 'If-Match': etag } })
  await ask('PATCH', `/v1/servers/${id}/tools`, { body: { enabled: true } })
  expect((await patch('modern')).status).toBe(200)
  expect(await patch('legacy')).toMatchObject({ status: 412, body: { code: 'version_conflict' } })
  expect((await ask('GET', `/v1/servers/${id}`)).body.era).toBe('modern')
})

test('of stored headers it tells what tells them apart, to who may call only', async () => {
  const made = await ask('POST', '/v1/deepagents/mcp-servers', {
    body: { name: 'One', url: 'https://one.test/mcp', headers: [{ key: 'X-A', value: 'canary-a' }] },
  })
  const one = `/v1/servers/${made.body.id}`
  const other = await addServer(registry.deps, a.id)
  const shown = await ask('GET', one)
  expect(shown.body.stored_headers).toEqual([
    { key: 'X-A', fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/), stored_at: expect.any(String) },
  ])
  expect(shown.text).not.toContain('canary-a')
  expect((await ask('GET', `/v1/servers/${other.id}`)).body.stored_headers).toEqual([])
  const reader = client(registry.url, (await a.key({ permissions: ['mcp-servers:read'] })).key)
  expect((await reader('GET', one)).body).not.toHaveProperty('stored_headers')
})

test('a server that is switched off is no server to gateways, and back when it is switched on', async () => {
  const { id, slug } = await addServer(registry.deps, a.id)
  await ask('PATCH', `/v1/servers/${id}`, { body: { enabled: false } })
  expect(await gatewaySees(slug)).toBeUndefined()
  await ask('PATCH', `/v1/servers/${id}`, { body: { enabled: true } })
  expect(await gatewaySees(slug)).toMatchObject({ id })
})

test('what is out of range or unknown is refused', async () => {
  const { id } = await addServer(registry.deps, a.id)
  for (const body of [
    { call_timeout_s: 0 },
    { call_timeout_s: 901 },
    { era: 'old' },
    { name: '' },
    { url: 'x' },
  ])
    expect((await ask('PATCH', `/v1/servers/${id}`, { body })).status).toBe(400)
})

test('the ids of another workspace are unknown in every operation', async () => {
  const { id } = await addServer(registry.deps, a.id)
  const answers = [
    await foreign('GET', `/v1/servers/${id}`),
    await foreign('PATCH', `/v1/servers/${id}`, { body: { enabled: false } }),
    await foreign('POST', `/v1/servers/${id}/eras`),
    await foreign('PATCH', `/v1/servers/${id}/tools`, { body: { enabled: false } }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  expect((await ask('GET', `/v1/servers/${id}`)).body).toMatchObject({ enabled: true, disabled_tools: [] })
})

test('a key that may only read changes nothing', async () => {
  const { id } = await addServer(registry.deps, a.id)
  const reader = client(registry.url, (await a.key({ permissions: ['mcp-servers:read'] })).key)
  expect((await reader('PATCH', `/v1/servers/${id}`, { body: { enabled: false } })).status).toBe(403)
  expect((await reader('PATCH', `/v1/servers/${id}/tools`, { body: { enabled: false } })).status).toBe(403)
})

test('tools are switched by name and by pattern, and gateways know which are off', async () => {
  const names = ['read_a', 'delete_a', 'delete_b', 'd*']
  const upstream: RecordingUpstream = await startRecordingUpstream(
    scripts.legacyServer({ tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })) }),
  )
  onTestFinished(() => upstream.close())
  const { id, slug } = await addServer(registry.deps, a.id, { url: upstream.url })
  const set = (body: object) => ask('PATCH', `/v1/servers/${id}/tools`, { body })
  expect((await set({ enabled: false, match: 'delete_*' })).body).toEqual({
    disabled_tools: ['delete_a', 'delete_b'],
  })
  expect((await set({ enabled: false, match: 'delete' })).body.disabled_tools).toHaveLength(2)
  expect((await gatewaySees(slug))?.disabled_tools).toEqual(['delete_a', 'delete_b'])
  expect((await ask('GET', `/v1/servers/${id}/tools`)).body).toMatchObject({
    disabled_tools: ['delete_a', 'delete_b'],
    tools: names.map((name) => ({ name })),
  })
  expect((await set({ enabled: true, match: 'delete_a' })).body).toEqual({ disabled_tools: ['delete_b'] })
  expect((await set({ enabled: false, match: 'd*' })).body).toEqual({ disabled_tools: ['d*', 'delete_b'] })
  expect((await set({ enabled: true, match: 'd*' })).body).toEqual({ disabled_tools: ['delete_b'] })
  expect((await set({ enabled: false })).body.disabled_tools).toHaveLength(4)
  expect((await set({ enabled: true })).body).toEqual({ disabled_tools: [] })
})

test.each(['legacy', 'modern', 'both'] as const)(
  'a server of %s eras is found out, and remembered',
  async (eras) => {
    const upstream: SdkUpstream = await startSdkUpstream({ eras })
    onTestFinished(() => upstream.close())
    const { id } = await addServer(registry.deps, a.id, { url: upstream.url })
    const found = await ask('POST', `/v1/servers/${id}/eras`)
    expect(found.body).toMatchObject({ legacy: eras !== 'modern', modern: eras !== 'legacy' })
    expect((await ask('GET', `/v1/servers/${id}`)).body.eras).toEqual(found.body)
  },
)

test('a server that is down takes nothing back of what it showed', async () => {
  const { id } = await addServer(registry.deps, a.id, { url: 'http://127.0.0.1:9/mcp' })
  await registry.deps.db.inWorkspace(a.id, (tx) =>
    tx.mcpServer.updateMany({ where: { id }, data: { speaksModern: true, erasCheckedAt: new Date() } }),
  )
  expect((await ask('POST', `/v1/servers/${id}/eras`)).body).toMatchObject({ legacy: null, modern: null })
  expect((await ask('GET', `/v1/servers/${id}`)).body.eras).toMatchObject({ legacy: null, modern: true })
})
