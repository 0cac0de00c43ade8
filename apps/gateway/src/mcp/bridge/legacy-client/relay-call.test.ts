// What reaches a modern server of a legacy client's call, and what comes back, byte by byte.

import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import { allOf, eventsOf, joinAs, respond, startRawClient } from './raw-client.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    GATEHOUSE_CALL_TIMEOUT_MS: '1000',
    GATEHOUSE_FIRST_BYTE_TIMEOUT_MS: '1000',
    GATEHOUSE_KEEP_ALIVE_MS: '50',
  })
})
afterAll(() => gateway.close())

const big = '12345678901234567890.5'
const call = (more = '') =>
  `{"jsonrpc":"2.0", "id":"\\u00e4","method":"tools/call","params":{"name":"höhe","arguments":{"n":${big},"__proto__":{"x":1}}${more}}}`

describe('on the way to the server', () => {
  test('only metadata is added, and the headers that repeat the body', async () => {
    const client = await startRawClient(gateway, (message, _request, response) =>
      respond(response, message, '{"resultType":"complete","content":[]}'),
    )
    await client.post(call(',"_meta":{"progressToken":7,"x":1.0}'), { 'mcp-name': 'other', cookie: 'a=b' })
    const [sent] = client.sent()
    const meta =
      '"_meta":{"progressToken":7,"x":1.0,"io.modelcontextprotocol/protocolVersion":"2026-07-28",' +
      '"io.modelcontextprotocol/clientCapabilities":{"roots":{},"sampling":{},"elicitation":{"form":{},"url":{}}},' +
      '"io.modelcontextprotocol/clientInfo":{"name":"raw","version":"1"},"io.modelcontextprotocol/logLevel":"info"}'
    expect(sent?.body.toString()).toBe(call(`,${meta}`))
    expect(sent?.header('mcp-protocol-version')).toEqual(['2026-07-28'])
    expect(sent?.header('mcp-method')).toEqual(['tools/call'])
    expect(sent?.header('mcp-name')).toEqual(['=?base64?aMO2aGU=?='])
    for (const name of ['mcp-session-id', 'x-api-key', 'cookie']) expect(sent?.header(name)).toEqual([])
  })

  test('headers repeat the arguments that the tool asks for, and are made anew when it asks for others', async () => {
    let name = 'Region'
    const client = await startRawClient(gateway, (message, request, response) => {
      if (request.header(`mcp-param-${name}`)[0] === 'eu')
        return respond(response, message, '{"resultType":"complete","content":[]}')
      return respond(response, message, '{"code":-32020,"message":"Header mismatch"}', 'error', 400)
    })
    const wants = (header: string) => {
      name = header
      const properties = { region: { type: 'string', 'x-mcp-header': header } }
      const tools = [{ name: 'a', inputSchema: { type: 'object', properties } }]
      client.lists(JSON.stringify({ resultType: 'complete', ttlMs: 60_000, cacheScope: 'private', tools }))
    }
    wants('Region')
    const ask = () => client.ask('tools/call', { name: 'a', arguments: { region: 'eu' } })
    expect(await ask()).toMatchObject({ result: { content: [] } })
    wants('Zone')
    expect(await ask()).toMatchObject({ result: { content: [] } })
    const headers = client.sent().map((one) => [one.header('mcp-param-region'), one.header('mcp-param-zone')])
    expect(headers).toEqual([
      [['eu'], []],
      [['eu'], []],
      [[], ['eu']],
    ])
    name = 'nothing that it lists'
    expect(await ask()).toMatchObject({ error: { code: 1003 } })
  })

  test('a call that names nothing is refused', async () => {
    const client = await startRawClient(gateway, () => {})
    expect(await client.ask('tools/call', {})).toMatchObject({ id: 1, error: { code: -32602 } })
    expect(client.sent()).toHaveLength(0)
  })

  test('methods and notifications that the gateway does not know cross too', async () => {
    const client = await startRawClient(gateway, (message, _request, response) => {
      if (message.id === undefined) response.writeHead(202).end()
      else respond(response, message, '{"resultType":"complete","custom":true}')
    })
    expect(await client.ask('com.example/custom', { a: 1 })).toMatchObject({ result: { custom: true } })
    const told = await client.post('{"jsonrpc":"2.0","method":"notifications/com.example","params":{"b":2}}')
    expect(told.status).toBe(202)
    expect(client.sent().map(({ json }) => json())).toMatchObject([
      { method: 'com.example/custom', params: { a: 1 } },
      { method: 'notifications/com.example', params: { b: 2 } },
    ])
  })

  test.each(['notifications/initialized', 'notifications/roots/list_changed', 'notifications/cancelled'])(
    '%s ends at the gateway',
    async (method) => {
      const client = await startRawClient(gateway, () => {})
      const told = await client.post(JSON.stringify({ jsonrpc: '2.0', method, params: {} }))
      expect([told.status, await told.text()]).toEqual([202, ''])
      expect(client.sent()).toHaveLength(0)
    },
  )

  test.each(['tasks/list', 'server/discover', 'subscriptions/listen'])('%s is unknown', async (method) => {
    const client = await startRawClient(gateway, () => {})
    expect(await client.ask(method)).toMatchObject({ id: 1, error: { code: -32601 } })
    expect(client.sent()).toHaveLength(0)
  })
})

describe('on the way back', () => {
  test('what is no answer to this very request is none, and what is no message is not passed', async () => {
    const client = await startRawClient(gateway, (message, _request, response) => {
      const id = JSON.stringify(message.id)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const text of ['[1]', '5', 'null', '{"jsonrpc":"2.0","id":"other","result":{"theirs":1}}'])
        response.write(`data: ${text}\n\n`)
      response.end(
        message.params?.name === 'mine'
          ? `data: {"jsonrpc":"2.0","id":${id},"result":{"content":[]}}\n\n`
          : '',
      )
    })
    const ask = (name: string) => client.ask('tools/call', { name })
    expect(await ask('mine')).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [] } })
    expect(await ask('theirs')).toMatchObject({ id: 1, error: { code: 1003 } })
  })

  test('an error without an id is for who asked', async () => {
    const client = await startRawClient(gateway, (_message, _request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}')
    })
    expect(await client.ask('tools/call', { name: 'a' })).toMatchObject({ id: 1, error: { code: -32700 } })
  })

  test('a server that asks for input without names is told from one that asks for none', async () => {
    const client = await startRawClient(gateway, (message, _request, response) =>
      respond(response, message, '{"resultType":"input_required","inputRequests":[1]}'),
    )
    expect(await client.ask('tools/call', { name: 'a' })).toMatchObject({ error: { code: 1003 } })
    expect(client.sent()).toHaveLength(1)
  })

  const answered = async (method: string, result: string, params: object = {}) => {
    const client = await startRawClient(gateway, (message, _request, response) =>
      respond(response, message, result),
    )
    const body = JSON.stringify({ jsonrpc: '2.0', id: 'x', method, params })
    const answer = await client.post(body)
    return { status: answer.status, text: await answer.text() }
  }

  test('the id is the one that the client wrote, and only what the older revisions lack is left out', async () => {
    const client = await startRawClient(gateway, (message, _request, response) =>
      respond(
        response,
        message,
        `{"resultType":"complete","content":[],"n":${big},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}`,
      ),
    )
    const answer = await client.post(call())
    expect(await answer.text()).toBe(`{"jsonrpc":"2.0","id":"\\u00e4","result":{"content":[],"n":${big}}}`)
  })

  test('tools whose schemas go deeper than anybody reads are an answer that is none', async () => {
    const levels = 20_000
    const schema = `${'{"properties":{"a":'.repeat(levels)}{"type":"string","x-mcp-header":"A"}${'}}'.repeat(levels)}`
    const client = await startRawClient(gateway, (message, _request, response) =>
      respond(response, message, `{"resultType":"complete","tools":[{"name":"a","inputSchema":${schema}}]}`),
    )
    const told = { error: { message: expect.stringContaining('nested too deeply') } }
    expect(await client.ask('tools/list')).toMatchObject(told)
  })

  test('cache hints go, and tools that a legacy client would stumble over', async () => {
    const odd = `{"name":"odd","inputSchema":{"type":"object"},"outputSchema":{"type":"array"}}`
    const bad = `{"name":"bad","inputSchema":{"type":"object","properties":{"a":{"type":"number","x-mcp-header":"A"}}}}`
    const fine = `{"name":"fine","inputSchema":{"type":"object"},"outputSchema":{"type":"object"},"n":${big}}`
    const { text } = await answered(
      'tools/list',
      `{"resultType":"complete","ttlMs":1,"cacheScope":"public","tools":[${odd},${bad},${fine}],"nextCursor":"c"}`,
    )
    const without = '{"name":"odd","inputSchema":{"type":"object"}}'
    expect(text).toBe(`{"jsonrpc":"2.0","id":"x","result":{"tools":[${without},${fine}],"nextCursor":"c"}}`)
  })

  test('structured content that is no object gets one around it', async () => {
    const { text } = await answered(
      'tools/call',
      '{"resultType":"complete","content":[],"structuredContent":[1,2]}',
      { name: 'a' },
    )
    expect(JSON.parse(text)).toMatchObject({ result: { structuredContent: { result: [1, 2] } } })
  })

  test('tools that are switched off are not listed', async () => {
    const tools =
      '{"resultType":"complete","tools":[{"name":"a","inputSchema":{}},{"name":"b","inputSchema":{}}]}'
    const client = await startRawClient(
      gateway,
      (message, _request, response) => respond(response, message, tools),
      { server: { disabledTools: ['a'] } },
    )
    expect((await client.ask('tools/list')).result?.tools).toEqual([{ name: 'b', inputSchema: {} }])
    expect(await client.ask('tools/call', { name: 'a' })).toMatchObject({ error: { code: -32602 } })
  })

  test('errors come with status 200, in codes that the older revisions know', async () => {
    const failing = async (method: string, error: string, status: number) => {
      const client = await startRawClient(gateway, (message, _request, response) =>
        respond(response, message, error, 'error', status),
      )
      const answer = await client.post(
        JSON.stringify({ jsonrpc: '2.0', id: 5, method, params: { name: 'a', uri: 'a:b' } }),
      )
      return [answer.status, await answer.json()]
    }
    expect(await failing('x/y', '{"code":-32601,"message":"no","data":{"n":1}}', 404)).toEqual([
      200,
      { jsonrpc: '2.0', id: 5, error: { code: -32601, message: 'no', data: { n: 1 } } },
    ])
    const missing = '{"code":-32602,"message":"Resource not found","data":{"uri":"a:b"}}'
    expect(await failing('resources/read', missing, 400)).toMatchObject([200, { error: { code: -32002 } }])
    const lacking = '{"code":-32021,"message":"no","data":{"requiredCapabilities":{"sampling":{}}}}'
    expect(await failing('tools/call', lacking, 400)).toMatchObject([200, { result: { isError: true } }])
    expect(await failing('prompts/get', lacking, 400)).toMatchObject([200, { error: { code: -32603 } }])
    const mismatch = '{"code":-32020,"message":"no"}'
    expect(await failing('prompts/get', mismatch, 400)).toMatchObject([502, { id: 5, error: { code: 1003 } }])
  })

  test("an upstream's failures are the gateway's to tell", async () => {
    const failing = async (method: string, status: number | 'never' | 'drops') => {
      const client = await startRawClient(gateway, (_message, _request, response) => {
        if (typeof status === 'number') response.writeHead(status).end()
        if (status === 'drops') response.writeHead(200, { 'content-type': 'application/json' }).write('{')
      })
      const answer = await client.post(
        JSON.stringify({ jsonrpc: '2.0', id: 5, method, params: { name: 'a' } }),
      )
      return [answer.status, await answer.json()]
    }
    expect(await failing('tools/call', 500)).toMatchObject([502, { id: 5, error: { code: 1003 } }])
    expect(await failing('tools/call', 'never')).toMatchObject([504, { id: 5, error: { code: 1004 } }])
    expect(await failing('tools/call', 401)).toMatchObject([200, { id: 5, result: { isError: true } }])
    expect(await failing('prompts/get', 401)).toMatchObject([502, { id: 5, error: { code: 1010 } }])
    expect(await failing('tools/call', 'drops')).toMatchObject([504, { id: 5, error: { code: 1004 } }])
    await waitFor(() => gateway.registry.records.some((one) => one.error_code === 'upstream_auth_failed'))
  })

  test('a client that takes one JSON answer only gets just that', async () => {
    const client = await startRawClient(gateway, ({ id }, _request, response) => {
      const result = { resultType: 'complete', content: [] }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n')
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`)
    })
    const answer = await client.post(call(), { accept: 'application/json' })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toEqual({ jsonrpc: '2.0', id: 'ä', result: { content: [] } })
  })

  test('after a notification they come as an event', async () => {
    const progress = {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 1 },
    }
    const client = await startRawClient(gateway, (_message, _request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify(progress)}\n\n`, () => response.socket?.resetAndDestroy())
    })
    const events = await allOf(eventsOf(await client.post(call())))
    expect(events).toMatchObject([progress, { id: 'ä', error: { code: 1003 } }])
  })
})

describe('ends', () => {
  const waiting = async () => {
    const client = await startRawClient(gateway, () => {}, { server: { callTimeoutMs: 1_500 } })
    const received = async () => {
      await waitFor(() => client.sent().length > 0)
      return { over: client.sent().at(-1)?.over }
    }
    return { client, received }
  }

  test('a cancelled call is over upstream at once, and gets no response', async () => {
    const { client, received } = await waiting()
    const answer = client.post(
      '{"jsonrpc":"2.0","id":"a\\u0062","method":"tools/call","params":{"name":"a"}}',
    )
    const { over } = await received()
    const cancel = (requestId: string) =>
      client.post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${requestId}}}`)
    const started = performance.now()
    expect((await cancel('"ab"')).status).toBe(202)
    expect(await over).toEqual({ aborted: true })
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(await allOf(eventsOf(await answer))).toEqual([])
  })

  test('a client that goes away cancels nothing: the server keeps its time, and no longer', async () => {
    const { client, received } = await waiting()
    const leaving = new AbortController()
    const answer = client.post(call(), {}, leaving.signal)
    const { over } = await received()
    leaving.abort()
    await expect(answer).rejects.toThrow()
    const started = performance.now()
    expect(await over).toEqual({ aborted: true })
    expect(performance.now() - started).toBeGreaterThan(500)
  })

  test('what a server answers to a client that has left is written down', async () => {
    const left = Promise.withResolvers<void>()
    const client = await startRawClient(gateway, (message, _request, response) => {
      const result = '{"resultType":"complete","content":[],"isError":true}'
      void left.promise.then(() => respond(response, message, result))
    })
    const leaving = new AbortController()
    const answer = client.post(call().replace('höhe', 'left'), {}, leaving.signal)
    await waitFor(() => client.sent().length === 1)
    leaving.abort()
    await expect(answer).rejects.toThrow()
    left.resolve()
    const record = await waitFor(() => gateway.registry.records.find(({ tool }) => tool === 'left'))
    expect(record).toMatchObject({ outcome: 'tool_error', error_code: null })
  })

  test("another session's cancellation of the same id does nothing", async () => {
    const { client, received } = await waiting()
    const answer = client.post(call())
    const { over } = await received()
    const other = await joinAs(client.url, client.upstream, client.headers['x-api-key'] ?? '')
    const { 'mcp-session-id': _, ...sessionless } = client.headers
    for (const headers of [other.headers, sessionless]) {
      const body = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"ä"}}'
      expect((await fetch(client.url, { method: 'POST', headers, body })).status).toBe(202)
    }
    expect((await answer).status).toBe(504)
    expect(await over).toEqual({ aborted: true })
  })
})
