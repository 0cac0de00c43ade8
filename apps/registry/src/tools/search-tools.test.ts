// Tools of all servers by name: what a caller reaches, in an order that pages can follow, and listed without anybody's doing.

import { type FoundTools, foundTools } from '@gatehouse/registry-api'
import { scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { shown } from '../servers/to-wire.ts'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'
import { createListing } from './keep-listed.ts'
import { createToolLists } from './list-tools.ts'

let registry: TestRegistry
let a: TestWorkspace
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  a = await registry.workspace('A')
})

const inA = <T>(work: Parameters<typeof registry.deps.db.inWorkspace<T>>[1]) =>
  registry.deps.db.inWorkspace(a.id, work)

async function serverWith(slug: string, tools: readonly object[]) {
  const upstream = await startRecordingUpstream(
    scripts.legacyServer({ tools: tools.map((tool) => ({ inputSchema: { type: 'object' }, ...tool })) }),
  )
  onTestFinished(() => upstream.close())
  const { id } = await addServer(registry.deps, a.id, { slug, url: upstream.url })
  return { id, upstream }
}

const listed = async (slug: string, tools: readonly object[]) => {
  const { id } = await serverWith(slug, tools)
  const where = { workspaceId_id: { workspaceId: a.id, id } }
  const row = await inA((tx) => tx.mcpServer.findUniqueOrThrow({ where, select: shown }))
  await createToolLists(registry.deps).list(row, null, true)
  return id
}

const search = async (key: string, query: string): Promise<FoundTools> =>
  foundTools.parse((await client(registry.url, key)('GET', `/v1/tools?${query}`)).body)
const names = ({ data }: FoundTools) => data.map(({ name, server }) => `${server.slug} ${name}`)

test('every word is in name or title; exact names come first, then beginnings; pages follow each other', async () => {
  await listed('one', [{ name: 'read_file' }, { name: 'Read' }, { name: 'write_file', title: 'Never Read' }])
  await listed('two', [{ name: 'spread' }, { name: 'read', annotations: { title: 'Ünïcode' } }])
  const { key } = await a.key()
  const all = ['two read', 'one Read', 'one read_file', 'two spread', 'one write_file']
  const order = (found: string[]) => found.toSorted((x, y) => x.localeCompare(y))
  expect(order(names(await search(key, 'q=READ')))).toEqual(order(all))
  expect(names(await search(key, 'q=read')).slice(2)).toEqual(all.slice(2))
  expect(names(await search(key, 'q=never+FILE'))).toEqual(['one write_file'])
  expect((await search(key, 'q=%C3%9Cn%C3%AFCODE')).data).toMatchObject([{ name: 'read', title: 'Ünïcode' }])
  expect(names(await search(key, 'q=%25'))).toEqual([])
  const walked: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: FoundTools = await search(key, `q=read&limit=2${cursor && `&cursor=${cursor}`}`)
    walked.push(...names(page))
    cursor = page.next_cursor
  }
  expect(walked).toEqual(names(await search(key, 'q=read')))
  const refused = await client(registry.url, key)('GET', '/v1/tools?cursor=nonsense')
  expect([refused.status, refused.body.code]).toEqual([400, 'invalid_parameter'])
})

test('a caller finds tools of servers that the key reaches, and whether they are on', async () => {
  const [mine, other] = [
    await listed('mine', [{ name: 'x' }]),
    await listed('other', [{ name: 'x' }, { name: 'y' }]),
  ]
  expect(names(await search((await a.key({ servers: [mine] })).key, 'q=x'))).toEqual(['mine x'])
  expect(names(await search((await (await registry.workspace('B')).key()).key, ''))).toEqual([])
  const { key } = await a.key()
  await client(registry.url, key)('PATCH', `/v1/servers/${other}/tools`, {
    body: { enabled: false, match: 'y' },
  })
  await client(registry.url, key)('PATCH', `/v1/servers/${mine}`, { body: { enabled: false } })
  const state = (await search(key, '')).data.map(({ server, name, enabled }) => [server.slug, name, enabled])
  expect(state.toSorted()).toEqual([
    ['mine', 'x', false],
    ['other', 'x', true],
    ['other', 'y', false],
  ])
})

test('each person finds what their own account was listed', async () => {
  const { id } = await serverWith('accounts', [])
  const [ada, bob, service] = [
    await a.key({ role: 'member' }),
    await a.key({ role: 'member' }),
    await a.key(),
  ]
  const oauth = (oauthMode: string) =>
    inA((tx) =>
      tx.mcpServer.update({
        where: { workspaceId_id: { workspaceId: a.id, id } },
        data: { authType: 'oauth', oauthMode },
      }),
    )
  const kept = (owner: string, name: string) => ({
    ...{ workspaceId: a.id, serverId: id, owner, generation: id, tools: '[]', toolCount: 1 },
    ...{ toolNames: [name], toolTitles: [''], fetchedAt: new Date(), freshUntil: new Date() },
  })
  await inA((tx) =>
    tx.toolCatalogue.createMany({ data: [kept('', 'shared'), kept(ada.userId ?? '', 'of-ada')] }),
  )
  const seen = async () =>
    Promise.all([ada, bob, service].map(async ({ key }) => names(await search(key, '')).join()))
  await oauth('per_user_dynamic_client')
  expect(await seen()).toEqual(['accounts of-ada', '', 'accounts shared'])
  await oauth('legacy_shared_provider')
  expect(await seen()).toEqual(['accounts of-ada', 'accounts shared', 'accounts shared'])
})

test('names that no column takes are left out, and the list is kept', async () => {
  await listed('odd', [{ name: 'good' }, { name: 'ze\0ro' }, { name: '\ud800' }, { name: 'x'.repeat(600) }])
  const { key } = await a.key()
  expect(names(await search(key, ''))).toEqual(['odd good'])
})

test('a server that answers calls is listed by itself: once, and again when that is an hour old', async () => {
  const { id, upstream } = await serverWith('fresh', [{ name: 'by-itself' }])
  const { id: unwell } = await serverWith('unwell', [{ name: 'hidden' }])
  const listing = createListing(registry.deps, createToolLists(registry.deps))
  const round = async () => {
    await listing.round()
    await listing.idle()
    return upstream.requests.filter((one) => JSON.stringify(one.json() ?? '').includes('tools/list')).length
  }
  const { key } = await a.key()
  expect([await round(), names(await search(key, ''))]).toEqual([0, []])
  const health = (serverId: string, state: string) => ({
    workspaceId: a.id,
    serverId,
    state,
    since: new Date(),
  })
  await inA((tx) => tx.serverHealth.createMany({ data: [health(id, 'healthy'), health(unwell, 'failing')] }))
  expect([await round(), names(await search(key, ''))]).toEqual([1, ['fresh by-itself']])
  expect(await round()).toBe(1)
  // The list tells by the way what the server speaks.
  expect((await client(registry.url, key)('GET', `/v1/servers/${id}`)).body.eras).toMatchObject({
    ...{ legacy: true, modern: null },
  })
  const old = new Date(Date.now() - 61 * 60_000)
  await inA((tx) => tx.toolCatalogue.updateMany({ where: { serverId: id }, data: { fetchedAt: old } }))
  expect(await round()).toBe(2)
})
