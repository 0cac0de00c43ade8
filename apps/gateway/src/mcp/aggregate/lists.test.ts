import { digestKey } from '@gatehouse/registry-api/key-format'
import { type Script, scripts, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Aggregate, type RpcAnswer, startAggregate } from '../../testing/aggregate.ts'

let world: Aggregate & { close(): Promise<void> }
beforeAll(async () => {
  world = await startAggregate({ GATEHOUSE_LIST_TIMEOUT_MS: '20000' })
})
afterAll(() => world.close())

const count = ({ result }: RpcAnswer) => Array.isArray(result?.tools) && result.tools.length
const tool = (name: string, more = {}) => ({ name, inputSchema: { type: 'object' }, ...more })

/** A modern server whose lists are these JSON texts. */
const lister =
  (lists: Record<string, string>, ttlMs = 60_000): Script =>
  (request, response) => {
    const { id, method = '' } = (request.json() ?? {}) as { id?: unknown; method?: string }
    const list = lists[method]
    if (list === undefined) return scripts.modernServer()(request, response)
    const result = `{${list},"resultType":"complete","ttlMs":${ttlMs},"cacheScope":"public"}`
    return scripts.json(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`)(request, response)
  }

const lists = {
  'prompts/list': '"prompts":[{ "x":1.0,"name": "p.dot"}]',
  'resources/list':
    '"resources":[{"size":12345678901234567890 ,"uri":"file:///a","name":"n"},{"uri":"ui://app/x","name":"n"}]',
  'resources/templates/list': '"resourceTemplates":[{"uriTemplate":"file:///{path}","name":"n"}]',
}

describe('every list', () => {
  test('is merged in order of slugs, byte for byte but for names and URIs, a dead server left out', async () => {
    for (const slug of ['bb', 'aa']) await world.add(slug, (await world.recording(lister(lists))).url)
    await world.add('cc', (await world.recording(scripts.reset)).url)
    const resources = (await world.legacy('resources/list')).text
    const of = (slug: string) =>
      `{"size":12345678901234567890 ,"uri":"${slug}+file:///a","name":"n"},{"uri":"ui://${slug}/app/x","name":"n"}`
    expect(resources).toBe(`{"jsonrpc":"2.0","id":1,"result":{"resources":[${of('aa')},${of('bb')}]}}`)
    expect((await world.legacy('resources/templates/list')).text).toContain(
      '"uriTemplate":"bb+file:///{path}"',
    )
    expect((await world.legacy('prompts/list')).text).toMatch(/\{ "x":1\.0,"name": "aa__p_dot_[0-9a-f]{8}"\}/)
    expect((await world.legacy('tools/list')).result).toEqual({ tools: [] })
  })

  test('of modern clients holds for as long as the shortest of its parts, for this caller only', async () => {
    await world.add('one', (await world.recording(lister(lists, 40_000))).url)
    await world.add('two', (await world.recording(lister(lists, 7_000))).url)
    const { result } = await world.modern('prompts/list')
    expect(result).toMatchObject({ resultType: 'complete', cacheScope: 'private' })
    expect(result?.ttlMs).toBeLessThanOrEqual(7_000)
    expect(result?.ttlMs).toBeGreaterThan(1_000)
  })

  test.each(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'])(
    '%s is one page: a cursor is refused',
    async (method) => {
      expect((await world.modern(method, { cursor: 'x' })).error?.code).toBe(-32602)
    },
  )
})

describe('tools', () => {
  test('with invalid header annotations, and those switched off, are neither listed nor called', async () => {
    const bad = tool('bad', { inputSchema: { properties: { a: { type: 'number', 'x-mcp-header': 'A' } } } })
    const upstream = await world.recording(scripts.modernServer({ tools: [tool('good'), bad, tool('off')] }))
    await world.add('one', upstream.url, { disabledTools: ['off'] })
    const { result } = await world.legacy('tools/list')
    expect(result?.tools).toEqual([tool('one__good')])
    for (const name of ['one__bad', 'one__off']) {
      expect((await world.modern('tools/call', { name })).error).toMatchObject({ code: -32602 })
      expect((await world.legacy('tools/call', { name })).error).toMatchObject({ code: -32602 })
    }
    const methods = upstream.requests.map((one) => (one.json() as { method: string }).method)
    expect(methods).not.toContain('tools/call')
  })

  test('name the resource that shows them by its URI here', async () => {
    const shown = tool('t', { _meta: { ui: { resourceUri: 'ui://clock/face' }, other: 1 } })
    await world.add('one', (await world.recording(scripts.modernServer({ tools: [shown] }))).url)
    expect((await world.modern('tools/list')).result?.tools).toMatchObject([
      { _meta: { ui: { resourceUri: 'ui://one/clock/face' }, other: 1 } },
    ])
  })
})

describe('one slow or dead server', () => {
  /** 50 servers with their lists in the cache. */
  async function fifty(ttlMs: number) {
    const upstreams = await Promise.all(
      Array.from({ length: 50 }, () =>
        world.recording(lister({ 'tools/list': `"tools":[${JSON.stringify(tool('t'))}]` }, ttlMs)),
      ),
    )
    for (const [index, upstream] of upstreams.entries())
      await world.add(`s${index}`, upstream.url, { era: 'modern' })
    expect(count(await world.legacy('tools/list'))).toBe(50)
    return upstreams
  }
  const asked = (upstreams: readonly { requests: readonly unknown[] }[]) =>
    upstreams.reduce((sum, { requests }) => sum + requests.length, 0)

  test('delays nothing while the lists are fresh: nobody is asked', { timeout: 30_000 }, async () => {
    const upstreams = await fifty(600_000)
    for (const dead of upstreams.slice(0, 5)) dead.answer(scripts.never)
    const before = asked(upstreams)
    expect(count(await world.modern('tools/list'))).toBe(50)
    expect(asked(upstreams)).toBe(before)
  })

  test('is waited for once, then never until it answers', { timeout: 30_000 }, async () => {
    const upstreams = await fifty(0)
    let release = () => {}
    const opened = new Promise<void>((resolve) => {
      release = resolve
    })
    const late: string[] = []
    for (const dead of upstreams.slice(0, 5)) {
      dead.answer(async (request, response) => {
        await opened
        late.push('answered')
        return lister({ 'tools/list': '"tools":[]' })(request, response)
      })
    }
    await world.legacy('tools/list') // finds out
    for (let i = 0; i < 5; i += 1) {
      expect(count(await world.legacy('tools/list'))).toBe(50)
    }
    expect(late).toEqual([]) // all of that came before any of the five had answered
    release()
    await waitFor(async () => count(await world.legacy('tools/list')) === 45)
  })
})

test('nothing is built again while nothing changed, and the parts of one list are joined once', async () => {
  const upstream = await world.recording(lister(lists, 0))
  await world.add('one', upstream.url)
  await world.legacy('prompts/list')
  const { deps } = world.gateway
  const { servers, caller } = await deps.knowledge.resolve(digestKey(world.key.key) ?? '', null)
  const [server] = servers
  if (!server || !caller) throw new Error('the key reaches its server')
  const bearer = { caller, server, generation: server.credential_generation }
  const first = await deps.lists.get('prompts/list', bearer)
  const second = await deps.lists.get('prompts/list', bearer, performance.now())
  expect(second).not.toBe(first)
  expect(second.offer).toBe(first.offer)
  expect(deps.lists.joined([second.offer], 10)).toBe(deps.lists.joined([first.offer], 10))
})
