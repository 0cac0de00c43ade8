// Usage over HTTP: every recorded call is counted once, in the right minute, hour and day, for who may see it.

import { randomUUID } from 'node:crypto'
import { type CallReport, usage } from '@gatehouse/registry-api'
import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordCalls } from '../internal/call-records.ts'
import { removeExpired } from '../retention/remove-expired.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { countCalls } from './count-calls.ts'

// Late on a Tuesday, in the middle of a step of every width.
const now = new Date('2026-06-02T20:32:30Z')
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

let registry: TestRegistry
let workspace: TestWorkspace
let other: TestWorkspace
beforeAll(async () => {
  registry = await startTestRegistry({ now: () => now })
})
afterAll(() => registry.stop())
beforeEach(async () => {
  workspace = await registry.workspace('A')
  other = await registry.workspace('B')
})

const [serverA = '', serverB = ''] = [randomUUID(), randomUUID()].sort()

const report = (agoMs: number, more: Partial<CallReport> = {}): CallReport => ({
  ...{ id: randomUUID(), workspace_id: workspace.id, started_at_ms: now.getTime() - agoMs, request_id: 'r' },
  ...{ caller_key_id: 'k-1', caller_name: 'ci', server_id: serverA, server_slug: 'alpha' },
  ...{ path: 'transparent', era: 'modern', method: 'tools/call', tool: 'echo', http_status: 200 },
  ...{ outcome: 'ok', error_code: null, duration_ms: 10, upstream_ms: 9 },
  ...{ request_bytes: 1, response_bytes: 1, attached_headers: [] },
  ...more,
})

async function read(query = '', key?: string) {
  const credential = key ?? (await workspace.key()).key
  const response = await fetch(`${registry.url}/v1/usage${query}`, { headers: { 'X-Api-Key': credential } })
  expect([response.status, response.ok]).toEqual([200, true])
  return usage.parse(await response.json())
}

const uncounted = () => registry.deps.db.asSystem((tx) => tx.callUncounted.count())

/** Until nothing is left: the registry counts by itself as well, and who comes second finds nothing to do. */
const countAll = () =>
  waitFor(() => countCalls(registry.deps).then(async () => (await uncounted()) === 0), {
    what: 'every call is counted',
  })

const ranges = ['1h', '6h', '24h', '7d', '30d', '90d']

test('a call is counted once, however often, in however many parts and in which order its batch comes', async () => {
  const calls = Array.from({ length: 300 }, (_, i) => report((i % 30) * 1_000))
  await recordCalls(registry.deps, calls.slice(0, 180))
  const parts = [calls, calls.toReversed(), calls.slice(120)]
  await Promise.all(parts.map((part) => recordCalls(registry.deps, part)))
  await recordCalls(registry.deps, calls)
  for (const range of ranges) {
    const { total, series } = await read(`?range=${range}`)
    expect([range, total.calls, series.map((one) => one.calls)]).toEqual([range, 300, [300]])
  }
})

test('counts are those of the records at any time: while many record and count, with late ones, and without those that are gone', async () => {
  const pick = <T>(from: readonly T[], i: number): T => from[i % from.length] as T // never empty
  const made = Array.from({ length: 1_500 }, (_, i) =>
    report(pick([minute, 2 * minute, 3 * hour, 3 * day, 40 * day], i), {
      ...{ server_id: pick([serverA, serverB, null], i >> 1), caller_key_id: pick(['k-1', 'k-2'], i >> 2) },
      ...{ tool: pick(['echo', 'add', null, ''], i >> 3), outcome: pick(['ok', 'tool_error'], i >> 4) },
      ...{ method: pick(['tools/call', 'GET'], i >> 5), duration_ms: i / 7 },
    }),
  )
  const key = (await workspace.key()).key
  const questions = ranges.flatMap((range) => [`?range=${range}&by=tool`, `?range=${range}&by=key`])
  const answers = () => Promise.all(questions.map((question) => read(question, key)))
  const seen: number[] = []
  const batches = Array.from({ length: 15 }, (_, i) => made.slice(i * 100, i * 100 + 100))
  await Promise.all([
    ...batches.map((batch) => recordCalls(registry.deps, batch)),
    ...Array.from({ length: 5 }, () => countCalls(registry.deps)),
    ...Array.from({ length: 5 }, async () => seen.push((await read('?range=90d', key)).total.calls)),
  ])
  expect(seen.filter((calls) => calls % 100 !== 0)).toEqual([]) // batches are there or not
  await recordCalls(registry.deps, [report(3 * day)])
  const before = await answers()
  expect(before.at(-1)?.total.calls).toBe(1_501)
  await countAll()
  expect(await cells('call_usage')).toEqual(await cells('call_record'))
  expect(await answers()).toEqual(before)
  await registry.deps.db.prisma
    .$executeRaw`DELETE FROM call_record WHERE started_at < ${new Date(now.getTime() - day)}`
  expect(await answers()).toEqual(before)
})

/** Every cell that the records come to, or what was counted, of the workspace. */
const cells = (from: 'call_usage' | 'call_record') =>
  registry.deps.db.inWorkspace(workspace.id, (tx) =>
    tx.$queryRawUnsafe(
      from === 'call_usage'
        ? `SELECT width_s, grain, at, server_id, tool, key_id, calls, errors,
             (SELECT json_object_agg(step, n ORDER BY step) FROM (SELECT l % 64 AS step, sum(l / 64) AS n FROM unnest(latencies) l GROUP BY 1) s)::text AS latencies
           FROM call_usage ORDER BY 1, 2, 3, 4, 5, 6`
        : `SELECT width_s, grain, at, server_id, tool, key_id, sum(n)::int8 AS calls, sum(errors)::int8 AS errors,
             json_object_agg(step, timed ORDER BY step) FILTER (WHERE timed > 0)::text AS latencies
           FROM (
             SELECT width_s, grain, to_timestamp(floor(extract(epoch FROM started_at) / width_s) * width_s) AS at,
               CASE WHEN grain LIKE '%server%' THEN coalesce(server_id::text, nil) ELSE nil END::uuid AS server_id,
               CASE WHEN grain LIKE '%tool%' THEN tool ELSE '' END AS tool, CASE WHEN grain LIKE '%key%' THEN caller_key_id ELSE '' END AS key_id,
               latency_step(duration_ms) AS step, count(*) AS n, count(*) FILTER (WHERE outcome = 'tool_error') AS errors,
               count(*) FILTER (WHERE method <> 'GET') AS timed
             FROM call_record, unnest(ARRAY[60, 3600, 86400]) width_s, (VALUES ('00000000-0000-0000-0000-000000000000')) none(nil),
               unnest(ARRAY['all', 'server', 'key', 'server-key', 'server-tool', 'server-tool-key']) grain
             WHERE grain NOT LIKE '%tool%' OR tool <> '' GROUP BY 1, 2, 3, 4, 5, 6, 7
           ) steps GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
    ),
  )

describe('over time', () => {
  beforeEach(() =>
    recordCalls(
      registry.deps,
      [0, 2 * minute, 58 * minute, 5 * hour, 23 * hour, 3 * day, 20 * day, 80 * day].map((ago) =>
        report(ago),
      ),
    ),
  )

  test.each([
    ['1h', 60, 3, '2026-06-02T20:33:00Z'],
    ['6h', 300, 4, '2026-06-02T20:35:00Z'],
    ['24h', 3_600, 5, '2026-06-02T21:00:00Z'],
    ['7d', 3_600, 6, '2026-06-02T21:00:00Z'],
    ['30d', 86_400, 7, '2026-06-03T00:00:00Z'],
    ['90d', 86_400, 8, '2026-06-03T00:00:00Z'],
  ])('%s is shown in steps of %i s', async (range, stepS, calls, end) => {
    const shown = await read(`?range=${range}`)
    expect([shown.step_s, shown.total.calls, new Date(shown.until)]).toEqual([stepS, calls, new Date(end)])
    for (const { points } of [shown.total, ...shown.series]) {
      expect(points.reduce((sum, point) => sum + point.calls, 0)).toBe(calls)
      for (const { at } of points) {
        expect((Date.parse(at) / 1_000) % stepS).toBe(0)
        expect(at >= shown.since && at < shown.until).toBe(true)
      }
    }
  })

  test('what is older than it is shown goes, the rest stays', async () => {
    const rows = async () => {
      const found = await registry.deps.db.inWorkspace(workspace.id, (tx) =>
        tx.callUsage.findMany({
          where: { grain: 'all' },
          orderBy: { at: 'desc' },
          select: { widthS: true, at: true },
        }),
      )
      return found.map(({ widthS, at }) => [widthS, Math.round((now.getTime() - at.getTime()) / day)])
    }
    const old = report(500 * day)
    await recordCalls(registry.deps, [old])
    await expect.poll(uncounted, { timeout: 10_000 }).toBe(0) // the registry counts by itself
    const before = await rows()
    await removeExpired(registry.deps)
    const kept = before.filter(
      ([widthS = 0, days = 0]) => days <= (widthS === 60 ? 1 : widthS === 3_600 ? 9 : 400),
    )
    expect(before.length).toBeGreaterThan(kept.length)
    expect(await rows()).toEqual(kept)
    expect((await read('?range=90d')).total.calls).toBe(8)
  })
})

describe('groups', () => {
  beforeEach(() =>
    recordCalls(registry.deps, [
      ...[1, 2, 3].map(() => report(minute)),
      report(minute, { outcome: 'tool_error', tool: 'add' }),
      report(minute, {
        outcome: 'refused',
        server_id: serverB,
        server_slug: 'beta',
        caller_key_id: 'k-2',
        caller_name: 'cron',
      }),
      report(minute, {
        outcome: 'cancelled',
        server_id: null,
        server_slug: null,
        tool: null,
        method: 'tools/list',
      }),
      report(minute, { workspace_id: other.id }),
    ]),
  )
  const brief = (shown: Awaited<ReturnType<typeof read>>) =>
    shown.series.map((one) => [one.server_slug ?? one.key_name, one.tool, one.calls, one.errors])

  test('by server, tool or key, those with the most calls first, named also where they are gone', async () => {
    const byServer = await read('?by=server')
    expect([byServer.total.calls, byServer.total.errors]).toEqual([6, 2])
    expect(brief(byServer)).toEqual([
      ['alpha', null, 4, 1],
      [null, null, 1, 0],
      ['beta', null, 1, 1],
    ])
    expect(brief(await read('?by=tool'))).toEqual([
      ['alpha', 'echo', 3, 0],
      ['alpha', 'add', 1, 1],
      ['beta', 'echo', 1, 1],
    ])
    expect(brief(await read('?by=key'))).toEqual([
      ['ci', null, 5, 1],
      ['cron', null, 1, 1],
    ])
    const first = await read('?by=server&limit=1')
    expect([brief(first), first.more]).toEqual([[['alpha', null, 4, 1]], 2])
  })

  test('filters hold all at once', async () => {
    expect((await read(`?server=${serverA}&tool=add`)).total.calls).toBe(1)
    expect((await read('?tool=echo&by=key')).series.map((one) => one.calls)).toEqual([3, 1])
    expect((await read(`?server=${serverA.toUpperCase()}&by=tool`)).total.calls).toBe(4)
    expect((await read(`?key=${randomUUID()}`)).total).toMatchObject({ calls: 0, points: [], p50_ms: null })
  })

  test('a member counts the calls of their own keys, a limited key those of its servers', async () => {
    const member = await workspace.key({ role: 'member' })
    await recordCalls(registry.deps, [report(minute, { caller_key_id: member.id, caller_name: 'mine' })])
    expect((await read('?by=key', member.key)).series.map((one) => one.key_id)).toEqual([member.id])
    const limited = await workspace.key({ servers: [serverB] })
    expect((await read('', limited.key)).series.map((one) => one.server_id)).toEqual([serverB])
  })
})

test('latencies are within a tenth, without those of streams', async () => {
  const lengths = Array.from({ length: 200 }, (_, i) => 0.3 * 1.056 ** i)
  await recordCalls(registry.deps, [
    ...lengths.map((ms) => report(minute, { duration_ms: ms })),
    ...[1, 2, 3].map(() => report(minute, { method: 'GET', tool: null, duration_ms: 3_600_000 })),
  ])
  const { total } = await read('?range=1h')
  expect(total.calls).toBe(203)
  for (const [shown, at] of [
    [total.p50_ms, 99],
    [total.p95_ms, 189],
    [total.p99_ms, 197],
  ] as const)
    expect(Math.abs((shown ?? 0) / (lengths[at] ?? 0) - 1)).toBeLessThan(0.1)
})

test('400 for what is no span, no grouping or no id', async () => {
  const { key } = await workspace.key()
  for (const query of ['?range=2h', '?by=caller', '?server=x', '?limit=51', '?what=1']) {
    const response = await fetch(`${registry.url}/v1/usage${query}`, { headers: { 'X-Api-Key': key } })
    expect([query, response.status]).toEqual([query, 400])
  }
})
