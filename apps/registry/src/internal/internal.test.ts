// What gateways are told, over the internal listener: whom a key belongs to, which headers to attach, what no longer holds.

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { CallReport } from '@gatehouse/registry-api'
import {
  changeEvent,
  credentialsAnswer,
  helloEvent,
  renewAnswer,
  resolveAnswer,
} from '@gatehouse/registry-api/internal'
import { makeKey } from '@gatehouse/registry-api/key-format'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'
import { openStream, type TestStream } from '../testing/stream.ts'

let registry: TestRegistry
let a: TestWorkspace
let b: TestWorkspace
let now = new Date()
beforeAll(async () => {
  registry = await startTestRegistry({ now: () => now })
})
afterAll(() => registry.stop())
beforeEach(async () => {
  a = await registry.workspace('A')
  b = await registry.workspace('B')
})

async function post(path: string, body: unknown, token = registry.gatewayToken) {
  const response = await fetch(`${registry.internalUrl}/internal/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
}

const digest = (key: string) => createHash('sha256').update(key).digest('hex')

async function resolve(key: string, slug: string | null = null) {
  const { status, body } = await post('resolve', { key_digest: digest(key), slug })
  expect(status).toBe(200)
  return resolveAnswer.parse(body)
}

const db = () => registry.deps.db

describe('only gateways', () => {
  test('without one of the tokens nothing is answered', async () => {
    const paths = [
      'resolve',
      'credentials',
      'credentials/refused',
      'lease/renew',
      'lease/return',
      'call-records',
      'ended-sessions',
      'changes',
    ]
    for (const path of paths) {
      const url = `${registry.internalUrl}/internal/${path}`
      const method = path === 'changes' ? 'GET' : 'POST'
      const none = await fetch(url, { method })
      expect([none.status, await none.text()]).toEqual([401, '{"error":"Unauthorized"}'])
      const headers = { Authorization: `Bearer ${randomBytes(32).toString('base64url')}` }
      const wrong = await fetch(url, { method, headers })
      expect([wrong.status, await wrong.text()]).toEqual([403, '{"error":"Forbidden"}'])
    }
  })

  test("a caller's key is not a gateway's token", async () => {
    const { key } = await a.key()
    expect((await post('resolve', { key_digest: digest(key), slug: null }, key)).status).toBe(403)
  })

  test('the public listener serves none of it', async () => {
    const response = await fetch(`${registry.url}/internal/resolve`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${registry.gatewayToken}`, 'Content-Type': 'application/json' },
      body: '{}',
    })
    expect(response.status).toBe(404)
  })
})

describe('resolve', () => {
  test('who has the key, and the enabled servers of that workspace by slug', async () => {
    const two = await addServer(registry.deps, a.id, { slug: 'two' })
    const one = await addServer(registry.deps, a.id, { slug: 'one', headers: [['X-Token', 'secret']] })
    await addServer(registry.deps, a.id, { slug: 'off', enabled: false })
    await addServer(registry.deps, b.id, { slug: 'foreign' })
    const { id, key } = await a.key()
    const answer = await resolve(key)
    expect(answer.caller).toMatchObject({ key_id: id, workspace_id: a.id, kind: 'service', user_id: null })
    expect(answer.servers.map((server) => server.id)).toEqual([one.id, two.id])
    expect(answer.servers[0]).toMatchObject({
      slug: 'one',
      credential_generation: one.generation,
      era: 'auto',
    })
  })

  test('one address: that server, or none for a disabled, unknown or foreign one', async () => {
    await addServer(registry.deps, a.id, { slug: 'same' })
    const foreign = await addServer(registry.deps, b.id, { slug: 'same' })
    await addServer(registry.deps, a.id, { slug: 'off', enabled: false })
    await addServer(registry.deps, b.id, { slug: 'theirs' })
    const { key } = await a.key()
    const ids = async (slug: string) => (await resolve(key, slug)).servers.map((server) => server.id)
    expect(await ids('same')).toHaveLength(1)
    expect(await ids('same')).not.toContain(foreign.id)
    for (const slug of ['off', 'theirs', 'nowhere']) expect(await ids(slug)).toEqual([])
  })

  test('the same answer for every bad key', async () => {
    const expired = await a.key({ expiresAt: now })
    const left = await a.key({ role: 'member' })
    await db().asSystem((tx) => tx.membership.deleteMany({ where: { userId: left.userId ?? '' } }))
    for (const key of [expired.key, left.key, makeKey('dev').key]) {
      expect(await resolve(key)).toMatchObject({ caller: null, servers: [] })
    }
  })

  test("no server without mcp-servers:invoke, and a user key has no more than its owner's present role", async () => {
    await addServer(registry.deps, a.id)
    const reader = await a.key({ permissions: ['mcp-servers:read'] })
    expect((await resolve(reader.key)).servers).toEqual([])
    const person = await a.key({ role: 'member' })
    const before = await resolve(person.key)
    expect(before.servers).toHaveLength(1)
    expect(before.caller?.permissions).not.toContain('mcp-servers:create')
    await db().asSystem((tx) =>
      tx.membership.updateMany({ where: { userId: person.userId ?? '' }, data: { role: 'auditor' } }),
    )
    const after = await resolve(person.key)
    expect([after.caller?.permissions, after.servers]).toEqual([
      expect.not.arrayContaining(['mcp-servers:invoke']),
      [],
    ])
  })

  test('a limited key reaches its servers only, and none when they are gone', async () => {
    const [one] = [await addServer(registry.deps, a.id), await addServer(registry.deps, a.id)]
    const limited = await a.key({ servers: [one.id] })
    expect((await resolve(limited.key)).servers.map((server) => server.id)).toEqual([one.id])
    await db().inWorkspace(a.id, (tx) => tx.mcpServer.deleteMany({ where: { id: one.id } }))
    expect((await resolve(limited.key)).servers).toEqual([])
  })

  test("the end of a key, or of a rotated secret's overlap, whichever is first", async () => {
    const day = 86_400_000
    const { id, key } = await a.key({ expiresAt: new Date(now.getTime() + day) })
    expect((await resolve(key)).caller?.expires_at_ms).toBe(now.getTime() + day)
    const rotated = await fetch(`${registry.url}/v1/api-keys/${id}/rotate`, {
      method: 'POST',
      headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' },
      body: JSON.stringify({ overlap_s: 60 }),
    })
    expect(rotated.status).toBe(200)
    expect((await resolve(key)).caller?.expires_at_ms).toBe(now.getTime() + 60_000)
    now = new Date(now.getTime() + 60_000)
    expect((await resolve(key)).caller).toBeNull()
  })

  test('carries a revision at least as new as the last change', async () => {
    const { key } = await a.key()
    const before = await resolve(key)
    const taken = await db().inWorkspace(a.id, (tx) =>
      registry.deps.changes.record(tx, { workspaceId: a.id, subject: 'server', subjectId: randomUUID() }),
    )
    registry.deps.changes.published(taken)
    expect(taken).toBeGreaterThan(before.revision)
    expect((await resolve(key)).revision).toBe(taken)
  })
})

describe('credentials', () => {
  const credentials = (keyId: string, workspaceId: string, serverId: string) =>
    post('credentials', { key_id: keyId, workspace_id: workspaceId, server_id: serverId })

  test('the stored headers, in their order', async () => {
    const server = await addServer(registry.deps, a.id, {
      headers: [
        ['Authorization', 'Bearer upstream-secret'],
        ['X-Second', 'two'],
      ],
    })
    const { id } = await a.key()
    const { status, body } = await credentials(id, a.id, server.id)
    expect(status).toBe(200)
    expect(credentialsAnswer.parse(body)).toMatchObject({
      generation: server.generation,
      headers: [
        ['Authorization', 'Bearer upstream-secret'],
        ['X-Second', 'two'],
      ],
    })
    expect(registry.logged()).not.toContain('upstream-secret')
  })

  test('the headers of one generation, whole, while they are being replaced', async () => {
    const server = await addServer(registry.deps, a.id, { headers: [['X-Round', '0']] })
    const { id, key } = await a.key()
    let replacing = true
    const replace = async () => {
      for (let round = 1; round <= 15; round += 1) {
        const value = String(round)
        const headers = ['X-Round', 'X-Again'].map((name) => ({ key: name, value }))
        const answer = await fetch(`${registry.url}/v1/deepagents/mcp-servers/${server.id}`, {
          method: 'PATCH',
          headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' },
          body: JSON.stringify({ headers }),
        })
        expect(answer.status).toBe(200)
      }
    }
    const roundOf = new Map<string, string>()
    const read = async () => {
      while (replacing) {
        const { status, body } = await credentials(id, a.id, server.id)
        expect(status).toBe(200)
        const { generation, headers } = credentialsAnswer.parse(body)
        const values = new Set(headers.map(([, value]) => value))
        expect(values.size).toBe(1)
        const [value = ''] = values
        expect(roundOf.get(generation) ?? value).toBe(value)
        roundOf.set(generation, value)
      }
    }
    await Promise.all([replace().finally(() => (replacing = false)), read(), read(), read()])
  })

  test('404 for a server that is gone, disabled or foreign, and for a caller that may not', async () => {
    const mine = await addServer(registry.deps, a.id, { headers: [['X-A', 'a']] })
    const off = await addServer(registry.deps, a.id, { enabled: false, headers: [['X-A', 'a']] })
    const foreign = await addServer(registry.deps, b.id, { headers: [['X-B', 'b']] })
    const { id } = await a.key()
    const theirs = await b.key()
    const reader = await a.key({ permissions: ['mcp-servers:read'] })
    const limited = await a.key({ servers: [off.id] })
    const expired = await a.key({ expiresAt: now })
    for (const [keyId, workspaceId, serverId] of [
      [id, a.id, randomUUID()],
      [id, a.id, off.id],
      [id, a.id, foreign.id],
      [id, b.id, foreign.id],
      [theirs.id, a.id, mine.id],
      [reader.id, a.id, mine.id],
      [limited.id, a.id, mine.id],
      [expired.id, a.id, mine.id],
      [randomUUID(), a.id, mine.id],
    ] as const) {
      const { status, body } = await credentials(keyId, workspaceId, serverId)
      expect([status, body]).toMatchObject([404, { code: 'mcp_server_not_found' }])
    }
    expect((await credentials(id, a.id, mine.id)).status).toBe(200)
  })

  test('a row that was copied from another server, or is broken, harms that server alone', async () => {
    const good = await addServer(registry.deps, a.id, { headers: [['X-A', 'good']] })
    const bad = await addServer(registry.deps, a.id, { headers: [['X-A', 'bad']] })
    await db().inWorkspace(a.id, async (tx) => {
      const row = await tx.serverHeader.findFirstOrThrow({ where: { serverId: good.id } })
      await tx.serverHeader.updateMany({ where: { serverId: bad.id }, data: { sealed: row.sealed } })
    })
    const { id } = await a.key()
    const { status, body } = await credentials(id, a.id, bad.id)
    expect([status, body]).toMatchObject([500, { code: 'credential_unreadable' }])
    expect((await credentials(id, a.id, good.id)).status).toBe(200)
  })
})

describe('headers that came into the database by another way', () => {
  test.each([
    ['Host', 'elsewhere.test'],
    ['X-Forwarded-For', '1.2.3.4'],
    ['Mcp-Session-Id', 'x'],
    ['X-Split', 'a\r\nX-Evil: 1'],
  ])('%s: %j is never handed out, and harms its server alone', async (name, value) => {
    const bad = await addServer(registry.deps, a.id, { headers: [[name, value]] })
    const good = await addServer(registry.deps, a.id, { headers: [['X-A', 'a']] })
    const { id } = await a.key()
    const ask = (serverId: string) =>
      post('credentials', { key_id: id, workspace_id: a.id, server_id: serverId })
    expect(await ask(bad.id)).toMatchObject({ status: 500, body: { code: 'credential_unreadable' } })
    expect((await ask(good.id)).status).toBe(200)
  })
})

describe('changes', () => {
  const streams: TestStream[] = []
  const gateways: string[] = []
  const open = async (gatewayId: string) => {
    const url = `${registry.internalUrl}/internal/changes?gateway_id=${gatewayId}`
    const stream = await openStream(url, { Authorization: `Bearer ${registry.gatewayToken}` })
    streams.push(stream)
    gateways.push(gatewayId)
    return stream
  }
  afterEach(async () => {
    await Promise.all(streams.splice(0).map((stream) => stream.close()))
    for (const gateway_id of gateways.splice(0)) await post('lease/return', { gateway_id })
  })
  const renew = async (gateway_id: string, revision: number) =>
    renewAnswer.parse((await post('lease/renew', { gateway_id, revision })).body).lease_ms

  const change = async (workspaceId: string, subjectId: string) => {
    const revision = await db().inWorkspace(workspaceId, (tx) =>
      registry.deps.changes.record(tx, { workspaceId, subject: 'server', subjectId }),
    )
    registry.deps.changes.published(revision)
    return revision
  }

  test('hello comes first, with the keys that seal session tokens; then every change in order', async () => {
    const stream = await open(randomUUID())
    const first = await stream.next()
    expect(first.event).toBe('hello')
    const hello = helloEvent.parse(JSON.parse(first.data))
    expect(hello.installation_mark).toBe(registry.deps.installation.mark)
    expect(hello.sealing_keys.length).toBeGreaterThan(0)
    expect(Buffer.from(hello.sealing_keys[0]?.key ?? '', 'base64')).toHaveLength(32)
    const ids = [randomUUID(), randomUUID()]
    const revisions = [await change(a.id, ids[0] ?? ''), await change(b.id, ids[1] ?? '')]
    const events = [await stream.next(), await stream.next()]
    expect(events.map((event) => changeEvent.parse(JSON.parse(event.data)))).toEqual([
      { revision: revisions[0], workspace_id: a.id, subject: 'server', subject_id: ids[0] },
      { revision: revisions[1], workspace_id: b.id, subject: 'server', subject_id: ids[1] },
    ])
    expect(revisions[0]).toBeGreaterThan(hello.revision)
  })

  test('a change that commits while a gateway connects is in its hello or comes after it', async () => {
    const [stream, revision] = await Promise.all([open(randomUUID()), change(a.id, randomUUID())])
    const hello = helloEvent.parse(JSON.parse((await stream.next()).data))
    if (hello.revision < revision) {
      expect(changeEvent.parse(JSON.parse((await stream.next()).data)).revision).toBe(revision)
    }
  })

  test('a revocation waits for the acknowledgement of a gateway, and for none that has returned its lease', async () => {
    const gateway = randomUUID()
    const stream = await open(gateway)
    await stream.next()
    const revision = await change(a.id, randomUUID())
    let settled = false
    const waiting = registry.deps.changes.settled(revision).then(() => {
      settled = true
    })
    const told = changeEvent.parse(JSON.parse((await stream.next()).data))
    expect([told.revision, settled]).toEqual([revision, false])
    expect(await renew(gateway, revision)).toBe(60_000)
    await waiting

    const later = await change(a.id, randomUUID())
    const gone = registry.deps.changes.settled(later)
    await stream.close()
    expect((await post('lease/return', { gateway_id: gateway })).status).toBe(204)
    await gone
    expect(await renew(gateway, later)).toBeNull()
  })

  test('a stop ends the streams, so that gateways go elsewhere at once', async () => {
    const other = await startTestRegistry()
    const stream = await openStream(`${other.internalUrl}/internal/changes?gateway_id=${randomUUID()}`, {
      Authorization: `Bearer ${other.gatewayToken}`,
    })
    const started = performance.now()
    await Promise.all([other.stop(), stream.ended()])
    expect(performance.now() - started).toBeLessThan(900)
  })

  test('400 without a gateway id', async () => {
    const headers = { Authorization: `Bearer ${registry.gatewayToken}` }
    const response = await fetch(`${registry.internalUrl}/internal/changes`, { headers })
    expect(response.status).toBe(400)
  })

  test('an ended session is told to connected gateways and to those that come later, until it expires', async () => {
    const gateway = randomUUID()
    const stream = await open(gateway)
    await stream.next()
    const ended = { digest: randomBytes(32).toString('hex'), expires_at_ms: now.getTime() + 60_000 }
    const asked = post('ended-sessions', { ...ended, workspace_id: a.id })
    const told = changeEvent.parse(JSON.parse((await stream.next()).data))
    expect(told).toMatchObject({
      workspace_id: a.id,
      subject: 'session',
      subject_id: ended.digest,
      expires_at_ms: ended.expires_at_ms,
    })
    await renew(gateway, told.revision)
    expect((await asked).status).toBe(204)

    const known = async () => {
      const late = await open(randomUUID())
      const hello = helloEvent.parse(JSON.parse((await late.next()).data))
      await late.close()
      return hello.ended_sessions.filter((session) => session.digest === ended.digest)
    }
    expect(await known()).toEqual([ended])
    now = new Date(now.getTime() + 60_000)
    expect(await known()).toEqual([])
  })
})

describe('call records', () => {
  const report = (workspaceId: string, more: Partial<CallReport> = {}): CallReport => ({
    id: randomUUID(),
    workspace_id: workspaceId,
    started_at_ms: now.getTime(),
    request_id: 'r-1',
    caller_key_id: randomUUID(),
    caller_name: 'ci',
    server_id: null,
    server_slug: null,
    path: 'transparent',
    era: 'modern',
    method: 'tools/call',
    tool: 'echo',
    http_status: 200,
    outcome: 'ok',
    error_code: null,
    duration_ms: 1.5,
    upstream_ms: 1,
    request_bytes: 10,
    response_bytes: 20,
    attached_headers: ['Authorization'],
    ...more,
  })
  const stored = (workspaceId: string) => db().inWorkspace(workspaceId, (tx) => tx.callRecord.findMany())

  test('a batch is stored, each record once, in its own workspace', async () => {
    const records = [report(a.id), report(a.id), report(b.id)]
    expect((await post('call-records', { records })).status).toBe(202)
    expect((await post('call-records', { records: [...records, report(a.id)] })).status).toBe(202)
    expect([(await stored(a.id)).length, (await stored(b.id)).length]).toEqual([3, 1])
  })

  test('records of unknown workspaces are skipped, hostile text costs nobody else a record', async () => {
    const lost = randomUUID()
    const records = [
      report(lost),
      report(a.id, { tool: 'nul\u0000\ud800', response_bytes: 9e15 }),
      report(a.id, { started_at_ms: Date.parse('2001-01-01') }),
    ]
    expect((await post('call-records', { records })).status).toBe(202)
    expect(await stored(lost)).toEqual([])
    expect((await stored(a.id)).map((row) => row.tool).sort()).toEqual(['echo', 'nul\ufffd\ufffd'])
  })

  test('5000 at once', async () => {
    const records = Array.from({ length: 5_000 }, () => report(a.id))
    expect((await post('call-records', { records })).status).toBe(202)
    expect(await db().inWorkspace(a.id, (tx) => tx.callRecord.count())).toBe(5_000)
  })

  test("a call is a use of its key, and not of another workspace's", async () => {
    const [mine, theirs] = [await a.key(), await b.key()]
    const records = [
      report(a.id, { caller_key_id: mine.id }),
      report(a.id, { caller_key_id: theirs.id }),
      report(a.id, { caller_key_id: 'console' }),
    ]
    expect((await post('call-records', { records })).status).toBe(202)
    const used = (id: string) =>
      db().asSystem((tx) => tx.apiKey.findFirstOrThrow({ where: { id }, select: { lastUsedAt: true } }))
    expect((await used(mine.id)).lastUsedAt).toEqual(now)
    expect((await used(theirs.id)).lastUsedAt).toBeNull()
  })
})
