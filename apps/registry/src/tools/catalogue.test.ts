// Tool lists that are kept: byte for byte, by URL and credential, one fetch at a time, never longer than they hold.

import {
  type RecordingUpstream,
  type Script,
  scripts,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { shown } from '../servers/to-wire.ts'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'
import { createToolLists } from './list-tools.ts'

const base = '/v1/deepagents/mcp-servers'
const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })

let now = Date.now()
let registry: TestRegistry
let upstream: RecordingUpstream
let a: TestWorkspace
let ask: ReturnType<typeof client>

beforeAll(async () => {
  registry = await startTestRegistry({ now: () => new Date(now) })
})
afterAll(() => registry.stop())
beforeEach(async () => {
  now = Date.now()
  upstream = await startRecordingUpstream(scripts.legacyServer({ tools: [tool('first')] }))
  a = await registry.workspace('A')
  ask = client(registry.url, (await a.key()).key)
})
afterEach(() => upstream.close())

const register = async (part: object = {}) =>
  (await ask('POST', base, { body: { name: 'Up', url: upstream.url, ...part } })).body.id as string
const tools = (id: string, more = '') => ask('GET', `/v1/servers/${id}/tools${more}`)
const byUrl = (url: string, more = '') =>
  ask('GET', `/v1/deepagents/mcp/tools?url=${encodeURIComponent(url)}${more}`)
const rowOf = (id: string) =>
  registry.deps.db.inWorkspace(a.id, (tx) =>
    tx.mcpServer.findUniqueOrThrow({
      where: { workspaceId_id: { workspaceId: a.id, id } },
      select: shown,
    }),
  )
const lists = () => upstream.requests.filter((request) => method(request.json()) === 'tools/list').length
const method = (message: unknown) => (message as { method?: string } | undefined)?.method

/** Answers as `script` does, tools/list only once `until` is over. */
const holding =
  (script: Script, until: Promise<unknown>): Script =>
  async (request, response) => {
    if (method(request.json()) === 'tools/list') await until
    await script(request, response)
  }

test('entries keep every byte: order, numbers, escapes, members that we do not know', async () => {
  const entry =
    '{"inputSchema":{"type":"object","properties":{"b":{"default":1.0},"a":{"maximum":12345678901234567890}}},"name":"\\u00e9","x-vendor":[1e2],"annotations":{}}'
  upstream.answer(async (request, response) => {
    const message = request.json() as { id?: number; method?: string }
    if (message?.method !== 'tools/list') return scripts.legacyServer()(request, response)
    const text = `{"jsonrpc":"2.0","id":${message.id},"result":{"tools":[${entry}]}}`
    return scripts.json(text)(request, response)
  })
  const id = await register()
  expect((await tools(id)).text).toContain(`{"tools":[${entry}],"cached":false`)
  expect((await tools(id)).text).toContain(`{"tools":[${entry}],"cached":true`)
})

test('requests at once cost the upstream one fetch', async () => {
  const gate = Promise.withResolvers<void>()
  upstream.answer(holding(scripts.legacyServer({ tools: [tool('x')] }), gate.promise))
  const id = await register()
  const own = createToolLists(registry.deps)
  const row = await rowOf(id)
  const asked = Array.from({ length: 6 }, () => own.list(row, null, true))
  await waitFor(() => lists() > 0)
  gate.resolve()
  expect(new Set(await Promise.all(asked)).size).toBe(1)
  expect(lists()).toBe(1)
})

test('five minutes is how long a list holds whose upstream says nothing', async () => {
  const id = await register()
  expect((await tools(id)).body.cached).toBe(false)
  now += 299_000
  expect((await tools(id)).body.cached).toBe(true)
  now += 2_000
  expect((await tools(id)).body.cached).toBe(false)
})

test('a minute is how long it holds whose upstream says a minute', async () => {
  upstream.answer(scripts.modernServer({ tools: [tool('x')] }))
  const id = await register()
  await tools(id)
  now += 59_000
  expect((await tools(id)).body.cached).toBe(true)
  now += 2_000
  expect((await tools(id)).body.cached).toBe(false)
})

test('a list that was on its way while the URL changed is not kept for the new one', async () => {
  const gate = Promise.withResolvers<void>()
  upstream.answer(holding(scripts.legacyServer({ tools: [tool('old')] }), gate.promise))
  const id = await register()
  const old = tools(id)
  await waitFor(() => lists() > 0)
  await ask('PATCH', `${base}/${id}`, { body: { url: `${upstream.origin}/v2/mcp` } })
  upstream.answer(scripts.legacyServer({ tools: [tool('new')] }))
  const fresh = await tools(id)
  gate.resolve()
  await old
  expect([fresh.body.cached, fresh.body.tools]).toEqual([false, [tool('new')]])
  expect((await tools(id)).body.tools).toEqual([tool('new')])
})

test('a list of a server that was deleted meanwhile is answered and not kept', async () => {
  const gate = Promise.withResolvers<void>()
  upstream.answer(holding(scripts.legacyServer({ tools: [tool('x')] }), gate.promise))
  const id = await register()
  const asked = tools(id)
  await waitFor(() => lists() > 0)
  expect((await ask('DELETE', `${base}/${id}`)).status).toBe(204)
  gate.resolve()
  expect((await asked).status).toBe(200)
  expect(await registry.deps.db.inWorkspace(a.id, (tx) => tx.toolCatalogue.count())).toBe(0)
})

describe('the server of a URL', () => {
  test('is the one with the named provider, in whatever letters, else the oldest', async () => {
    const provider = 'aaaaaaaa-0000-7000-8000-00000000000b'
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      tx.oAuthProvider.create({
        data: {
          ...{
            workspaceId: a.id,
            id: provider,
            name: 'Named',
            kind: 'manual',
            issuer: 'https://issuer.test',
          },
          ...{ resource: upstream.url, metadata: {}, clientId: 'c', authMethod: 'none', redirectUri: '' },
        },
      }),
    )
    await register({ headers: [{ key: 'x-which', value: 'oldest' }] })
    await register({ headers: [{ key: 'x-which', value: 'named' }], oauth_provider_id: provider })
    const used = () => upstream.requests.at(-1)?.header('x-which')
    await byUrl(upstream.url)
    expect(used()).toEqual(['oldest'])
    await byUrl(upstream.url, `&oauth_provider_id=${provider.toUpperCase()}`)
    expect(used()).toEqual(['named'])
  })

  test('is one that the key reaches', async () => {
    await register({ headers: [{ key: 'x-which', value: 'other' }] })
    const mine = await register({ headers: [{ key: 'x-which', value: 'mine' }] })
    const limited = client(registry.url, (await a.key({ servers: [mine] })).key)
    const path = `/v1/deepagents/mcp/tools?url=${encodeURIComponent(upstream.url)}`
    expect((await limited('GET', path)).status).toBe(200)
    expect(upstream.requests.at(-1)?.header('x-which')).toEqual(['mine'])
  })

  test.each(['nonsense', ' ', 'https://unknown.example.com/'])('%j is 404', async (url) => {
    expect((await byUrl(url)).status).toBe(404)
  })

  test.each(['url=a&url=b', 'url=', 'url=x&oauth_provider_id=x', 'url=x&force_refresh=perhaps', 'url=%00'])(
    '%s is 400',
    async (query) => {
      expect((await ask('GET', `/v1/deepagents/mcp/tools?${query}`)).status).toBe(400)
    },
  )
})

describe('502', () => {
  test.each([
    ['403', scripts.status(403), 'upstream_auth_failed'],
    ['404', scripts.status(404), 'upstream_invalid'],
    ['a web page', scripts.json('<html>', { headers: { 'content-type': 'text/html' } }), 'upstream_invalid'],
    ['a redirect', scripts.status(302, { location: 'http://169.254.169.254/' }), 'upstream_invalid'],
    ['a reset', scripts.reset, 'upstream_unreachable'],
    ['half an answer', scripts.breakOff('{"jsonrpc"'), 'upstream_unreachable'],
  ])('where the upstream answers %s, without a word of it', async (_what, script, code) => {
    upstream.answer(script)
    const { status, body, text } = await tools(
      await register({ headers: [{ key: 'x-a', value: 'canary-1' }] }),
    )
    expect([status, body.code]).toEqual([502, code])
    expect(text + registry.logged()).not.toContain('canary-1')
  })

  test('where accounts have to be connected', async () => {
    const { status, body } = await tools(await register({ auth_type: 'oauth' }))
    expect([status, body.code]).toEqual([502, 'upstream_auth_failed'])
    expect(upstream.requests).toEqual([])
  })
})

test('504 is the answer where the upstream takes longer than it may, and nothing is kept', async () => {
  upstream.answer(scripts.never)
  const id = await register()
  const asked = createToolLists(registry.deps, 200).list(await rowOf(id), null, false)
  await expect(asked).rejects.toMatchObject({ code: 'upstream_timeout', status: 504 })
  expect(await registry.deps.db.inWorkspace(a.id, (tx) => tx.toolCatalogue.count())).toBe(0)
})

test('headers that came into the database by another way are not sent', async () => {
  for (const header of [
    ['Host', 'elsewhere.test'],
    ['X-A', 'a\r\nX-Evil: 1'],
  ] as const) {
    const { id } = await addServer(registry.deps, a.id, { url: upstream.url, headers: [header] })
    const { status, body } = await tools(id)
    expect([status, body.code]).toEqual([500, 'credential_unreadable'])
  }
  expect(upstream.requests).toEqual([])
})
