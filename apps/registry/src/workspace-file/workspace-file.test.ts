// A workspace goes out as a file and comes in again: the same bytes, no secret, everything or nothing.

import type { ImportResult, WorkspaceFile } from '@gatehouse/registry-api'
import { digestKey } from '@gatehouse/registry-api/key-format'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { resolve } from '../internal/resolve.ts'
import { type Answer, client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'

let registry: TestRegistry
let a: TestWorkspace
let b: TestWorkspace
let ask: ReturnType<typeof client>
let askB: ReturnType<typeof client>
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  a = await registry.workspace('A')
  b = await registry.workspace('B')
  ask = client(registry.url, (await a.key()).key)
  askB = client(registry.url, (await b.key()).key)
})

const exported = async (from = ask) => (await from('GET', '/v1/export')).text
const send = (to: typeof ask, body: unknown, query = '') => to('POST', `/v1/import${query}`, { body })
const resultOf = ({ status, text }: Answer) => {
  expect([status, text]).toEqual([200, text])
  return JSON.parse(text) as ImportResult // the client has held it to its schema
}
const actionsOf = (answer: Answer) =>
  Object.fromEntries(resultOf(answer).servers.map(({ slug, action }) => [slug, action]))
const events = async ({ id }: TestWorkspace) => {
  const verdict = await verifyChain(registry.deps.db, id)
  return verdict.ok ? verdict.events : expect.fail('the chain is broken')
}
const one = { name: 'One', slug: 'one', url: 'https://one.test/mcp' }
const create = (to: typeof ask, body: object) => to('POST', '/v1/deepagents/mcp-servers', { body })
const plain: WorkspaceFile['servers'][number] = {
  ...{ slug: 'plain', name: 'Plain', url: 'https://plain.test/mcp', headers: [], enabled: true },
  ...{ auth_type: '', oauth_mode: '', oauth_client: null, era: 'auto', disabled_tools: [] },
  ...{ vendor_id: null, external_system_id: null, call_timeout_s: null, max_concurrent: null },
}
const fileOf = (...servers: unknown[]) => ({ format: 'gatehouse-workspace', version: 1, servers })

describe('an export', () => {
  test('has the same bytes for the same state, whatever the order in which it came about', async () => {
    const two = { name: 'Two', slug: 'two', url: 'https://two.test/mcp' }
    for (const body of [one, two]) await create(ask, body)
    for (const body of [two, one]) await create(askB, body)
    expect(await exported()).toBe(await exported(askB))
    expect(await exported()).toBe(await exported())
  })

  test('has no secret and no id, and names the headers that are stored', async () => {
    const headers = [{ key: 'X-Key', value: 'canary-of-a-secret' }]
    const { body } = await create(ask, { ...one, headers })
    const text = await exported()
    expect(text).not.toContain('canary-of-a-secret')
    for (const id of [body.id, a.id]) expect(text).not.toContain(String(id))
    expect(JSON.parse(text)).toMatchObject({ servers: [{ slug: 'one', headers: ['X-Key'] }] })
  })
})

describe('an import', () => {
  test('of what was just exported changes nothing and writes no event', async () => {
    await create(ask, { ...one, headers: [{ key: 'X-Key', value: 'v' }] })
    await create(ask, { ...one, slug: 'two', auth_type: 'oauth', oauth_mode: 'per_user_dynamic_client' })
    const [before, written] = [await exported(), await events(a)]
    expect(actionsOf(await send(ask, before))).toEqual({ one: 'unchanged', two: 'unchanged' })
    expect([await exported(), await events(a)]).toEqual([before, written])
  })

  test('into an empty workspace makes its servers, tells what to enter, is audited once, and again does nothing', async () => {
    await create(ask, { ...one, headers: [{ key: 'X-Key', value: 'v' }] })
    await ask('PATCH', `/v1/servers/${(await addServer(registry.deps, a.id, { slug: 'two' })).id}`, {
      body: { enabled: false, era: 'legacy', call_timeout_s: 90, max_concurrent: 3 },
    })
    await ask('PATCH', '/v1/settings', { body: { call_record_days: 7, captured_body_days: 3 } })
    const file = await exported()
    const preview = resultOf(await send(askB, file, '?dry_run=true'))
    expect(preview).toMatchObject({ applied: false, untouched: 0 })
    expect([JSON.parse(await exported(askB)).servers, await events(b)]).toEqual([[], 0])

    const done = resultOf(await send(askB, file))
    expect(done).toEqual({ ...preview, applied: true })
    expect(done.settings).toEqual([
      { field: 'call_record_days', before: null, after: 7 },
      { field: 'captured_body_days', before: null, after: 3 },
    ])
    expect(done.servers.map(({ action, to_enter }) => [action, to_enter])).toEqual([
      ['create', ['header X-Key']],
      ['create', []],
    ])
    expect(await events(b)).toBe(1)
    const withoutHeaders = (text: string) => text.replace(/"headers": \[[^\]]*\]/g, '')
    expect(withoutHeaders(await exported(askB))).toBe(withoutHeaders(file))
    expect(actionsOf(await send(askB, file))).toEqual({ one: 'unchanged', two: 'unchanged' })
    expect(await events(b)).toBe(1)
    const { key } = await b.key()
    const seen = await resolve(registry.deps, { key_digest: digestKey(key) ?? '', slug: 'one' })
    expect(seen.servers[0]).toMatchObject({ url: 'https://one.test/mcp' })
  })

  test('changes what differs, keeps stored headers, and leaves servers alone that it does not name', async () => {
    await create(ask, { ...one, headers: [{ key: 'X-Key', value: 'v' }] })
    await create(ask, { ...one, slug: 'other' })
    const file = JSON.parse(await exported()) as WorkspaceFile // just made
    const [first] = file.servers
    const changed = {
      ...first,
      url: 'https://one.test/other',
      enabled: false,
      disabled_tools: ['b', 'a', 'a'],
    }
    const done = resultOf(await send(ask, fileOf(changed)))
    expect(done).toMatchObject({ untouched: 1, servers: [{ action: 'update' }] })
    expect(done.servers[0]?.changes).toEqual([
      { field: 'url', before: 'https://one.test/mcp', after: 'https://one.test/other' },
      { field: 'enabled', before: true, after: false },
      { field: 'disabled_tools', before: [], after: ['a', 'b'] },
    ])
    expect(JSON.parse(await exported()).servers[0]).toEqual({ ...changed, disabled_tools: ['a', 'b'] })
  })

  test('with something in the way does nothing, or everything else', async () => {
    const gone = await create(ask, { ...one, slug: 'gone' })
    await ask('DELETE', `/v1/deepagents/mcp-servers/${gone.body.id}`)
    await create(ask, { ...one, vendor_id: 'v1', headers: [{ key: 'X-Key', value: 'v' }] })
    await create(ask, { ...one, slug: 'two', headers: [{ key: 'X-Key', value: 'v' }] })
    await create(ask, { ...one, slug: 'three', headers: [{ key: 'X-Key', value: 'v' }] })
    const file = fileOf(
      { ...plain, slug: 'gone' },
      { ...plain, ...one, vendor_id: 'v2' },
      { ...plain, ...one, slug: 'two', url: 'https://elsewhere.test/mcp' },
      { ...plain, ...one, slug: 'three', auth_type: 'oauth' },
      { ...plain, slug: 'inside', url: 'http://10.0.0.1/mcp' },
      plain,
    )
    const before = await exported()
    const preview = resultOf(await send(ask, file, '?dry_run=true'))
    expect(preview.servers.map(({ slug, problem }) => [slug, problem])).toEqual([
      ['gone', expect.stringContaining('never reused')],
      ['one', "'vendor_id' can not be changed"],
      ['two', expect.stringContaining('stored headers would be lost')],
      ['three', expect.stringContaining('the file wants OAuth')],
      ['inside', expect.stringContaining('not allowed here')],
      ['plain', null],
    ])
    const refused = await send(ask, file)
    expect(refused).toMatchObject({ status: 409, body: { code: 'import_conflict' } })
    expect(refused.body.conflicts).toHaveLength(5)
    expect(await exported()).toBe(before)

    expect(actionsOf(await send(ask, file, '?conflicts=skip'))).toMatchObject({
      one: 'conflict',
      plain: 'create',
    })
    expect(JSON.parse(await exported()).servers).toHaveLength(4)
  })

  test('of a file with mistakes is refused as a whole, with every one of them', async () => {
    const refused = await send(
      ask,
      fileOf(
        plain,
        plain,
        { ...plain, slug: 'Not A Slug', call_timeout_s: -1 },
        { ...plain, secret: 's' },
        7,
      ),
    )
    expect(refused).toMatchObject({ status: 422, body: { code: 'import_invalid' } })
    expect(refused.body.mistakes).toEqual([
      { at: 'servers.2.slug', what: expect.any(String) },
      { at: 'servers.2.call_timeout_s', what: expect.any(String) },
      { at: 'servers.3', what: expect.stringContaining('secret') },
      { at: 'servers.4', what: expect.any(String) },
    ])
    const twice = await send(ask, fileOf(plain, plain))
    expect(twice.body.mistakes).toEqual([
      { at: 'servers.1.slug', what: "'plain' is already that of servers.0" },
    ])
    const newer = await send(ask, { ...fileOf(), version: 2 })
    expect(newer.body.detail).toContain('of version 2')
    expect([await events(a), JSON.parse(await exported()).servers]).toEqual([0, []])
  })

  test('reads files up to 16 MiB, and only for who may import', async () => {
    const large = fileOf(
      { ...plain, vendor_id: 'v'.repeat(1_048_576) },
      { ...plain, slug: 'b', vendor_id: 'v'.repeat(1_048_576) },
    )
    expect(actionsOf(await send(ask, large))).toEqual({ plain: 'create', b: 'create' })
    const tooLarge = `{"a":"${'v'.repeat(16 * 1024 * 1024)}"}`
    expect(await send(ask, tooLarge)).toMatchObject({ status: 413, body: { code: 'payload_too_large' } })
    const { id } = await addServer(registry.deps, a.id)
    for (const options of [{ permissions: ['mcp-servers:create' as const] }, { servers: [id] }]) {
      const less = client(registry.url, (await a.key(options)).key)
      expect(await send(less, fileOf(plain))).toMatchObject({ status: 403, body: { error: 'Forbidden' } })
      expect((await less('GET', '/v1/export')).status).toBe(403)
    }
  })

  test('of any file gives, exported again, that file without what it can not bring', async () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/)
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((one) => !one.includes('\0'))
    const servers = fc.uniqueArray(
      fc.record({
        ...{ slug: word, name: text, url: word.map((host) => `https://${host}.test/mcp`) },
        auth_type: fc.constantFrom('', 'headers', 'oauth'),
        oauth_mode: fc.constantFrom('', 'legacy_shared_provider', 'per_user_dynamic_client'),
        oauth_client: fc.constant(null),
        headers: fc.uniqueArray(word, { maxLength: 3 }),
        ...{ vendor_id: fc.option(text), external_system_id: fc.option(text), enabled: fc.boolean() },
        era: fc.constantFrom('auto', 'legacy', 'modern'),
        call_timeout_s: fc.option(fc.integer({ min: 1, max: 900 })),
        max_concurrent: fc.option(fc.integer({ min: 1, max: 1_024 })),
        disabled_tools: fc.uniqueArray(text, { maxLength: 3 }).map((names) => names.sort()),
      }),
      { selector: ({ slug }) => slug, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(servers, async (given) => {
        const { id: _, ...workspace } = await registry.workspace('Random')
        const to = client(registry.url, (await workspace.key()).key)
        await send(to, fileOf(...given))
        const kept = given
          .map((one) => ({ ...one, headers: [] }))
          .sort((one, other) => (one.slug < other.slug ? -1 : 1))
        const again = await exported(to)
        expect(JSON.parse(again)).toEqual({
          ...fileOf(...kept),
          settings: { call_record_days: null, captured_body_days: null, audit_days: null },
        })
        const steps = resultOf(await send(to, again)).servers
        expect(steps.filter(({ action }) => action !== 'unchanged')).toEqual([])
      }),
      { numRuns: 15 },
    )
  })
})
