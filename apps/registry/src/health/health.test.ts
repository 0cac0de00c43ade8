// How servers do: what calls say first, what the registry's own look says where nobody calls, and what lists and pages hear of it.
// The gateway's place is taken by a listener that answers as it is told; the journeys have the real one.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CallReport, health, serverPage, testedServer } from '@gatehouse/registry-api'
import { digestKey } from '@gatehouse/registry-api/key-format'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordCalls } from '../internal/call-records.ts'
import { resolve } from '../internal/resolve.ts'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer, type TestServer } from '../testing/server.ts'
import { openStream } from '../testing/stream.ts'

interface Answer {
  readonly status: number
  readonly body: unknown
}
const works: Answer = { status: 200, body: { jsonrpc: '2.0', id: 1, result: { tools: [] } } }
const fails = (status: number, code: string): Answer => ({
  status,
  body: { jsonrpc: '2.0', id: 1, error: { code: 1003, message: `it says ${code}`, data: { code } } },
})

let gateway: Server
let registry: TestRegistry
let workspace: TestWorkspace
let key: string
/** By slug. */
const answers = new Map<string, Answer>()
const asked: { slug: string; token: string }[] = []
beforeAll(async () => {
  gateway = createServer((req, res) => {
    const slug = req.url?.split('/').at(-1) ?? ''
    asked.push({ slug, token: req.headers.authorization?.slice(7) ?? '' })
    const { status, body } = answers.get(slug) ?? works
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const GATEWAY_URL = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  registry = await startTestRegistry({ env: { GATEWAY_URL, GATEHOUSE_HEALTH_INTERVAL_MS: '3600000' } })
})
afterAll(async () => {
  await registry.stop()
  gateway.closeAllConnections()
  gateway.close()
})
beforeEach(async () => {
  workspace = await registry.workspace('A')
  key = (await workspace.key()).key
})

const ask = (method: 'GET' | 'POST', path: string) => client(registry.url, key)(method, `/v1/servers${path}`)
const healthOf = async (id: string) => health.parse((await ask('GET', `/${id}/health`)).body)
const stateOf = async (id: string) => (await healthOf(id)).state
const list = async (query = '') => serverPage.parse((await ask('GET', query)).body)
const report = (serverId: string, more: Partial<CallReport> = {}): CallReport => ({
  ...{ id: randomUUID(), workspace_id: workspace.id, started_at_ms: Date.now(), request_id: 'r' },
  ...{ caller_key_id: 'k', caller_name: 'ci', server_id: serverId, server_slug: 's' },
  ...{ path: 'transparent', era: 'modern', method: 'tools/call', tool: 'echo', http_status: 200 },
  ...{ outcome: 'ok', error_code: null, duration_ms: 0, upstream_ms: 9 },
  ...{ request_bytes: 1, response_bytes: 1, attached_headers: [] },
  ...more,
})
const failed = { outcome: 'upstream_error', error_code: 'upstream_timeout', http_status: 504 } as const

describe('a server that nobody calls', () => {
  test('is looked at through the gateway, by a key that gateways alone take and nobody’s calls are counted for', async () => {
    const { id, slug } = await addServer(registry.deps, workspace.id)
    await expect.poll(() => stateOf(id), { timeout: 10_000 }).toBe('healthy')
    const { token } = asked.find((one) => one.slug === slug) ?? expect.fail('not asked')
    const { caller } = await resolve(registry.deps, { key_digest: digestKey(token) ?? '', slug })
    expect(caller).toMatchObject({ kind: 'health', user_id: null, permissions: ['mcp-servers:invoke'] })
    const atRegistry = await fetch(`${registry.url}/v1/me`, { headers: { 'x-api-key': token } })
    expect(atRegistry.status).toBe(403)
    expect(await healthOf(id)).toMatchObject({ measured: 'check', reason: null })
  })

  test.each([
    ['unreachable', fails(502, 'upstream_unreachable')],
    ['failing', fails(502, 'upstream_auth_failed')],
    ['failing', { status: 200, body: { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'broken' } } }],
    ['failing', { status: 500, body: 'oops' }],
    ['needs_account', fails(403, 'connection_required')],
    ['unknown', fails(503, 'registry_unreachable')],
    [
      'healthy',
      { status: 200, body: { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'no tools' } } },
    ],
  ] as const)('%s is what %j says', async (state, answer) => {
    const { id, slug } = await addServer(registry.deps, workspace.id)
    answers.set(slug, answer)
    await expect.poll(() => stateOf(id), { timeout: 10_000 }).toBe(state)
    const tested = testedServer.parse((await ask('POST', `/${id}/test`)).body)
    expect([tested.ok, tested.health.state, tested.reason === null]).toEqual([
      state === 'healthy',
      state,
      state === 'healthy',
    ])
  })

  test('heals by itself, with a page that is told', async () => {
    const { id, slug } = await addServer(registry.deps, workspace.id)
    answers.set(slug, fails(502, 'upstream_unreachable'))
    await expect.poll(() => stateOf(id), { timeout: 10_000 }).toBe('unreachable')
    const { since } = await healthOf(id)
    const stream = await openStream(`${registry.url}/v1/servers/stream?watch=${id}`, { 'x-api-key': key })
    answers.set(slug, works)
    expect(await stream.next()).toEqual({ event: 'changed', data: JSON.stringify({ server_id: id }) })
    const healed = await healthOf(id)
    expect([healed.state, healed.reason, (healed.since ?? '') > (since ?? '')]).toEqual([
      'healthy',
      null,
      true,
    ])
    answers.set(slug, fails(502, 'upstream_unreachable'))
    expect(await stream.next()).toMatchObject({ event: 'changed' }) // watched: looked at every 5 s, though it was well
    expect(await healthOf(id)).toMatchObject({
      state: 'unreachable',
      last_success_at: healed.last_success_at,
    })
    await stream.close()
  })

  test('is looked at again at once when it was changed, and not while it is switched off', async () => {
    const { id, slug } = await addServer(registry.deps, workspace.id)
    await expect.poll(() => stateOf(id), { timeout: 10_000 }).toBe('healthy')
    const set = (enabled: boolean) =>
      fetch(`${registry.url}/v1/servers/${id}`, {
        method: 'PATCH',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: JSON.stringify({ enabled }),
      })
    await set(false)
    expect(await healthOf(id)).toMatchObject({ state: 'disabled', reason: null })
    expect(testedServer.parse((await ask('POST', `/${id}/test`)).body)).toMatchObject({
      ok: false,
      reason: { code: 'disabled' },
    })
    const before = asked.filter((one) => one.slug === slug).length
    await set(true)
    await expect.poll(() => asked.filter((one) => one.slug === slug).length).toBeGreaterThan(before)
  })

  test('with accounts of people only is asked for a sign of life, and says so', async () => {
    const { id, slug } = await addServer(registry.deps, workspace.id, { enabled: false })
    const seen: (string | undefined)[] = []
    const upstream = createServer((req, res) => {
      seen.push(req.headers.authorization)
      res.writeHead(401).end()
    }).listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/mcp`
    const oauth = { url, authType: 'oauth', oauthMode: 'per_user_dynamic_client', enabled: true }
    await registry.deps.db.inWorkspace(workspace.id, (tx) =>
      tx.mcpServer.updateMany({ where: { id }, data: oauth }),
    )
    await expect.poll(() => stateOf(id), { timeout: 10_000 }).toBe('reachable')
    expect(await healthOf(id)).toMatchObject({ measured: 'reachability', reason: null })
    expect([seen, asked.filter((one) => one.slug === slug)]).toEqual([seen.map(() => undefined), []])
    upstream.closeAllConnections()
    upstream.close()
  })
})

describe('calls', () => {
  test('that were answered make a server healthy, those that failed three in a row make it fail', async () => {
    const { id, slug } = await addServer(registry.deps, workspace.id)
    answers.set(slug, fails(502, 'upstream_unreachable'))
    await expect.poll(() => stateOf(id), { timeout: 10_000 }).toBe('unreachable')
    answers.set(slug, works)
    await recordCalls(registry.deps, [report(id, { outcome: 'tool_error' })])
    expect(await healthOf(id)).toMatchObject({ state: 'healthy', measured: 'call', reason: null })
    await recordCalls(registry.deps, [report(id, failed), report(id, failed)])
    expect(await stateOf(id)).toBe('healthy')
    await recordCalls(registry.deps, [report(id, failed)])
    const reason = { code: 'upstream_timeout', http_status: 504, detail: expect.any(String) }
    expect(await healthOf(id)).toMatchObject({ state: 'failing', measured: 'call', reason })
    await recordCalls(registry.deps, [report(id)])
    expect(await stateOf(id)).toBe('healthy')
  })

  test('write nothing while they only confirm what is known', async () => {
    const { id } = await addServer(registry.deps, workspace.id)
    await recordCalls(registry.deps, [report(id)])
    await expect.poll(() => stateOf(id)).toBe('healthy')
    const read = () =>
      registry.deps.db.inWorkspace(
        workspace.id,
        (tx) => tx.$queryRaw`SELECT xmin::text, * FROM server_health WHERE server_id = ${id}::uuid`,
      )
    const before = await read()
    for (let i = 0; i < 5; i += 1) await recordCalls(registry.deps, [report(id), report(id)])
    expect(await read()).toEqual(before)
  })

  test('of one person’s account say nothing about the server', async () => {
    const { id, slug } = await addServer(registry.deps, workspace.id)
    await registry.deps.db.inWorkspace(workspace.id, (tx) =>
      tx.mcpServer.updateMany({ where: { id }, data: { authType: 'oauth' } }),
    )
    await expect.poll(() => stateOf(id), { timeout: 10_000 }).not.toBe('unknown') // the look is over
    await recordCalls(registry.deps, [report(id)])
    const refused = { ...failed, error_code: 'upstream_auth_failed', http_status: 502 }
    await recordCalls(
      registry.deps,
      [1, 2, 3, 4].map(() => report(id, refused)),
    )
    expect([slug !== '', await stateOf(id)]).toEqual([true, 'healthy'])
  })
})

describe('the list', () => {
  test('finds, filters, orders and pages, with the states of all and the last day of each', async () => {
    const names = ['alpha', 'beta', 'gamma', 'delta']
    const made: TestServer[] = []
    for (const slug of names) made.push(await addServer(registry.deps, workspace.id, { slug }))
    const [alpha, beta] = made
    answers.set('beta', fails(502, 'upstream_unreachable'))
    answers.set('delta', fails(502, 'upstream_invalid'))
    await recordCalls(registry.deps, [
      report(alpha?.id ?? ''),
      report(alpha?.id ?? '', { outcome: 'refused' }),
    ])
    await expect
      .poll(async () => (await list()).states, { timeout: 10_000 })
      .toEqual({ healthy: 2, unreachable: 1, failing: 1 })
    const slugs = async (query: string) => (await list(query)).data.map(({ slug }) => slug)
    expect(await slugs('?state=down')).toEqual(['beta', 'delta'])
    expect(await slugs('?state=unreachable')).toEqual(['beta'])
    expect(await slugs('?q=upstream.TEST%20MM')).toEqual(['gamma'])
    expect(await slugs('?sort=newest')).toEqual(
      [...(await slugs(''))].sort((a, b) => (idOf(a) < idOf(b) ? 1 : -1)),
    )
    const first = await list('?limit=3')
    expect([first.total, first.data.length]).toEqual([4, 3])
    const rest = await list(`?limit=3&cursor=${first.next_cursor}`)
    expect([...first.data, ...rest.data].map(({ slug }) => slug)).toEqual(['alpha', 'beta', 'delta', 'gamma'])
    expect(rest.next_cursor).toBeNull()
    expect(first.data[0]?.last_day).toMatchObject({
      calls: 2,
      errors: 1,
      p50_ms: expect.any(Number),
      points: [{ calls: 2, errors: 1 }],
    })
    expect(first.data[1]?.health.reason).toMatchObject({ code: 'upstream_unreachable', http_status: 502 })
    expect((await ask('GET', '?cursor=x')).status).toBe(400)
    const limited = await workspace.key({ servers: [beta?.id ?? ''] })
    const { body } = await client(registry.url, limited.key)('GET', '/v1/servers')
    expect(serverPage.parse(body)).toMatchObject({ total: 1, states: { unreachable: 1 } })
    function idOf(slug: string) {
      return made[names.indexOf(slug)]?.id ?? ''
    }
  })
})
