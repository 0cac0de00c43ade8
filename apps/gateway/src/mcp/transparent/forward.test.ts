import { type RecordingUpstream, scripts } from '@gatehouse/testkit'
import { expect, test } from 'vitest'
import { send, serve, useHastyGateway } from './hasty-gateway.fixture.ts'

const { json, sse, status } = scripts
const ok = json({ jsonrpc: '2.0', id: 1, result: {} })
const { key } = useHastyGateway()

test('a notification is passed on, and its 202 back', async () => {
  const { upstream, address } = await serve(status(202))
  const body = '{"jsonrpc":"2.0","method":"notifications/initialized"}'
  const response = await send(address, { body })
  expect([response.status, await response.text()]).toEqual([202, ''])
  expect(upstream.requests[0]?.body.toString()).toBe(body)
})

test('a call over the limit of its server is 503 with Retry-After; an ended one makes room', async () => {
  let go = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const { address } = await serve(sse(['data: 1\n\n', gate]), { maxConcurrent: 1 })
  const first = await send(address)
  const second = await send(address)
  expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await second.json()).toMatchObject({ id: 1, error: { code: 1002 } })
  go()
  await first.text()
  expect((await send(address)).status).toBe(200)
})

test('a tools/call is sent once, however its server fails', async () => {
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}'
  const { upstream, address } = await serve(ok)
  for (const script of [scripts.reset, status(401), status(503), scripts.breakOff('{')]) {
    // A connection that is already open, so that a client might think of trying again.
    upstream.answer(ok)
    await (await send(address)).text()
    upstream.answer(script)
    const seen = upstream.requests.length
    await send(address, { body })
      .then((response) => response.text())
      .catch(() => {})
    expect(upstream.requests.length).toBe(seen + 1)
  }
})

test('the upstream hears of a caller nothing but what is listed, whatever the caller sends', async () => {
  const { upstream, address } = await serve(ok)
  const evil = {
    authorization: `Bearer ${key()}`,
    cookie: 'a=b',
    'proxy-authorization': 'Basic eA==',
    forwarded: 'for=1.2.3.4',
    'x-forwarded-host': 'evil.example',
    'x-real-ip': '1.2.3.4',
    'x-stored': 'mine',
    'user-agent': 'me',
    tracestate: 'a=b',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  }
  await send(address, { headers: evil })
  const seen = upstream.requests.at(-1) as RecordingUpstream['requests'][number] // it was just made
  expect(seen.header('x-stored')).toEqual(['v'])
  const names = seen.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
  const expected = [
    'accept',
    'accept-encoding',
    'connection',
    'content-length',
    'content-type',
    'host',
    'traceparent',
  ]
  expect(names.sort()).toEqual([...expected, 'via', 'x-stored'].sort())
  expect(seen.header('host')).toEqual([new URL(upstream.url).host])
  expect(seen.rawHeaders.join('\n')).not.toContain(key())
})

test('a client that says much in its handshake still gets a token that fits a header, and is known by it', async () => {
  const { address } = await serve(scripts.legacyServer({ sessionId: 'theirs' }), { headers: [] })
  const params = {
    protocolVersion: '2025-11-25'.repeat(2_000),
    capabilities: { elicitation: { form: { x: 'x'.repeat(20_000) }, url: {} } },
    clientInfo: { name: 'c', version: '1' },
  }
  const hello = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
  const token = (await send(address, { body: hello })).headers.get('mcp-session-id') ?? ''
  expect(token.length).toBeLessThan(1_000)
  expect((await send(address, { headers: { 'mcp-session-id': token } })).status).toBe(200)
})
