// Streams that stay open end with what they were opened by.

import { scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../testing/gateway.ts'
import { openRaw } from '../../testing/raw.ts'

const meta =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}'
const forever = new Promise<never>(() => {})

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

let count = 0
async function serve(era: 'legacy' | 'modern') {
  const legacy = scripts.legacyServer({ sessionId: 'theirs' })
  const upstream = await startRecordingUpstream((request, response) => {
    if (request.method === 'DELETE') return scripts.status(405)(request, response)
    const isStream = request.method === 'GET' || request.body.includes('subscriptions/listen')
    return (isStream ? scripts.sse(['data: 1\n\n', forever]) : legacy)(request, response)
  })
  onTestFinished(() => upstream.close())
  const slug = `st${++count}`
  const serverId = gateway.registry.addServer({ slug, url: upstream.url, headers: [['x-a', '1']], era })
  const key = gateway.registry.addKey()
  const url = `${gateway.url}/mcp/${slug}`
  const headers = { 'x-api-key': key.key, 'content-type': 'application/json' }
  return { serverId, key, url, headers, slug, upstream }
}
type Served = Awaited<ReturnType<typeof serve>>

const opened = {
  legacy: ({ url, headers }: Served) => fetch(url, { headers }),
  modern: ({ url, headers }: Served) =>
    fetch(url, {
      method: 'POST',
      headers: { ...headers, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' },
      body: `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{},${meta}}}`,
    }),
}

const losses = {
  'its key is revoked': ({ key }: Served) => gateway.registry.removeKey(key),
  'its server is deleted': ({ serverId }: Served) => gateway.registry.removeServer(serverId),
  'its credential is replaced': ({ serverId }: Served) =>
    gateway.registry.changeServer(serverId, { headers: [['x-a', '2']] }),
}

test.each(
  (['legacy', 'modern'] as const).flatMap((era) =>
    Object.entries(losses).map(([what, lose]) => [era, what, lose] as const),
  ),
)('a %s stream ends before it is acknowledged that %s', async (era, _what, lose) => {
  const served = await serve(era)
  const answer = await opened[era](served)
  const reader = answer.body?.getReader()
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n')
  const revision = lose(served)
  expect((await reader?.read())?.done).toBe(true)
  await waitFor(() => gateway.registry.acknowledged() >= revision)
})

test('a stream that was asked for behind another one ends with the connection of both', async () => {
  const { url, key, upstream } = await serve('legacy')
  const { socket, write } = await openRaw(url)
  const { pathname, host } = new URL(url)
  const request = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nX-Api-Key: ${key.key}\r\n\r\n`
  write(request + request)
  await waitFor(() => upstream.requests.length === 2)
  socket.destroy()
  expect(await Promise.all(upstream.requests.map(({ over }) => over))).toEqual(
    Array(2).fill({ aborted: true }),
  )
})

test('a stream ends when its key was revoked while the registry could not be heard', async () => {
  const served = await serve('legacy')
  const stays = await serve('legacy')
  const [answer, other] = [await opened.legacy(served), await opened.legacy(stays)]
  const reader = other.body?.getReader()
  await reader?.read()
  gateway.registry.fail(true)
  gateway.registry.removeKey(served.key)
  gateway.registry.fail(false)
  expect(await answer.text()).toBe('data: 1\n\n')
  const more = reader?.read().then(() => 'ended')
  expect(await Promise.race([more, Promise.resolve('open')])).toBe('open')
  await reader?.cancel()
})

test.each([
  ['legacy', (served: Served) => opened.legacy(served)],
  ['modern', (served: Served) => opened.modern(served)],
  ['merged', (served: Served) => opened.modern({ ...served, url: `${gateway.url}/mcp/` })],
])('a %s stream ends with the lease of its gateway', async (_what, open) => {
  const reader = (await open(await serve('modern'))).body?.getReader()
  await reader?.read()
  gateway.registry.fail(true)
  gateway.deps.lease.end()
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read());
  gateway.registry.fail(false)
  await waitFor(() => gateway.deps.lease.holds())
})

test.each(['legacy', 'modern'] as const)('a %s stream ends when its key expires', async (era) => {
  const served = await serve(era)
  const { key } = gateway.registry.addKey({ expiresAtMs: Date.now() + 2_500 })
  const answer = await opened[era]({ ...served, headers: { ...served.headers, 'x-api-key': key } })
  expect(await answer.text()).toBe('data: 1\n\n')
  expect((await opened[era]({ ...served, headers: { ...served.headers, 'x-api-key': key } })).status).toBe(
    401,
  )
})

test('a change that takes nothing from it leaves it open', async () => {
  const served = await serve('legacy')
  const answer = await opened.legacy(served)
  const reader = answer.body?.getReader()
  await reader?.read()
  gateway.registry.removeKey(gateway.registry.addKey())
  const revision = gateway.registry.changeServer(served.serverId, { maxConcurrent: 3 })
  await waitFor(() => gateway.registry.acknowledged() >= revision)
  const more = reader?.read().then(() => 'ended')
  expect(await Promise.race([more, Promise.resolve('open')])).toBe('open')
  await reader?.cancel()
})

test('the stream of a session ends with it, also where its server does not end sessions', async () => {
  const { url, headers } = await serve('legacy')
  const hello = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
  }
  const greeted = await fetch(url, { method: 'POST', headers, body: JSON.stringify(hello) })
  const token = greeted.headers.get('mcp-session-id') ?? ''
  const session = { ...headers, 'mcp-session-id': token, 'mcp-protocol-version': '2025-11-25' }
  const stream = await fetch(url, { headers: session })
  const ended = await fetch(url, { method: 'DELETE', headers: session })
  expect(ended.status).toBe(204)
  expect(await stream.text()).toBe('data: 1\n\n')
})
