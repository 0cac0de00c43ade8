// API keys over HTTP: what is shown once, who may grant what, and what a revocation promises.

import { randomUUID } from 'node:crypto'
import { apiKey, createdApiKey } from '@gatehouse/registry-api'
import { parseKey } from '@gatehouse/registry-api/key-format'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { connectGateway } from '../testing/gateway.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'

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

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown> & { id: string; key: string }
}

async function ask(
  key: string,
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${registry.url}/v1/api-keys${path}`, {
    method,
    headers: { 'X-Api-Key': key, 'Content-Type': 'application/json', ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

const works = async (key: string) => (await ask(key, 'GET', '')).status === 200

describe('201', () => {
  test('a new key is shown once, and only its hash is kept', async () => {
    const admin = await a.key()
    const { status, body } = await ask(admin.key, 'POST', '', {
      name: 'ci',
      permissions: ['mcp-servers:read', 'api-keys:own'],
    })
    expect(status).toBe(201)
    expect(createdApiKey.parse(body)).toEqual(body)
    expect(body).toMatchObject({ name: 'ci', kind: 'service', owner_id: null, servers: null })
    expect(body.prefix).toBe(parseKey(body.key)?.prefix)
    expect(await works(body.key)).toBe(true)
    const list = await ask(admin.key, 'GET', '')
    expect(JSON.stringify(list.body)).not.toContain(body.key.slice(-49))
    expect(registry.logged()).not.toContain(body.key.slice(-49))
  })

  test('without permissions: read and invoke, stored and shown', async () => {
    const admin = await a.key()
    const { body } = await ask(admin.key, 'POST', '', { name: 'plain' })
    expect(body.permissions).toEqual(['mcp-servers:read', 'mcp-servers:invoke'])
  })

  test('by a person: a user key of that person', async () => {
    const member = await a.key({ role: 'member' })
    const { status, body } = await ask(member.key, 'POST', '', { name: 'mine' })
    expect([status, body.kind, body.owner_id]).toEqual([201, 'user', member.userId])
  })

  test('is audited in the same transaction, without the key', async () => {
    const admin = await a.key()
    const { body } = await ask(admin.key, 'POST', '', { name: 'seen' })
    const events = await registry.deps.db.inWorkspace(a.id, (tx) => tx.auditEvent.findMany())
    expect(events).toMatchObject([
      { action: 'api-key.created', objectId: body.id, actorId: admin.id, actorType: 'api-key' },
    ])
    expect(JSON.stringify(events[0]?.after)).not.toContain(body.key.slice(-49))
    const verdict = await verifyChain(registry.deps.db, a.id)
    expect(verdict).toEqual({ ok: true, events: 1 })
  })
})

describe('Idempotency-Key', () => {
  test('a repeat finds the same key, without showing it again', async () => {
    const admin = await a.key()
    const header = { 'Idempotency-Key': randomUUID() }
    const first = await ask(admin.key, 'POST', '', { name: 'once' }, header)
    const again = await ask(admin.key, 'POST', '', { name: 'once' }, header)
    const { key, ...stored } = first.body
    expect(key).toBeTypeOf('string')
    expect([again.status, again.body]).toEqual([200, stored])
  })

  test('two at once make one key', async () => {
    const admin = await a.key()
    const header = { 'Idempotency-Key': randomUUID() }
    const both = await Promise.all([1, 2].map(() => ask(admin.key, 'POST', '', { name: 'race' }, header)))
    expect(both.map((one) => one.status).sort()).toEqual([200, 201])
    expect(both[0]?.body.id).toBe(both[1]?.body.id)
  })

  test('with another body: 409; of another workspace or a day later: a new one', async () => {
    const [admin, other] = [await a.key(), await b.key()]
    const header = { 'Idempotency-Key': 'the-same' }
    const first = await ask(admin.key, 'POST', '', { name: 'one' }, header)
    const changed = await ask(admin.key, 'POST', '', { name: 'two' }, header)
    expect([changed.status, changed.body.code]).toEqual([409, 'idempotency_conflict'])
    const foreign = await ask(other.key, 'POST', '', { name: 'one' }, header)
    expect(foreign.status).toBe(201)
    expect(foreign.body.id).not.toBe(first.body.id)
    now = new Date(now.getTime() + 86_400_000)
    expect((await ask(admin.key, 'POST', '', { name: 'two' }, header)).status).toBe(201)
  })
})

describe('nobody grants more than they have', () => {
  test('permissions', async () => {
    const member = await a.key({ role: 'member' })
    const { status, body } = await ask(member.key, 'POST', '', {
      name: 'more',
      permissions: ['mcp-servers:read', 'mcp-servers:delete'],
    })
    expect([status, body.error, body.detail]).toEqual([
      403,
      'Forbidden',
      'a key can not grant mcp-servers:delete, which its maker lacks',
    ])
  })

  test('a user key can not grant users:act-as, whatever was written into it', async () => {
    const owner = await a.key({ role: 'owner' })
    const asked = { name: 'as', kind: 'service', permissions: ['users:act-as'] }
    expect((await ask(owner.key, 'POST', '', asked)).status).toBe(403)
  })

  test('service keys need api-keys:all', async () => {
    const member = await a.key({ role: 'member' })
    const { status, body } = await ask(member.key, 'POST', '', { name: 'svc', kind: 'service' })
    expect([status, body.detail]).toEqual([403, 'the permission api-keys:all is missing'])
  })

  test('servers: a limited key makes keys of those servers only', async () => {
    const [one, two] = [await addServer(registry.deps, a.id), await addServer(registry.deps, a.id)]
    const limited = await a.key({ servers: [one.id] })
    expect((await ask(limited.key, 'POST', '', { name: 'all' })).status).toBe(403)
    expect((await ask(limited.key, 'POST', '', { name: 'two', servers: [two.id] })).status).toBe(403)
    const made = await ask(limited.key, 'POST', '', { name: 'one', servers: [one.id] })
    expect([made.status, made.body.servers]).toEqual([201, [one.id]])
  })

  test('rotating a stronger key of the same person is no way around', async () => {
    const strong = await a.key({ role: 'owner' })
    const weak = await ask(strong.key, 'POST', '', { name: 'weak', permissions: ['api-keys:own'] })
    expect(weak.status).toBe(201)
    expect((await ask(weak.body.key, 'POST', `/${strong.id}/rotate`, {})).status).toBe(403)
    expect(await works(strong.key)).toBe(true)
  })

  test("nobody gets a secret of somebody else's user key", async () => {
    const theirs = await a.key({ role: 'member' })
    const admin = await a.key({ role: 'admin' })
    expect((await ask(admin.key, 'POST', `/${theirs.id}/rotate`, {})).status).toBe(403)
  })
})

describe('400', () => {
  test.each([
    [{}, 'missing_required_field', "Set 'name' to a non-empty string: 'name' is required"],
    [{ name: '' }, 'missing_required_field', "Set 'name' to a non-empty string: 'name' is required"],
  ])('%j', async (body, code, detail) => {
    const { key } = await a.key()
    const answer = await ask(key, 'POST', '', body)
    expect([answer.status, answer.body.code, answer.body.detail]).toEqual([400, code, detail])
  })

  test.each([
    { name: 'x', permissions: ['everything'] },
    { name: 'x', unknown: 1 },
    { name: 1 },
    { name: 'x', rate_limit: 0 },
    { name: 'x', expires_at: 'tomorrow' },
    [],
  ])('%j is no valid body', async (body) => {
    const { key } = await a.key()
    const answer = await ask(key, 'POST', '', body)
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request_body'])
  })

  test('an end in the past, a user key of no person, an unknown or foreign server, a malformed id', async () => {
    const { key } = await a.key()
    const foreign = await addServer(registry.deps, b.id)
    for (const body of [
      { name: 'x', expires_at: new Date(now.getTime() - 1).toISOString() },
      { name: 'x', kind: 'user' },
      { name: 'x', servers: [randomUUID()] },
      { name: 'x', servers: [foreign.id] },
    ]) {
      const answer = await ask(key, 'POST', '', body)
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_parameter'])
    }
    expect((await ask(key, 'DELETE', '/not-a-uuid')).status).toBe(400)
    expect((await ask(key, 'POST', '/not-a-uuid/rotate', {})).status).toBe(400)
  })
})

describe('the list', () => {
  test('shows own keys; with api-keys:all every one of the workspace and none of another', async () => {
    const member = await a.key({ role: 'member' })
    const second = await a.key({ role: 'member' })
    const admin = await a.key({ role: 'admin' })
    const foreign = await b.key()
    const ids = async (key: string) => {
      const { body } = await ask(key, 'GET', '')
      return (body.data as unknown[]).map((row) => apiKey.parse(row).id)
    }
    expect(await ids(member.key)).toEqual([member.id])
    expect(await ids(admin.key)).toEqual([admin.id, second.id, member.id])
    expect(await ids(foreign.key)).toEqual([foreign.id])
  })

  test('is paged, newest first, each key once', async () => {
    const admin = await a.key()
    const made = [admin.id]
    for (let i = 0; i < 4; i += 1) made.unshift((await a.key()).id)
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await ask(admin.key, 'GET', `?limit=2${more}`)
      seen.push(...(body.data as { id: string }[]).map((row) => row.id))
      cursor = body.next_cursor as string | null
    }
    expect(seen).toEqual(made)
    expect((await ask(admin.key, 'GET', '?limit=0')).status).toBe(400)
    expect((await ask(admin.key, 'GET', '?cursor=x')).status).toBe(400)
    expect((await ask(admin.key, 'GET', '?what=x')).status).toBe(400)
  })
})

describe('rotate', () => {
  test('keeps the id; the old key works until the overlap ends', async () => {
    const admin = await a.key()
    const rotated = await ask(admin.key, 'POST', `/${admin.id}/rotate`, { overlap_s: 60 })
    expect([rotated.status, rotated.body.id]).toEqual([200, admin.id])
    expect(rotated.body.prefix).toBe(parseKey(rotated.body.key)?.prefix)
    expect(await works(admin.key)).toBe(true)
    expect(await works(rotated.body.key)).toBe(true)
    now = new Date(now.getTime() + 60_000)
    expect(await works(admin.key)).toBe(false)
    expect(await works(rotated.body.key)).toBe(true)
  })

  test('without overlap, and a second time, the older secrets end at once', async () => {
    const admin = await a.key()
    const second = await ask(admin.key, 'POST', `/${admin.id}/rotate`, {})
    const third = await ask(admin.key, 'POST', `/${admin.id}/rotate`)
    expect(await works(admin.key)).toBe(false)
    expect(await works(second.body.key)).toBe(true)
    const fourth = await ask(third.body.key, 'POST', `/${admin.id}/rotate`, { overlap_s: 0 })
    expect(await works(second.body.key)).toBe(false)
    expect(await works(third.body.key)).toBe(false)
    expect(await works(fourth.body.key)).toBe(true)
  })

  test("404 for an unknown id, another workspace's, and somebody else's", async () => {
    const member = await a.key({ role: 'member' })
    const other = await a.key({ role: 'member' })
    const foreign = await b.key()
    for (const id of [randomUUID(), foreign.id, other.id]) {
      const { status, body } = await ask(member.key, 'POST', `/${id}/rotate`, {})
      expect([status, body.code]).toEqual([404, 'api_key_not_found'])
    }
    expect(await works(foreign.key)).toBe(true)
  })
})

describe('delete', () => {
  test('204 for a key, its repeat, an unknown id and one of another workspace, which lives on', async () => {
    const admin = await a.key()
    const doomed = await a.key()
    const foreign = await b.key()
    for (const id of [doomed.id, doomed.id, randomUUID(), foreign.id]) {
      expect((await ask(admin.key, 'DELETE', `/${id}`)).status).toBe(204)
    }
    expect(await works(doomed.key)).toBe(false)
    expect(await works(foreign.key)).toBe(true)
    const events = await registry.deps.db.inWorkspace(a.id, (tx) => tx.auditEvent.findMany())
    expect(events).toMatchObject([{ action: 'api-key.deleted', objectId: doomed.id }])
  })

  test("somebody else's key needs api-keys:all", async () => {
    const member = await a.key({ role: 'member' })
    const other = await a.key({ role: 'member' })
    expect((await ask(member.key, 'DELETE', `/${other.id}`)).status).toBe(403)
    expect(await works(other.key)).toBe(true)
  })

  test('is answered only when every gateway has acknowledged, a repeat too', async () => {
    const admin = await a.key()
    const doomed = await a.key()
    const { told, acknowledge, leave } = await connectGateway(registry.deps)
    try {
      let answered = 0
      const count = ({ status }: Answer) => {
        expect(status).toBe(204)
        answered += 1
      }
      const first = ask(admin.key, 'DELETE', `/${doomed.id}`).then(count)
      await expect.poll(() => told.length).toBe(1)
      const repeat = ask(admin.key, 'DELETE', `/${doomed.id}`).then(count)
      await ask(admin.key, 'GET', '')
      expect(answered).toBe(0)
      await acknowledge(told[0]?.revision ?? 0)
      await Promise.all([first, repeat])
    } finally {
      await leave()
    }
  })
})
