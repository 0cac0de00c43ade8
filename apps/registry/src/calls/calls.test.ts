// Call records over HTTP: whose calls somebody sees, in pages, by filters and live.

import { randomBytes, randomUUID } from 'node:crypto'
import { type CallReport, call, type Permission } from '@gatehouse/registry-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordCalls } from '../internal/call-records.ts'
import { type TestDatabase, testDatabase } from '../testing/database.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { openStream, type TestStream } from '../testing/stream.ts'
import { makePartitions } from './partitions.ts'

const env = { MASTER_KEY: randomBytes(32).toString('base64') }
let database: TestDatabase
let registry: TestRegistry
let a: TestWorkspace
let b: TestWorkspace
beforeAll(async () => {
  database = await testDatabase()
  registry = await startTestRegistry({ database, env })
})
afterAll(() => registry.stop())
beforeEach(async () => {
  a = await registry.workspace('A')
  b = await registry.workspace('B')
})

const record = (workspaceId: string, ...records: Partial<CallReport>[]) =>
  recordAt(registry, workspaceId, ...records)

async function recordAt(
  at: TestRegistry,
  workspaceId: string,
  ...records: Partial<CallReport>[]
): Promise<string[]> {
  const reports = records.map(
    (more): CallReport => ({
      id: randomUUID(),
      workspace_id: workspaceId,
      started_at_ms: Date.now(),
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
    }),
  )
  await recordCalls(at.deps, reports)
  return reports.map((report) => report.id)
}

async function get(key: string, path: string) {
  const response = await fetch(`${registry.url}/v1/calls${path}`, { headers: { 'X-Api-Key': key } })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function ids(key: string, query = ''): Promise<string[]> {
  const { status, body } = await get(key, query)
  expect(status).toBe(200)
  return (body.data as unknown[]).map((row) => call.parse(row).id)
}

const streams: TestStream[] = []
const watch = async (key: string, query = '') => {
  const stream = await openStream(`${registry.url}/v1/calls/stream${query}`, { 'X-Api-Key': key })
  streams.push(stream)
  return stream
}
afterEach(() => Promise.all(streams.splice(0).map((stream) => stream.close())))

describe('whose calls', () => {
  test('with calls:all every one of the workspace, none of another', async () => {
    const [mine] = await record(a.id, {})
    const [theirs] = await record(b.id, {})
    const { key } = await a.key()
    expect(await ids(key)).toEqual([mine])
    expect((await get(key, `/${mine}`)).body).toMatchObject({ id: mine, tool: 'echo', outcome: 'ok' })
    for (const id of [theirs, randomUUID()]) {
      const { status, body } = await get(key, `/${id}`)
      expect([status, body.code]).toEqual([404, 'call_not_found'])
    }
  })

  test("with calls:own those of the person's keys only", async () => {
    const member = await a.key({ role: 'member' })
    const other = await a.key({ role: 'member' })
    const [mine, theirs] = await record(a.id, { caller_key_id: member.id }, { caller_key_id: other.id })
    await record(b.id, { caller_key_id: member.id })
    expect(await ids(member.key)).toEqual([mine])
    expect((await get(member.key, `/${theirs}`)).status).toBe(404)
  })

  test('a key that is limited to some servers sees their calls only', async () => {
    const [reached, other] = [randomUUID(), randomUUID()]
    const limited = await a.key({ servers: [reached] })
    const [seen] = await record(a.id, { server_id: reached }, { server_id: other }, {})
    expect(await ids(limited.key)).toEqual([seen])
  })

  test('403 without the permission, on every address', async () => {
    const { key } = await a.key({ permissions: ['mcp-servers:read'] satisfies Permission[] })
    for (const path of ['', `/${randomUUID()}`, '/stream']) {
      const { status, body } = await get(key, path)
      expect([status, body]).toEqual([
        403,
        { error: 'Forbidden', detail: 'the permission calls:own is missing' },
      ])
    }
  })
})

describe('the list', () => {
  test('is paged, newest first, each call once, also where many started in the same millisecond', async () => {
    const ms = Date.now()
    const records = Array.from({ length: 7 }, (_, i) => ({ started_at_ms: ms + (i < 5 ? 0 : i) }))
    const made = await record(a.id, ...records)
    await record(b.id, ...records)
    const { key } = await a.key()
    const seen: string[] = []
    let cursor: unknown = ''
    while (cursor !== null) {
      const { body } = await get(key, `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...(body.data as { id: string }[]).map((row) => row.id))
      cursor = body.next_cursor
    }
    expect(seen.slice(0, 2)).toEqual([made[6], made[5]])
    expect(seen.toSorted()).toEqual(made.toSorted())
  })

  test('filters hold all at once', async () => {
    const server = randomUUID()
    const { id: keyId, key } = await a.key()
    const t = Date.now()
    const [hit] = await record(
      a.id,
      { server_id: server, caller_key_id: keyId, tool: 'add', outcome: 'tool_error', started_at_ms: t },
      { server_id: server, caller_key_id: keyId, tool: 'add', outcome: 'ok', started_at_ms: t },
      { server_id: server, tool: 'add', outcome: 'tool_error', started_at_ms: t },
      { method: 'tools/list', tool: null, started_at_ms: t - 5_000 },
    )
    const all = `?server=${server}&key=${keyId}&tool=add&outcome=tool_error&method=tools/call`
    expect(await ids(key, all)).toEqual([hit])
    expect(await ids(key, '?method=tools/list')).toHaveLength(1)
    const at = encodeURIComponent(new Date(t).toISOString())
    expect(await ids(key, `?since=${at}`)).toHaveLength(3)
    expect(await ids(key, `?until=${at}`)).toHaveLength(1)
  })

  test('every column has a filter, in the list and in the stream', async () => {
    const { key } = await a.key()
    const common = { duration_ms: 5, upstream_ms: null, request_bytes: 100, response_bytes: 100 }
    const measures = { duration_ms: 900, upstream_ms: 850, request_bytes: 5_000, response_bytes: 70_000 }
    const mark = { http_status: 502, error_code: 'upstream_unreachable', request_id: 'r-special' }
    const filters = [
      'http_status=502',
      'error_code=upstream_unreachable',
      'request_id=r-special',
      'duration_ms_min=900',
      'upstream_ms_min=1&upstream_ms_max=850',
      'request_bytes_min=101',
      'response_bytes_min=70000&response_bytes_max=70000',
    ]
    const streams = await Promise.all(filters.map((filter) => watch(key, `?${filter}`)))
    const [common1, hit] = await record(a.id, common, { ...measures, ...mark })
    for (const filter of filters) expect([filter, await ids(key, `?${filter}`)]).toEqual([filter, [hit]])
    for (const stream of streams) expect(JSON.parse((await stream.next()).data).id).toBe(hit)
    expect(await ids(key, '?duration_ms_max=899')).toEqual([common1])
    expect(await ids(key, '?duration_ms_max=899&http_status=502')).toEqual([])
  })

  test('400 for what is no filter, no cursor or no id', async () => {
    const { key } = await a.key()
    const wrong = [
      '?what=1',
      '?server=x',
      '?outcome=great',
      '?http_status=20',
      '?duration_ms_min=fast',
      '?request_bytes_max=1.5',
      '?limit=1000',
      '?cursor=abc',
      '?since=today',
      '/x',
    ]
    for (const path of wrong) {
      const { status, body } = await get(key, path)
      expect([path, status, body.code]).toEqual([path, 400, 'invalid_parameter'])
    }
  })
})

describe('the stream', () => {
  test('shows calls as they are recorded, of its own workspace only', async () => {
    const stream = await watch((await a.key()).key)
    await record(b.id, {})
    const [mine] = await record(a.id, {})
    const { event, data } = await stream.next()
    expect([event, call.parse(JSON.parse(data)).id]).toEqual(['call', mine])
  })

  test('shows a member their own calls, and what passes the filter', async () => {
    const member = await a.key({ role: 'member' })
    const stream = await watch(member.key, '?tool=add')
    const [, , hit] = await record(
      a.id,
      { tool: 'add' },
      { caller_key_id: member.id },
      { caller_key_id: member.id, tool: 'add' },
    )
    expect(JSON.parse((await stream.next()).data).id).toBe(hit)
  })

  test.runIf(process.env.GATEHOUSE_TEST_DATABASE === 'postgresql')(
    'shows what another process of the registry records, each call once, and ends where it may have missed some',
    async () => {
      const shared = { ...database, close: async () => undefined }
      const replica = await startTestRegistry({ database: shared, env })
      const stream = await watch((await a.key()).key)
      const reports = Array.from({ length: 400 }, (_, i) => ({ tool: `t${i}` }))
      const [foreign] = await recordAt(replica, b.id, {})
      const far = await recordAt(replica, a.id, ...reports)
      const [near] = await record(a.id, {})
      const seen: string[] = []
      while (seen.length < 401) seen.push(JSON.parse((await stream.next()).data).id)
      expect(seen.toSorted()).toEqual([...far, near].toSorted())
      expect(seen).not.toContain(foreign)
      registry.deps.calls.notice() // as after a connection that was lost
      await stream.ended()
      await replica.stop()
    },
  )

  test('ends when its key is revoked', async () => {
    const [watcher, admin] = [await a.key(), await a.key()]
    const stream = await watch(watcher.key)
    await fetch(`${registry.url}/v1/api-keys/${watcher.id}`, {
      method: 'DELETE',
      headers: { 'X-Api-Key': admin.key },
    })
    await stream.ended()
  })
})

describe('partitions', () => {
  test('of today and the next two days exist after the start, and hold the calls', async () => {
    expect(await makePartitions(registry.deps)).toEqual([])
    const [id] = await record(a.id, {})
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    const rows = await registry.deps.db.prisma.$queryRaw<{ place: string }[]>`
      SELECT tableoid::regclass::text AS place FROM call_record WHERE id = ${id}::uuid`
    expect(rows).toEqual([{ place: `call_record_${day}` }])
  })

  test('a day whose calls came before its partition stays where they are', async () => {
    const ahead = new Date(Date.now() + 30 * 86_400_000)
    const [early] = await record(a.id, { started_at_ms: ahead.getTime() })
    const made = await makePartitions({ db: registry.deps.db, now: () => ahead })
    expect(made).toHaveLength(2)
    const { key } = await a.key()
    expect(await ids(key)).toEqual([early])
  })
})
