// Servers at the edges of what may be sent: bytes that a database refuses, lengths, keys of some servers, gateways that
// have not heard yet. Every answer is held to the documentation.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import { connectGateway } from '../testing/gateway.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'

const base = '/v1/deepagents/mcp-servers'
const minimal = { name: 'Weather', url: 'https://weather.example.com/mcp' }

let registry: TestRegistry
let a: TestWorkspace
let ask: ReturnType<typeof client>

beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  a = await registry.workspace('A')
  ask = client(registry.url, (await a.key()).key)
})

const as = async (options: Parameters<TestWorkspace['key']>[0]) =>
  client(registry.url, (await a.key(options)).key)

describe('POST', () => {
  test.each([
    ['a name with a zero byte', { name: 'a\u0000b' }, 400],
    ['a name with half a character', { name: 'a\ud800b' }, 400],
    ['a name of 257 characters', { name: 'x'.repeat(257) }, 400],
    ['a vendor with a zero byte', { vendor_id: '\u0000' }, 400],
    ['an external id with half a character', { external_system_id: '\udc00' }, 400],
    ['a URL with a zero byte', { url: 'https://weather.example.com/\u0000' }, 400],
    ['a URL of 5,000 characters', { url: `https://weather.example.com/${randomUUID().repeat(140)}` }, 422],
    ['a header name with a zero byte', { headers: [{ key: 'X-\u0000', value: 'a' }] }, 400],
    ['a header without a value', { headers: [{ key: 'X-A', value: '' }] }, 422],
    ['51 headers', { headers: Array.from({ length: 51 }, (_, i) => ({ key: `X-${i}`, value: 'a' })) }, 422],
    ['33 KiB of headers', { headers: [{ key: 'X-A', value: 'a'.repeat(33 * 1024) }] }, 422],
  ])('%s is refused, and nothing is stored', async (_what, part, status) => {
    expect((await ask('POST', base, { body: { ...minimal, ...part } })).status).toBe(status)
    expect((await ask('GET', base)).text).toBe('[]')
  })

  test.each([
    'Accept',
    'accept-encoding',
    'Connection',
    'Content-Type',
    'Expect',
    'Forwarded',
    'Host',
    'Keep-Alive',
    'Last-Event-ID',
    'MCP-Protocol-Version',
    'Mcp-Session-Id',
    'Origin',
    'Proxy-Authorization',
    'Sec-Fetch-Mode',
    'TE',
    'traceparent',
    'tracestate',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Via',
    'X-Forwarded-For',
  ])('the header %s can not be stored', async (key) => {
    const { status, body } = await ask('POST', base, { body: { ...minimal, headers: [{ key, value: 'a' }] } })
    expect([status, body.code]).toEqual([422, 'invalid_header'])
  })

  test('50 headers, a name of 256 characters and every printable character of a value are fine', async () => {
    const printable = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 33 + i))
    const headers = Array.from({ length: 50 }, (_, i) => ({ key: `X-${i}`, value: printable }))
    const name = '\u{1f600}'.repeat(128)
    const { status, body } = await ask('POST', base, { body: { name, url: minimal.url, headers } })
    expect([status, body.name, body.slug]).toEqual([201, name, 'server'])
    expect(body.headers).toHaveLength(50)
  })

  test('servers that are made at once get different slugs', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => ask('POST', base, { body: minimal })))
    expect(made.map(({ status }) => status)).toEqual(Array(8).fill(201))
    expect(new Set(made.map(({ body }) => body.slug)).size).toBe(8)
  })

  test('a name that was given many thousand times is given once more', async () => {
    const workspaceId = a.id
    const slugs = ['many', ...Array.from({ length: 20_000 }, (_, at) => `many-${at + 2}`)]
    await registry.deps.db.inWorkspace(workspaceId, (tx) =>
      tx.serverSlug.createMany({ data: slugs.map((slug) => ({ workspaceId, slug })) }),
    )
    const { status, body } = await ask('POST', base, { body: { ...minimal, name: 'Many' } })
    expect([status, body.slug]).toEqual([201, 'many-20002'])
  })

  test('requests at once with one Idempotency-Key make one server', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const made = await Promise.all(
      Array.from({ length: 5 }, () => ask('POST', base, { body: minimal, headers })),
    )
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
    expect(JSON.parse((await ask('GET', base)).text)).toHaveLength(1)
  })
})

describe('a key of some servers', () => {
  test('is not told that others have the same URL', async () => {
    await ask('POST', base, { body: minimal })
    const limited = await as({ servers: [randomUUID()] })
    const { status, headers } = await limited('POST', base, { body: minimal })
    expect([status, headers.get('gatehouse-notice')]).toEqual([201, null])
  })

  test('changes only those: another one is as if it were not there', async () => {
    const { body } = await ask('POST', base, { body: minimal })
    const limited = await as({ servers: [randomUUID()] })
    const change = { body: { url: 'https://evil.example.com/' } }
    expect((await limited('PATCH', `${base}/${body.id}`, change)).body.code).toBe('mcp_server_not_found')
    expect((await ask('GET', `${base}/${body.id}`)).body).toEqual(body)
  })
})

test('an id means the same in capitals', async () => {
  const { body } = await ask('POST', base, { body: minimal })
  expect((await ask('GET', `${base}/${String(body.id).toUpperCase()}`)).body).toEqual(body)
})

test('updates at once leave the headers of one of them, whole', async () => {
  const { body } = await ask('POST', base, { body: minimal })
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, i) => {
      const headers = ['X-One', 'X-Two', 'X-Three'].map((key) => ({ key: `${key}-${i}`, value: `v${i}` }))
      return ask('PATCH', `${base}/${body.id}`, { body: { headers } })
    }),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200))
  const { headers } = (await ask('GET', `${base}/${body.id}`)).body as { headers: { key: string }[] }
  expect(headers.map(({ key }) => key.replace(/.*-/, ''))).toEqual(Array(3).fill(headers[0]?.key.at(-1)))
})

describe('new headers', () => {
  const generationOf = (id: unknown) =>
    registry.deps.db.inWorkspace(a.id, async (tx) => {
      const where = { workspaceId_id: { workspaceId: a.id, id: String(id) } }
      return (await tx.mcpServer.findUniqueOrThrow({ where })).credentialGeneration
    })

  test('are a new generation of the credential; what leaves them alone is none', async () => {
    const { id } = (await ask('POST', base, { body: minimal })).body
    const first = await generationOf(id)
    await ask('PATCH', `${base}/${id}`, { body: { url: `${minimal.url}/2` } })
    expect(await generationOf(id)).toBe(first)
    await ask('PATCH', `${base}/${id}`, { body: { headers: [{ key: 'X-A', value: 'a' }] } })
    const second = await generationOf(id)
    await ask('PATCH', `${base}/${id}`, { body: { headers: [] } })
    expect(new Set([first, second, await generationOf(id)]).size).toBe(3)
  })
})

describe('while a gateway has not confirmed', () => {
  test.each(['a deleted server', 'the same one again', 'an id that never was'])(
    'DELETE of %s waits, and answers 204 once it has',
    async (which) => {
      const { told, acknowledge, leave } = await connectGateway(registry.deps)
      try {
        const { id } = (await ask('POST', base, { body: minimal })).body
        await expect.poll(() => told.length).toBe(1)
        let answered = 0
        const remove = async (target: unknown) => {
          const { status } = await ask('DELETE', `${base}/${target}`)
          answered += 1
          return status
        }
        const first = remove(id)
        await expect.poll(() => told.length).toBe(2)
        const second =
          which === 'a deleted server' ? first : remove(which === 'the same one again' ? id : randomUUID())
        // Another request from start to end: what would answer early has had its time.
        expect((await ask('GET', base)).text).toBe('[]')
        expect(answered).toBe(0)
        await acknowledge(told[1]?.revision ?? 0)
        expect(await Promise.all([first, second])).toEqual([204, 204])
      } finally {
        await leave()
      }
    },
  )
})
