// Servers over HTTP, as the published contract has them; two workspaces in every test of reading and writing.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { expectDocumented } from '../testing/documented.ts'
import { connectGateway } from '../testing/gateway.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'

let registry: TestRegistry
let a: TestWorkspace
let b: TestWorkspace
let key: string
let foreignKey: string

beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  a = await registry.workspace('A')
  b = await registry.workspace('B')
  key = (await a.key()).key
  foreignKey = (await b.key()).key
})

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // Members are looked at by tests only.
  readonly body: Record<string, unknown> & {
    id: string
    slug: string
    code: string
    detail: string
    headers: unknown
  }
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  options: { key?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`${registry.url}/v1/deepagents/mcp-servers${path}`, {
    method,
    headers: {
      'x-api-key': options.key ?? key,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const answer = {
    status: response.status,
    headers: response.headers,
    text,
    body: text ? JSON.parse(text) : undefined,
  }
  expectDocumented(method, response.url, response, text)
  return answer
}

const minimal = { name: 'Weather', url: 'https://weather.example.com/mcp' }
const listed = async (as = key) =>
  JSON.parse((await ask('GET', '', undefined, { key: as })).text) as { id: string }[]

describe('POST 201', () => {
  test('answers every field of the contract, unset ones as it says, and belongs to one workspace', async () => {
    const { status, body } = await ask('POST', '', minimal)
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(String),
      tenant_id: a.id,
      name: 'Weather',
      url: minimal.url,
      headers: [],
      auth_type: '',
      oauth_provider_id: null,
      oauth_mode: '',
      created_at: expect.stringMatching(/\.\d{6}\+00:00$/),
      updated_at: body.created_at,
      mcp_vendor_id: null,
      vendor_id: null,
      external_system_id: null,
      slug: 'weather',
      gateway_url: 'http://gateway.test/mcp/weather',
      enabled: true,
    })
    expect(await listed()).toHaveLength(1)
    expect(await listed(foreignKey)).toEqual([])
  })

  test('header values are write-only: masked in answers, sealed in the database, absent from the audit trail and the log', async () => {
    const secret = `canary-${randomUUID()}`
    const { body } = await ask('POST', '', { ...minimal, headers: [{ key: 'Authorization', value: secret }] })
    expect(body.headers).toEqual([{ key: 'Authorization', value: '***' }])
    const read = await ask('GET', `/${body.id}`)
    expect(read.body.headers).toEqual([{ key: 'Authorization', value: '***' }])
    const everything = await registry.deps.db.inWorkspace(a.id, async (tx) =>
      JSON.stringify([await tx.serverHeader.findMany(), await tx.auditEvent.findMany()], (_, value) =>
        typeof value === 'bigint'
          ? String(value)
          : value instanceof Uint8Array
            ? Buffer.from(value).toString('latin1')
            : value,
      ),
    )
    expect(everything).not.toContain(secret)
    expect(registry.logged()).not.toContain(secret)
  })

  test('null and "" mean unset', async () => {
    const unset = {
      headers: null,
      auth_type: '',
      oauth_mode: null,
      oauth_provider_id: '',
      vendor_id: null,
      external_system_id: '',
    }
    const { status, body } = await ask('POST', '', { ...minimal, ...unset })
    expect(status).toBe(201)
    expect(body).toMatchObject({ auth_type: '', oauth_mode: '', oauth_provider_id: null, vendor_id: null })
  })

  test('names and URLs may repeat: the slug gets a number, the answer a notice', async () => {
    const first = await ask('POST', '', minimal)
    const second = await ask('POST', '', minimal)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(first.headers.get('gatehouse-notice')).toBeNull()
    expect(second.headers.get('gatehouse-notice')).toBe('duplicate_url')
    expect(second.body.slug).toBe('weather-2')
  })

  test('the same Idempotency-Key makes one server; another body is a conflict', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const first = await ask('POST', '', minimal, { headers })
    const again = await ask('POST', '', minimal, { headers })
    expect(again.body.id).toBe(first.body.id)
    expect(await listed()).toHaveLength(1)
    expect((await ask('POST', '', { ...minimal, name: 'Other' }, { headers })).body.code).toBe(
      'idempotency_conflict',
    )
  })
})

describe('POST 400', () => {
  test.each([
    [{ url: minimal.url }, 'missing_required_field', "Set 'name' to a non-empty string: 'name' is required"],
    [
      { ...minimal, name: '' },
      'missing_required_field',
      "Set 'name' to a non-empty string: 'name' is required",
    ],
    [{ name: 'x' }, 'missing_required_field', "Set 'url' to a non-empty string: 'url' is required"],
    [{ ...minimal, name: 7 }, 'invalid_request_body', ''],
    [{ ...minimal, colour: 'red' }, 'invalid_request_body', ''],
    [{ ...minimal, slug: 'Not_A_Slug' }, 'invalid_request_body', ''],
    ['{"name":', 'invalid_request_body', ''],
  ])('%j is %s', async (body, code, detail) => {
    const answer = await ask('POST', '', body)
    expect(answer.status).toBe(400)
    expect(answer.body.code).toBe(code)
    expect(answer.body.detail).toContain(detail)
    expect(answer.body.type).toBe(`http://registry.test/errors/${code}`)
    expect(await listed()).toEqual([])
  })
})

describe('POST 409, 415, 422', () => {
  test('a slug is never given out twice, also not after its server was deleted', async () => {
    const made = await ask('POST', '', { ...minimal, slug: 'mine' })
    expect((await ask('POST', '', { ...minimal, slug: 'mine' })).body.code).toBe('slug_taken')
    expect((await ask('DELETE', `/${made.body.id}`)).status).toBe(204)
    expect((await ask('POST', '', { ...minimal, slug: 'mine' })).status).toBe(409)
    expect((await ask('POST', '', { ...minimal, slug: 'mine' }, { key: foreignKey })).status).toBe(201)
  })

  test('a body of another media type is 415', async () => {
    const answer = await ask('POST', '', JSON.stringify(minimal), {
      headers: { 'content-type': 'text/plain' },
    })
    expect(answer.status).toBe(415)
  })

  test.each([
    [{ url: 'ftp://x.example.com' }, 'url_not_allowed'],
    [{ url: 'http://x.example.com/mcp' }, 'url_not_allowed'],
    [{ url: 'https://user:secret@x.example.com/mcp' }, 'url_not_allowed'],
    [{ url: 'https://x.example.com/mcp#part' }, 'url_not_allowed'],
    [{ url: 'https://10.0.0.1/mcp' }, 'url_not_allowed'],
    [{ url: 'http://gateway.test/mcp/x' }, 'url_not_allowed'],
    [{ url: 'nonsense' }, 'url_not_allowed'],
    [{ auth_type: 'oauth', headers: [{ key: 'X-A', value: 'b' }] }, 'conflicting_auth'],
    [{ oauth_mode: 'per_user_dynamic_client', headers: [{ key: 'X-A', value: 'b' }] }, 'conflicting_auth'],
    [{ oauth_mode: 'per_user_dynamic_client', auth_type: 'headers' }, 'conflicting_auth'],
    [{ headers: [{ key: 'X-A', value: '***' }] }, 'masked_header_value'],
    [{ headers: [{ key: 'Host', value: 'b' }] }, 'invalid_header'],
    [{ headers: [{ key: 'mcp-session-id', value: 'b' }] }, 'invalid_header'],
    [{ headers: [{ key: 'X-A', value: 'b\r\nX-B: c' }] }, 'invalid_header'],
    [
      {
        headers: [
          { key: 'X-A', value: 'b' },
          { key: 'x-a', value: 'c' },
        ],
      },
      'invalid_header',
    ],
    [{ headers: [{ key: 'bad name', value: 'b' }] }, 'invalid_header'],
  ])('%j is %s', async (part, code) => {
    const answer = await ask('POST', '', { ...minimal, ...part })
    expect([answer.status, answer.body.code]).toEqual([422, code])
    expect(await listed()).toEqual([])
  })
})

describe('401 and 403', () => {
  test('are flat, and without the permission nothing happens', async () => {
    const path = `${registry.url}/v1/deepagents/mcp-servers`
    const none = await fetch(path)
    expect([none.status, await none.text()]).toEqual([401, '{"error":"Unauthorized"}'])
    const bad = await fetch(path, { headers: { 'x-api-key': 'gth_dev_x' } })
    expect([bad.status, await bad.text()]).toEqual([403, '{"error":"Forbidden"}'])
    const { body } = await ask('POST', '', minimal)
    const reader = (await a.key({ permissions: ['mcp-servers:read'] })).key
    for (const [method, to, payload] of [
      ['POST', '', minimal],
      ['PATCH', `/${body.id}`, {}],
      ['DELETE', `/${body.id}`, undefined],
    ] as const) {
      const answer = await ask(method, to, payload, { key: reader })
      expect(answer.status).toBe(403)
      expect(answer.body).toMatchObject({ error: 'Forbidden', detail: expect.any(String) })
    }
    expect(await listed()).toHaveLength(1)
  })

  test('who may not invoke sees no headers and can_invoke false', async () => {
    const { body } = await ask('POST', '', { ...minimal, headers: [{ key: 'X-A', value: 'b' }] })
    const reader = (await a.key({ permissions: ['mcp-servers:read'] })).key
    const read = await ask('GET', `/${body.id}`, undefined, { key: reader })
    expect(read.body).not.toHaveProperty('headers')
    expect(read.body.can_invoke).toBe(false)
    expect((await ask('GET', `/${body.id}`)).body).not.toHaveProperty('can_invoke')
  })
})

describe('another workspace', () => {
  test('its ids answer exactly like unknown ones, and nothing of it changes', async () => {
    const { body } = await ask('POST', '', minimal)
    const other = { key: foreignKey }
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const payload = method === 'PATCH' ? { url: 'https://evil.example.com/' } : undefined
      const foreign = await ask(method, `/${body.id}`, payload, other)
      const unknown = await ask(method, `/${randomUUID()}`, payload, other)
      expect([foreign.status, foreign.text]).toEqual([unknown.status, unknown.text])
    }
    expect((await ask('GET', `/${body.id}`)).body).toEqual(body)
  })

  test('a key of some servers reaches only those', async () => {
    const mine = await ask('POST', '', minimal)
    const other = await ask('POST', '', minimal)
    const limited = (await a.key({ servers: [mine.body.id] })).key
    expect((await listed(limited)).map((server) => server.id)).toEqual([mine.body.id])
    expect((await ask('GET', `/${other.body.id}`, undefined, { key: limited })).status).toBe(404)
    expect((await ask('DELETE', `/${other.body.id}`, undefined, { key: limited })).status).toBe(204)
    expect((await ask('GET', `/${other.body.id}`)).status).toBe(200)
  })
})

describe('PATCH', () => {
  test('absent members stay, null and "" clear', async () => {
    const { body } = await ask('POST', '', {
      ...minimal,
      headers: [{ key: 'X-A', value: 'b' }],
      auth_type: 'headers',
    })
    const same = await ask('PATCH', `/${body.id}`, {})
    expect(same.body).toEqual({ ...body, updated_at: same.body.updated_at })
    const cleared = await ask('PATCH', `/${body.id}`, { headers: null, auth_type: '' })
    expect(cleared.body).toMatchObject({ headers: [], auth_type: '' })
  })

  test('a mode of OAuth makes it a server that wants accounts, until something else is said', async () => {
    const oauth_mode = 'per_user_dynamic_client'
    const wanting = { auth_type: 'oauth', oauth_mode, can_invoke: false }
    const { body } = await ask('POST', '', { ...minimal, oauth_mode })
    expect(body).toMatchObject(wanting)
    const plain = await ask('PATCH', `/${body.id}`, { auth_type: '' })
    expect(plain.body).toMatchObject({ auth_type: '', oauth_mode: '' })
    expect(plain.body).not.toHaveProperty('can_invoke')
    const headers = [{ key: 'X-A', value: 'b' }]
    expect((await ask('PATCH', `/${body.id}`, { headers })).status).toBe(200)
    expect((await ask('PATCH', `/${body.id}`, { oauth_mode })).body.code).toBe('conflicting_auth')
    expect((await ask('PATCH', `/${body.id}`, { oauth_mode, headers: [] })).body).toMatchObject(wanting)
    expect((await ask('PATCH', `/${body.id}`, { url: minimal.url })).body).toMatchObject(wanting)
    const none = await ask('PATCH', `/${body.id}`, { oauth_mode: null })
    expect(none.body).toMatchObject({ auth_type: 'oauth', oauth_mode: '' })
  })

  test('another origin drops the stored headers unless they are sent again; a path of the same origin keeps them', async () => {
    const headers = [{ key: 'X-A', value: 'b' }]
    const { body } = await ask('POST', '', { ...minimal, headers })
    const path = await ask('PATCH', `/${body.id}`, { url: 'https://weather.example.com/v2/mcp' })
    expect(path.body.headers).toHaveLength(1)
    const moved = await ask('PATCH', `/${body.id}`, { url: 'https://other.example.com/mcp' })
    expect([moved.body.headers, moved.headers.get('gatehouse-notice')]).toEqual([[], 'headers_dropped'])
    const kept = await ask('PATCH', `/${body.id}`, { url: 'https://third.example.com/mcp', headers })
    expect([kept.body.headers, kept.headers.get('gatehouse-notice')]).toEqual([
      [{ key: 'X-A', value: '***' }],
      null,
    ])
  })

  test('what is set once is 422, an unknown id 404, a malformed one 400', async () => {
    const { body } = await ask('POST', '', minimal)
    for (const field of ['name', 'vendor_id', 'external_system_id']) {
      expect((await ask('PATCH', `/${body.id}`, { [field]: 'x' })).body.code).toBe('immutable_field')
    }
    expect(
      (await ask('PATCH', `/${body.id}`, { auth_type: 'oauth', headers: [{ key: 'X-A', value: 'b' }] }))
        .status,
    ).toBe(422)
    expect((await ask('PATCH', `/${randomUUID()}`, {})).body.code).toBe('mcp_server_not_found')
    expect((await ask('PATCH', '/nonsense', {})).status).toBe(400)
  })
})

describe('DELETE', () => {
  test('is 204, again and for an id that never was; a malformed id is 400', async () => {
    const { body } = await ask('POST', '', minimal)
    for (let i = 0; i < 2; i += 1) {
      const answer = await ask('DELETE', `/${body.id}`)
      expect([answer.status, answer.text]).toEqual([204, ''])
    }
    expect((await ask('DELETE', `/${randomUUID()}`)).status).toBe(204)
    expect((await ask('DELETE', '/nonsense')).status).toBe(400)
    expect((await ask('GET', `/${body.id}`)).body.code).toBe('mcp_server_not_found')
    const left = await registry.deps.db.inWorkspace(a.id, (tx) => tx.serverHeader.count())
    expect(left).toBe(0)
  })

  test('is answered only when every gateway has acknowledged, a repeat too', async () => {
    const { body } = await ask('POST', '', minimal)
    const before = await registry.deps.db.asSystem((tx) => registry.deps.changes.current(tx))
    const gateway = await connectGateway(registry.deps)
    const told = () => gateway.told.filter(({ revision }) => revision > before)
    try {
      let answered = 0
      const count = ({ status }: Answer) => {
        expect(status).toBe(204)
        answered += 1
      }
      const first = ask('DELETE', `/${body.id}`).then(count)
      await expect.poll(() => told().length).toBe(1)
      const repeat = ask('DELETE', `/${body.id}`).then(count)
      expect((await ask('GET', `/${body.id}`)).status).toBe(404)
      expect(answered).toBe(0)
      await gateway.acknowledge(told()[0]?.revision ?? 0)
      await Promise.all([first, repeat])
    } finally {
      await gateway.leave()
    }
  })

  test('with JSON as content type and no body is fine', async () => {
    const headers = { 'content-type': 'application/json' }
    expect((await ask('DELETE', `/${randomUUID()}`, undefined, { headers })).status).toBe(204)
    expect((await ask('GET', '', undefined, { headers })).status).toBe(200)
  })
})

test('every change is in the audit trail, once, in order, and the chain verifies', async () => {
  const { body } = await ask('POST', '', minimal)
  await ask('PATCH', `/${body.id}`, { url: 'https://weather.example.com/v2' })
  await ask('DELETE', `/${body.id}`)
  await ask('DELETE', `/${body.id}`)
  const events = await registry.deps.db.inWorkspace(a.id, (tx) =>
    tx.auditEvent.findMany({ orderBy: { seq: 'asc' } }),
  )
  expect(events.map((event) => event.action)).toEqual([
    'mcp-server.created',
    'mcp-server.updated',
    'mcp-server.deleted',
  ])
  expect(events.every((event) => event.objectId === body.id)).toBe(true)
  expect(await verifyChain(registry.deps.db, a.id)).toMatchObject({ ok: true })
})
