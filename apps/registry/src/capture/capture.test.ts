// Capture mode: an owner's to switch, an auditor's to read, sealed at rest, gone in its time; and nothing is kept of a server where
// it is off.

import type { CapturedCall } from '@gatehouse/registry-api/internal'
import { digestKey } from '@gatehouse/registry-api/key-format'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordCalls } from '../internal/call-records.ts'
import { resolve } from '../internal/resolve.ts'
import { removeCaptured } from '../retention/remove-captured.ts'
import { client } from '../testing/client.ts'
import { connectGateway } from '../testing/gateway.ts'
import { signIn } from '../testing/person.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer, type TestServer } from '../testing/server.ts'

const canary = 'canary-7c1e said in a call'
const dayMs = 86_400_000

let registry: TestRegistry
let workspace: TestWorkspace
let server: TestServer
let owner: ReturnType<typeof client>
let laterMs = 0
beforeAll(async () => {
  registry = await startTestRegistry({ now: () => new Date(Date.now() + laterMs) })
})
afterAll(() => registry.stop())
beforeEach(async () => {
  laterMs = 0
  workspace = await registry.workspace('A')
  server = await addServer(registry.deps, workspace.id)
  owner = client(registry.url, (await workspace.key({ role: 'owner' })).key)
})

const start = (minutes = 15) => owner('POST', `/v1/servers/${server.id}/capture`, { body: { minutes } })
const stop = () => owner('DELETE', `/v1/servers/${server.id}/capture`)
const until = async () => (await owner('GET', `/v1/servers/${server.id}`)).body.capture_until
const events = async () => {
  const { body } = await owner('GET', '/v1/audit')
  return (body.data as { action: string }[]).map(({ action }) => action)
}
const copyOf = (id: string, on: Partial<CapturedCall> = {}): CapturedCall => ({
  ...{ id, workspace_id: workspace.id, server_id: server.id, started_at_ms: Date.now() },
  request: {
    headers: [['authorization', '***']],
    body: `{"params":{"arguments":{"n":9007199254740993,"text":"${canary}"}}}`,
    ...{ truncated: false, masked: true },
  },
  response: { headers: [], body: `\u0000 ${canary}`, truncated: true, masked: false },
  ...on,
})
/** As a gateway does: the record, then what it copied. */
async function report(id: string, on: Partial<CapturedCall> = {}): Promise<void> {
  await recordCalls(registry.deps, [
    {
      ...{ id, workspace_id: workspace.id, started_at_ms: Date.now(), request_id: 'r', captured: true },
      ...{ caller_key_id: uuidv7(), caller_name: 'n', server_id: server.id, server_slug: server.slug },
      ...{ path: 'transparent', era: 'modern', method: 'tools/call', tool: 'echo', http_status: 200 },
      ...{ outcome: 'ok', error_code: null, duration_ms: 1, upstream_ms: 1 },
      ...{ request_bytes: 1, response_bytes: 1, attached_headers: [] },
    },
  ])
  const response = await fetch(`${registry.internalUrl}/internal/captured-calls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${registry.gatewayToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ calls: [copyOf(id, on)] }),
  })
  expect(response.status).toBe(202)
}
const kept = () =>
  registry.deps.db.inWorkspace(workspace.id, (tx) => tx.capturedCall.findMany({ orderBy: { id: 'asc' } }))

describe('switching it', () => {
  test('is told to gateways before it is answered, ends by itself, and is audited once each way', async () => {
    const { key } = await workspace.key({ role: 'member' })
    const resolved = async () => {
      const ask = { key_digest: digestKey(key) ?? '', slug: server.slug }
      return (await resolve(registry.deps, ask)).servers[0]
    }
    expect([await until(), await resolved()]).toEqual([
      null,
      expect.not.objectContaining({ capture_until_ms: expect.anything() }),
    ])
    const gateway = await connectGateway(registry.deps, { acknowledges: true })
    const { status, body } = await start()
    expect([status, await until()]).toEqual([200, body.capture_until])
    const until_ms = Date.parse(String(body.capture_until))
    expect(Math.abs(until_ms - Date.now() - 15 * 60_000)).toBeLessThan(60_000)
    expect(await resolved()).toMatchObject({ capture_until_ms: until_ms })
    expect([(await stop()).status, (await stop()).status, await until()]).toEqual([204, 204, null])
    expect(gateway.told.map(({ subject, subjectId }) => [subject, subjectId])).toEqual([
      ['server', server.id],
      ['server', server.id],
    ])
    await gateway.leave()
    expect((await start(1)).status).toBe(200)
    laterMs = 60_001
    expect([await until(), (await stop()).status]).toEqual([null, 204])
    expect(await events()).toEqual(['capture.started', 'capture.stopped', 'capture.started'])
  })

  test('takes a day at most, a server of the workspace, and an owner', async () => {
    for (const minutes of [0, 1_441, 1.5]) expect((await start(minutes)).status).toBe(400)
    for (const method of ['POST', 'DELETE']) {
      const path = (id: string) => `/v1/servers/${id}/capture`
      const ask = method === 'POST' ? { body: { minutes: 15 } } : {}
      expect((await owner(method, path(uuidv7()), ask)).status).toBe(404)
      for (const role of ['admin', 'operator', 'member', 'auditor'] as const) {
        const other = client(registry.url, (await workspace.key({ role })).key)
        expect([role, (await other(method, path(server.id), ask)).status]).toEqual([role, 403])
      }
    }
    expect(await until()).toBeNull()
  })
})

describe('what a gateway copied', () => {
  test('is kept sealed while the mode is on, and of calls that began before it ended by itself', async () => {
    await start(1)
    const [during, after, late] = [uuidv7(), uuidv7(), uuidv7()]
    await report(during)
    await report(during)
    laterMs = 120_000
    await report(after)
    await report(late, { started_at_ms: Date.now() + 90_000 })
    await report(uuidv7(), { server_id: uuidv7() })
    await report(uuidv7(), { workspace_id: (await registry.workspace('B')).id })
    const rows = await kept()
    expect(rows.map(({ id }) => id)).toEqual([during, after])
    for (const { sealed } of rows) expect(Buffer.from(sealed).toString('latin1')).not.toContain('canary')
    expect(registry.logged()).not.toContain('canary')
  })

  test('is not kept once the mode is off or the server deleted, whatever a gateway still sends', async () => {
    await report(uuidv7())
    await start()
    await stop()
    await report(uuidv7())
    await start()
    expect((await owner('DELETE', `/v1/deepagents/mcp-servers/${server.id}`)).status).toBe(204)
    await report(uuidv7())
    expect(await kept()).toEqual([])
  })

  test('goes after seven days, or when the workspace says, and never later than the records', async () => {
    await start()
    await report(uuidv7())
    const after = async (days: number) => {
      laterMs = days * dayMs + 60_000
      await removeCaptured(registry.deps)
      return (await kept()).length
    }
    // The database keeps on its own clock that nothing younger than a day goes.
    await registry.deps.db.inWorkspace(workspace.id, (tx) =>
      tx.capturedCall.updateMany({ data: { startedAt: new Date(Date.now() - 2 * dayMs) } }),
    )
    const set = (body: Record<string, number | null>) => owner('PATCH', '/v1/settings', { body })
    expect(await after(4)).toBe(1)
    await set({ captured_body_days: 8 })
    expect(await after(5)).toBe(1)
    await set({ call_record_days: 7 })
    expect(await after(4)).toBe(1)
    await set({ call_record_days: null, captured_body_days: null })
    expect(await after(5)).toBe(0)
  })
})

describe('reading', () => {
  const ask = (person: Awaited<ReturnType<typeof signIn>>, id: string, from = workspace) =>
    person.get(`/v1/calls/${id}/bodies`, { 'x-workspace-id': from.id })

  test('is an auditor’s, signed in; shows everything as it was, and every time is in the trail', async () => {
    await start()
    const id = uuidv7()
    await report(id)
    const auditor = await signIn(registry, workspace, { role: 'auditor' })
    const { request, response } = copyOf(id)
    for (const _ of [1, 2]) expect(await (await ask(auditor, id)).json()).toEqual({ request, response })
    const { body } = await owner('GET', '/v1/audit?action=call.bodies-read')
    const told = { object_type: 'call', object_id: id, after: { server: server.slug, tool: 'echo' } }
    expect(body.data).toMatchObject([told, told])
    expect(JSON.stringify(body)).not.toContain('canary')
    const list = await owner('GET', '/v1/calls')
    expect(list.body.data).toMatchObject([{ id, captured: true }])
    expect(list.text).not.toContain('canary')
  })

  test('is nobody else’s: no other role, no key, no other workspace', async () => {
    await start()
    const id = uuidv7()
    await report(id)
    for (const role of ['owner', 'admin', 'operator', 'member'] as const)
      expect([role, (await ask(await signIn(registry, workspace, { role }), id)).status]).toEqual([role, 403])
    const permissions = ['calls:read-bodies', 'calls:all'] as const
    for (const options of [{ permissions }, { permissions, role: 'auditor' as const }]) {
      const keys = client(registry.url, (await workspace.key(options)).key)
      expect((await keys('GET', `/v1/calls/${id}/bodies`)).status).toBe(403)
    }
    const made = await owner('POST', '/v1/api-keys', { body: { name: 'k', permissions: [permissions[0]] } })
    expect(made.status).toBe(400)
    const other = await registry.workspace('B')
    const stranger = await signIn(registry, other, { role: 'auditor' })
    expect([(await ask(stranger, id)).status, (await ask(stranger, id, other)).status]).toEqual([403, 404])
    expect(await events()).not.toContain('call.bodies-read')
  })

  test('of a call whose bodies are gone says so, and writes nothing', async () => {
    const id = uuidv7()
    await report(id)
    const auditor = await signIn(registry, workspace, { role: 'auditor' })
    const gone = await ask(auditor, id)
    expect([gone.status, await gone.json()]).toMatchObject([404, { code: 'captured_call_not_found' }])
    expect(await (await ask(auditor, uuidv7())).json()).toMatchObject({ code: 'call_not_found' })
    expect(await events()).toEqual(['user.signed-in'])
  })
})
