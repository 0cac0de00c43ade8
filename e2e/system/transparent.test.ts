// The transparent path, with a real registry behind it: nothing lost on the wire, nothing of a credential let through.

import { type RecordingUpstream, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modernHeaders, modernMeta, post, type Stack, startStack } from '../src/stack.ts'

const { event, json, sse, status, never, breakOff, inTurn } = scripts
const stored = 'canary-stored-4711'
const ok = json({ jsonrpc: '2.0', id: 1, result: {} })
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const toolCall = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: {} } }

let stack: Stack
let upstream: RecordingUpstream
let address: string
let serverId: string

beforeAll(async () => {
  stack = await startStack({ GATEHOUSE_FIRST_BYTE_TIMEOUT_MS: '700', GATEHOUSE_CALL_TIMEOUT_MS: '700' })
  upstream = await startRecordingUpstream(ok)
  const made = await stack.register(upstream.url, [['X-Stored', stored]])
  address = made.address
  serverId = made.id
})
afterAll(async () => {
  await stack.stop()
  await upstream.close()
})

const last = () => {
  const request = upstream.requests.at(-1)
  if (!request) throw new Error('nothing reached the upstream')
  return request
}

describe('credentials', () => {
  test("the stored header reaches the upstream; the caller's own credentials don't, and nothing of it comes back", async () => {
    upstream.answer(
      json(
        { jsonrpc: '2.0', id: 1, result: {} },
        { headers: { 'set-cookie': 'a=b', 'www-authenticate': 'Basic', 'x-internal': '1' } },
      ),
    )
    const response = await post(address, stack.key, list, {
      cookie: 'session=1',
      'x-forwarded-for': '1.2.3.4',
      'x-other': '1',
    })
    expect(response.status).toBe(200)
    expect(last().header('x-stored')).toEqual([stored])
    const sent = last().rawHeaders.join('\n')
    expect(sent).not.toContain(stack.key)
    const names = last()
      .rawHeaders.filter((_, i) => i % 2 === 0)
      .map((name) => name.toLowerCase())
    expect(names.sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
      'via',
      'x-stored',
    ])
    const back = JSON.stringify([...response.headers]) + (await response.text())
    expect(back).not.toContain(stored)
    expect(back).not.toMatch(/set-cookie|www-authenticate|x-internal/)
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform')
  })

  test('a refusal by the upstream never reaches the client as one', async () => {
    upstream.answer(status(401, { 'www-authenticate': 'Bearer realm="upstream"' }))
    const call = await post(address, stack.key, toolCall)
    expect(call.status).toBe(200)
    expect(await call.json()).toMatchObject({
      id: 1,
      result: {
        isError: true,
        content: [{ text: expect.stringContaining('an operator must renew this credential') }],
      },
    })
    const other = await post(address, stack.key, list)
    expect(other.headers.get('www-authenticate')).toBeNull()
    expect(await other.json()).toMatchObject({
      id: 1,
      error: { code: 1010, data: { url: expect.stringContaining(serverId) } },
    })
  })

  test('a replaced header is used from the next call on; a deleted server is gone', async () => {
    upstream.answer(ok)
    const made = await stack.register(upstream.url, [['X-Stored', 'before']])
    await post(made.address, stack.key, list)
    expect(last().header('x-stored')).toEqual(['before'])
    const headers = [{ key: 'X-Stored', value: 'after' }]
    expect((await stack.ask('PATCH', `/v1/deepagents/mcp-servers/${made.id}`, { headers })).status).toBe(200)
    await post(made.address, stack.key, list)
    expect(last().header('x-stored')).toEqual(['after'])
    expect((await stack.ask('DELETE', `/v1/deepagents/mcp-servers/${made.id}`)).status).toBe(204)
    expect((await post(made.address, stack.key, list)).status).toBe(404)
  })

  test('a revoked key is refused by the next call', async () => {
    const other = await stack.otherKey()
    expect((await post(address, other.key, list)).status).toBe(200)
    expect((await stack.ask('DELETE', `/v1/api-keys/${other.id}`)).status).toBe(204)
    expect((await post(address, other.key, list)).status).toBe(401)
  })
})

describe('bytes', () => {
  test('of a request arrive as they were sent', async () => {
    upstream.answer(ok)
    const text = fc
      .tuple(fc.json({ maxDepth: 5 }), fc.string({ unit: 'grapheme' }))
      .map(
        ([value, name]) =>
          ` { "jsonrpc":"2.0", "id" : 12345678901234567890, "method":"tools/call","unknown":${value},\n"params":{"name":${JSON.stringify(name)},"arguments":${value},"_meta":{"x":1.50}}}`,
      )
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        const response = await post(address, stack.key, body)
        await response.arrayBuffer()
        expect(response.status).toBe(200)
        expect(last().body.equals(Buffer.from(body))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('of an answer arrive as they were sent, event by event, while the stream is open', async () => {
    let release = () => {}
    const gate = new Promise<void>((done) => {
      release = done
    })
    const first = 'id: 1\r\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\r\n\r\n'
    const second = event({ jsonrpc: '2.0', id: 1, result: {} })
    upstream.answer(sse([first, gate, second]))
    const response = await post(address, stack.key, toolCall)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const start = await reader.read()
    expect(Buffer.from(start.value ?? []).toString()).toBe(first)
    release()
    let rest = ''
    for (let part = await reader.read(); !part.done; part = await reader.read())
      rest += Buffer.from(part.value).toString()
    expect(rest).toBe(second)
  })

  test('modern headers and their params pass; on legacy requests they are dropped', async () => {
    upstream.answer(ok)
    const body = { ...toolCall, params: { ...toolCall.params, _meta: modernMeta } }
    expect(
      (
        await post(address, stack.key, body, {
          ...modernHeaders('tools/call', 'echo'),
          'mcp-param-region': 'eu',
        })
      ).status,
    ).toBe(200)
    expect([
      last().header('mcp-method'),
      last().header('mcp-name'),
      last().header('mcp-param-region'),
    ]).toEqual([['tools/call'], ['echo'], ['eu']])
    await post(address, stack.key, toolCall, { 'mcp-method': 'tools/list', 'mcp-name': 'x' })
    expect([last().header('mcp-method'), last().header('mcp-name')]).toEqual([[], []])
  })
})

describe('sessions', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
  }
  const open = async () => {
    upstream.answer(
      json({ jsonrpc: '2.0', id: 1, result: {} }, { headers: { 'mcp-session-id': 'upstream-session-1' } }),
    )
    const response = await post(address, stack.key, initialize)
    return response.headers.get('mcp-session-id') ?? ''
  }
  const end = (token: string) =>
    fetch(address, {
      method: 'DELETE',
      headers: {
        authorization: `Bearer ${stack.key}`,
        'mcp-session-id': token,
        'mcp-protocol-version': '2025-11-25',
      },
    })

  test("the client gets a sealed token, the upstream its own id, and a repeated id comes back as the client's token", async () => {
    const token = await open()
    expect(token).toMatch(/^[A-Za-z0-9_-]{80,}$/)
    const response = await post(address, stack.key, list, { 'mcp-session-id': token })
    expect(last().header('mcp-session-id')).toEqual(['upstream-session-1'])
    expect(response.headers.get('mcp-session-id')).toBe(token)
  })

  test('a token is 404 for another key, another server, and with any character altered', async () => {
    const token = await open()
    const other = await stack.otherKey()
    const elsewhere = await stack.register(upstream.url)
    const seen = upstream.requests.length
    expect((await post(address, other.key, list, { 'mcp-session-id': token })).status).toBe(404)
    expect((await post(elsewhere.address, stack.key, list, { 'mcp-session-id': token })).status).toBe(404)
    for (let at = 0; at < token.length; at += 7) {
      const altered = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect((await post(address, stack.key, list, { 'mcp-session-id': altered })).status).toBe(404)
    }
    expect((await post(address, stack.key, list, { 'mcp-session-id': 'upstream-session-1' })).status).toBe(
      404,
    )
    expect(upstream.requests.length).toBe(seen)
  })

  test.each([[200], [204], [405], [500]])(
    'DELETE that the upstream answers with %i ends the session for good',
    async (code) => {
      const token = await open()
      upstream.answer(inTurn(status(code), ok))
      expect((await end(token)).status).toBeLessThan(300)
      expect([last().method, last().header('mcp-session-id'), last().header('x-stored')]).toEqual([
        'DELETE',
        ['upstream-session-1'],
        [stored],
      ])
      const seen = upstream.requests.length
      expect((await post(address, stack.key, list, { 'mcp-session-id': token })).status).toBe(404)
      expect((await end(token)).status).toBe(404)
      expect(upstream.requests.length).toBe(seen)
    },
  )

  test('DELETE without a session sends nothing', async () => {
    const seen = upstream.requests.length
    const response = await fetch(address, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${stack.key}` },
    })
    expect(response.status).toBe(404)
    expect(upstream.requests.length).toBe(seen)
  })
})

describe('when things break', () => {
  test('a server that is down is 502, one that says nothing 504, one that resets 502; each with the id', async () => {
    const down = await stack.register('http://127.0.0.1:9/mcp')
    expect(await (await post(down.address, stack.key, list)).json()).toMatchObject({
      id: 1,
      error: { code: 1003 },
    })
    upstream.answer(never)
    const silent = await post(address, stack.key, toolCall)
    expect([silent.status, await silent.json()]).toMatchObject([504, { id: 1, error: { code: 1004 } }])
    upstream.answer(scripts.reset)
    expect((await post(address, stack.key, list)).status).toBe(502)
    upstream.answer(status(302, { location: 'http://127.0.0.1:9/' }))
    expect((await post(address, stack.key, list)).status).toBe(502)
  })

  test('a stream that breaks off between events ends with an error event; inside one the connection breaks', async () => {
    const whole = event({ jsonrpc: '2.0', method: 'notifications/progress' })
    const stream = { 'content-type': 'text/event-stream' }
    upstream.answer(breakOff(whole, stream))
    const text = await (await post(address, stack.key, toolCall)).text()
    expect(text.startsWith(whole)).toBe(true)
    expect(text.slice(whole.length)).toMatch(
      /^data: \{"jsonrpc":"2.0","id":1,"error":\{"code":1003,.*\}\n\n$/,
    )
    upstream.answer(breakOff('data: {"jsonrpc"', stream))
    await expect(post(address, stack.key, toolCall).then((response) => response.text())).rejects.toThrow()
  })

  test('a client that goes away takes the upstream request with it', async () => {
    upstream.answer(sse(['data: 1\n\n', new Promise(() => {})]))
    const abort = new AbortController()
    const response = await fetch(address, {
      method: 'POST',
      signal: abort.signal,
      headers: { authorization: `Bearer ${stack.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(toolCall),
    })
    await (response.body as ReadableStream<Uint8Array>).getReader().read()
    const request = last()
    abort.abort()
    expect(await request.over).toEqual({ aborted: true })
  })

  test('a request that comes round to us again is 508', async () => {
    upstream.answer(ok)
    await post(address, stack.key, list)
    const [via] = last().header('via')
    expect((await post(address, stack.key, list, { via: `1.1 proxy, ${via}` })).status).toBe(508)
  })
})

describe('refusals', () => {
  const auth = () => ({ authorization: `Bearer ${stack.key}` })
  const type = { 'content-type': 'application/json' }
  const message = JSON.stringify(list)
  test.each<[string, number, unknown, () => RequestInit & { path?: string }]>([
    ['no key', 401, { error: 'Unauthorized' }, () => ({ method: 'POST', headers: type, body: message })],
    [
      'a malformed key',
      401,
      { error: 'Unauthorized' },
      () => ({ method: 'POST', headers: { ...type, authorization: 'Bearer nonsense' }, body: message }),
    ],
    [
      'two keys',
      400,
      { error: expect.any(String) },
      () => ({ method: 'POST', headers: { ...type, ...auth(), 'x-api-key': 'other' }, body: message }),
    ],
    [
      'an unknown server',
      404,
      { error: expect.any(String) },
      () => ({ path: '/mcp/unknown', method: 'POST', headers: { ...type, ...auth() }, body: message }),
    ],
    ['another method', 405, { error: expect.any(String) }, () => ({ method: 'PUT', headers: auth() })],
    [
      'another media type',
      415,
      { error: expect.any(String) },
      () => ({ method: 'POST', headers: { ...auth(), 'content-type': 'text/plain' }, body: message }),
    ],
    [
      'another charset',
      415,
      { error: expect.any(String) },
      () => ({
        method: 'POST',
        headers: { ...auth(), 'content-type': 'application/json; charset=utf-16' },
        body: message,
      }),
    ],
    [
      'a body over 4 MiB',
      413,
      { error: expect.any(String) },
      () => ({ method: 'POST', headers: { ...type, ...auth() }, body: 'x'.repeat(4 * 1024 * 1024 + 1) }),
    ],
    [
      'broken JSON',
      400,
      { error: expect.any(String) },
      () => ({ method: 'POST', headers: { ...type, ...auth() }, body: '{' }),
    ],
    [
      'no message',
      400,
      { error: expect.any(String) },
      () => ({ method: 'POST', headers: { ...type, ...auth() }, body: '{}' }),
    ],
    [
      'a duplicate member',
      400,
      { id: 1, error: { code: -32600 } },
      () => ({
        method: 'POST',
        headers: { ...type, ...auth() },
        body: '{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}',
      }),
    ],
    [
      'headers that disagree',
      400,
      { id: 1, error: { code: -32020 } },
      () => ({
        method: 'POST',
        headers: { ...type, ...auth(), ...modernHeaders('tools/call') },
        body: JSON.stringify({ ...list, params: { _meta: modernMeta } }),
      }),
    ],
    [
      'a modern header without metadata',
      400,
      { id: 1, error: { code: -32602 } },
      () => ({
        method: 'POST',
        headers: { ...type, ...auth(), 'mcp-protocol-version': '2026-07-28' },
        body: message,
      }),
    ],
    [
      'a batch of a later revision',
      400,
      { error: expect.any(String) },
      () => ({
        method: 'POST',
        headers: { ...type, ...auth(), 'mcp-protocol-version': '2025-11-25' },
        body: `[${message}]`,
      }),
    ],
    [
      'a foreign origin',
      403,
      { error: expect.any(String) },
      () => ({
        method: 'POST',
        headers: { ...type, ...auth(), origin: 'https://evil.example' },
        body: message,
      }),
    ],
  ])('%s is %i', async (_name, code, body, request) => {
    const { path, ...init } = request()
    const seen = upstream.requests.length
    const response = await fetch(path ? stack.gatewayUrl + path : address, init)
    expect(response.status).toBe(code)
    const answer = await response.json()
    expect(answer).toMatchObject(body as object)
    if (code === 401) {
      expect(answer).toEqual({ error: 'Unauthorized' })
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="gatehouse"')
    }
    expect(upstream.requests.length).toBe(seen)
  })

  test('an unknown server, a disallowed one and a malformed address answer the same', async () => {
    const other = await stack.register(upstream.url)
    const limited = await stack.otherKey({ servers: [serverId] })
    const answers = await Promise.all(
      [`${stack.gatewayUrl}/mcp/unknown`, other.address].map(async (to) => {
        const response = await post(to, limited.key, list)
        return [response.status, await response.text()]
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  })
})
