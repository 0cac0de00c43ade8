// Tools that an operator switched off: clients of either era neither see nor reach them.

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { type Script, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../testing/gateway.ts'
import { openRaw } from '../../testing/raw.ts'

const big = '12345678901234567890'
const entry = (name: string) =>
  `{"name":"${name}","inputSchema":{"type":"object","properties":{"n":{"maximum":${big}}}}}`
const tools = `[${entry('safe')},${entry('hidden')} , ${entry('also-safe')}]`
const meta =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}'
const modernHeaders = (method: string, name?: string) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  ...(name ? { 'mcp-name': name } : {}),
})

let gateway: TestGateway
let key: string
beforeAll(async () => {
  gateway = await startGateway()
  key = gateway.registry.addKey().key
})
afterAll(() => gateway.close())

let count = 0
async function serve(script: Script, era: 'legacy' | 'modern') {
  const upstream = await startRecordingUpstream(script)
  onTestFinished(() => upstream.close())
  const slug = `d${++count}`
  gateway.registry.addServer({ slug, url: upstream.url, era, disabledTools: ['hidden'] })
  const send = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/mcp/${slug}`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
      body,
    })
  return { upstream, send }
}

const result = `{"jsonrpc":"2.0","id":7,"result":{"tools":${tools},"nextCursor":"x"}}`
const progress = '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}'
const visible = `{"jsonrpc":"2.0","id":7,"result":{"tools":[${entry('safe')},${entry('also-safe')}],"nextCursor":"x"}}`

test.each([
  ['legacy' as const, '{"jsonrpc":"2.0","id":7,"method":"tools/list"}', {}],
  [
    'modern' as const,
    `{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{${meta}}}`,
    modernHeaders('tools/list'),
  ],
])(
  'a list leaves them out and nothing else changes, as JSON and as a stream (%s)',
  async (era, body, headers) => {
    const whole = await serve(scripts.json(result), era)
    expect(await (await whole.send(body, headers)).text()).toBe(visible)
    expect(whole.upstream.requests[0]?.body.toString()).toBe(body)
    const stream = await serve(scripts.sse([`data: ${progress}\n\n`, `data: ${result}\n\n`]), era)
    expect(await (await stream.send(body, headers)).text()).toBe(
      `event: message\ndata: ${progress}\n\nevent: message\ndata: ${visible}\n\n`,
    )
  },
)

test.each([
  ['legacy' as const, '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"hidden"}}', {}],
  ['legacy' as const, '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"\\u0068idden"}}', {}],
  [
    'modern' as const,
    `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"hidden",${meta}}}`,
    modernHeaders('tools/call', 'hidden'),
  ],
])(
  'a call to one is an unknown tool, however its name is written, and sends nothing (%s)',
  async (era, body, headers) => {
    const { upstream, send } = await serve(scripts.json(result), era)
    expect(await (await send(body, headers)).json()).toMatchObject({ id: 7, error: { code: -32602 } })
    expect(upstream.requests).toHaveLength(0)
  },
)

test('a batch with one such call, or with a list, is refused as a whole', async () => {
  const { upstream, send } = await serve(scripts.json('[]'), 'legacy')
  for (const second of ['"tools/call","params":{"name":"hidden"}', '"tools/list"']) {
    const answer = await send(
      `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":${second}}]`,
    )
    expect(await answer.text()).toMatch(/Unknown tool|batch/)
  }
  expect(upstream.requests).toHaveLength(0)
})

test('other calls pass as they are, and what the server answers to a list otherwise reaches the client', async () => {
  const call = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"safe"}}'
  const { upstream, send } = await serve(scripts.json('{"jsonrpc":"2.0","id":7,"result":{}}'), 'legacy')
  expect((await send(call)).status).toBe(200)
  expect(upstream.requests[0]?.body.toString()).toBe(call)
  const lost = await serve(scripts.status(404), 'legacy')
  expect((await lost.send('{"jsonrpc":"2.0","id":7,"method":"tools/list"}')).status).toBe(404)
  const broken = await serve(scripts.status(401), 'legacy')
  expect(await (await broken.send('{"jsonrpc":"2.0","id":7,"method":"tools/list"}')).json()).toMatchObject({
    error: { code: 1010 },
  })
})

const list = '{"jsonrpc":"2.0","id":7,"method":"tools/list"}'

test('entries that are no tools do no harm, and an answer in an array is filtered too', async () => {
  const answer = (entries: string) => `{"jsonrpc":"2.0","id":7,"result":{"tools":[${entries}]}}`
  const odd = await serve(scripts.json(answer(`null,5,${entry('hidden')},"x"`)), 'legacy')
  expect(await (await odd.send(list)).text()).toBe(answer('null,5,"x"'))
  const array = await serve(scripts.json(`[${answer(entry('hidden'))}]`), 'legacy')
  expect(await (await array.send(list)).text()).toBe(`[${answer('')}]`)
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const nested = await serve(scripts.json(deep), 'legacy')
  expect(await (await nested.send(list)).text()).toBe(deep)
})

test('a stream that ends without the list is an error with the id, after what came before', async () => {
  const broken = { id: 7, error: { code: 1003 } }
  const empty = await serve(scripts.sse([]), 'legacy')
  const answer = await empty.send(list)
  expect([answer.status, await answer.json()]).toMatchObject([502, broken])
  const { send } = await serve(scripts.sse([`data: ${progress}\n\n`]), 'legacy')
  const [first, last] = (await (await send(list)).text()).split('\n\n')
  expect(first).toBe(`event: message\ndata: ${progress}`)
  expect(JSON.parse(last?.replace('event: message\ndata: ', '') ?? '')).toMatchObject(broken)
})

test('what the server asks before the list, and the list itself, wait for nothing that comes after them', async () => {
  const question = '{"jsonrpc":"2.0","id":1,"method":"roots/list"}'
  const answered = Promise.withResolvers<void>()
  const forever = new Promise<never>(() => {})
  const stream = scripts.sse([`data: ${question}\n\n`, answered.promise, `data: ${result}\n\n`, forever])
  const { send } = await serve((request, response) => {
    if (request.body.includes('tools/list')) return stream(request, response)
    answered.resolve()
    return scripts.status(202)(request, response)
  }, 'legacy')
  const answer = await send(list)
  expect((await send('{"jsonrpc":"2.0","id":1,"result":{"roots":[]}}')).status).toBe(202)
  expect(await answer.text()).toBe(
    `event: message\ndata: ${question}\n\nevent: message\ndata: ${visible}\n\n`,
  )
})

test('nothing is written behind the end of a list that breaks off, also while its client gets nothing of it', async () => {
  const lively = await startGateway({ GATEHOUSE_KEEP_ALIVE_MS: '20' })
  const errors: Error[] = []
  const watch = (message: unknown) => {
    const { response } = message as { response: ServerResponse } // as Node documents it
    response.on('error', (error) => errors.push(error))
  }
  subscribe('http.server.response.created', watch)
  onTestFinished(async () => {
    unsubscribe('http.server.response.created', watch)
    await lively.close()
  })
  const forever = new Promise<never>(() => {})
  const answered = Promise.withResolvers<void>()
  const slow = await startRecordingUpstream(async (request, response) => {
    if (request.method === 'GET') return scripts.sse(['data: 1\n\n', forever])(request, response)
    await answered.promise
    return scripts.json('{"jsonrpc":"2.0","id":7,"result":{}}')(request, response)
  })
  const breaking = await startRecordingUpstream(scripts.sse([`data: ${progress}\n\n`]))
  onTestFinished(() => slow.close())
  onTestFinished(() => breaking.close())
  lively.registry.addServer({ slug: 'slow', url: slow.url, era: 'legacy' })
  lively.registry.addServer({ slug: 'breaking', url: breaking.url, era: 'legacy', disabledTools: ['hidden'] })
  const { key } = lively.registry.addKey()
  const { write, received, socket } = await openRaw(lively.url)
  onTestFinished(() => void socket.destroy())
  const own = `Host: ${new URL(lively.url).host}\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: ${list.length}`
  for (const slug of ['slow', 'breaking']) write(`POST /mcp/${slug} HTTP/1.1\r\n${own}\r\n\r\n${list}`)
  await waitFor(() => breaking.requests.length === 1)
  await breaking.requests[0]?.over
  // Another stream has its comments meanwhile.
  const other = await fetch(`${lively.url}/mcp/slow`, { headers: { 'x-api-key': key } })
  let text = ''
  for await (const chunk of other.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.split(':\n\n').length > 3) break
  }
  answered.resolve()
  await waitFor(() => received().includes('broke off its answer'))
  expect(errors).toEqual([])
})
