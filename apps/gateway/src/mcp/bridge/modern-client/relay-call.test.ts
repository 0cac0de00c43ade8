// One call of a modern client in a legacy session, byte by byte.

import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import { type Ask, modernClient, send } from './modern-client.fixture.ts'
import { type Handle, reply, startScriptedServer, stream } from './scripted-server.fixture.ts'

let gateway: TestGateway
let key: string
beforeAll(async () => {
  gateway = await startGateway()
  key = gateway.registry.addKey().key
})
afterAll(() => gateway.close())

let count = 0
async function serve(
  handle: Handle,
  { capabilities = {}, get = undefined as Handle | undefined, callTimeoutMs = 60_000, unknown = 404 } = {},
) {
  const server = await startScriptedServer({ tools: {}, logging: {}, ...capabilities }, handle, {
    get,
    unknown,
  })
  onTestFinished(() => server.close())
  const slug = `r${++count}`
  gateway.registry.addServer({ slug, url: server.url, era: 'legacy', callTimeoutMs })
  const url = `${gateway.url}/mcp/${slug}`
  return { server, url, ask: modernClient(url, key) }
}

const call = (more: Partial<Ask> = {}): Ask => ({ method: 'tools/call', params: '"name":"t"', ...more })
const ok = { content: [{ type: 'text', text: 'done' }] }

test('only what the era asks for is changed, both ways', async () => {
  const big = '12345678901234567890'
  const { server, ask } = await serve((message, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      `{"jsonrpc":"2.0","result":{"x":${big},"_meta":{"a/b":1.0},"content":[]},"id":${JSON.stringify(message.id)}}`,
    )
  })
  const told = await ask({
    method: 'tools/call',
    params: `"arguments":{"io.modelcontextprotocol/x":${big},"requestState":1e400} , "name":"t","unknown":[1.50]`,
    meta: '"progressToken":7,"my.org/x":-0,"traceparent":"t"',
    idRaw: '"a\\u0062"',
  })
  const body = server.upstream.requests.at(-1)?.body.toString() ?? ''
  const id = JSON.stringify(server.messages[0]?.id)
  expect(body).toBe(
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"_meta":{"progressToken":${id},"my.org/x":-0,"traceparent":"t"},` +
      `"arguments":{"io.modelcontextprotocol/x":${big},"requestState":1e400} , "name":"t","unknown":[1.50]}}`,
  )
  expect(told.texts).toEqual([
    `{"jsonrpc":"2.0","id":"a\\u0062","result":{"x":${big},"_meta":{"a/b":1.0,"io.modelcontextprotocol/serverInfo":{"name":"scripted","version":"1"}},"content":[],"resultType":"complete"}}`,
  ])
})

test('a list says for how long and for whom it holds, and leaves out what runs as a core task only', async () => {
  const { ask } = await serve(({ id }, response) => {
    const tools = [{ name: 'a' }, { name: 'b', execution: { taskSupport: 'required' } }]
    reply(response, { id, result: { tools, nextCursor: 'c' } })
  })
  const { last } = await ask({ method: 'tools/list' })
  expect(last.result).toMatchObject({
    ttlMs: 0,
    cacheScope: 'private',
    resultType: 'complete',
    nextCursor: 'c',
  })
  expect(last.result?.tools).toEqual([{ name: 'a' }])
})

test('concurrent calls of clients with equal ids and equal progress tokens get each their own', async () => {
  const { ask } = await serve(({ id, params }, response) => {
    const { send, end } = stream(response)
    const { progressToken } = (params?._meta ?? {}) as { progressToken?: string }
    send({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
    send({ method: 'notifications/progress', params: { progressToken: 'of another', progress: 2 } })
    send({ id, result: { ...(params?.arguments as object) } })
    end()
  })
  const many = Array.from({ length: 100 }, (_, n) => n)
  const told = await Promise.all(
    many.map((n) =>
      ask(call({ params: `"name":"t","arguments":{"n":${n}}`, meta: `"progressToken":${n % 2}` })),
    ),
  )
  told.forEach(({ texts, last }, n) => {
    expect(last.result?.n).toBe(n)
    expect(texts.slice(0, -1).map((text) => JSON.parse(text).params)).toEqual([
      { progressToken: n % 2, progress: 1 },
    ])
  })
})

test('headers that repeat arguments are compared with them', async () => {
  const inputSchema = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } }
  const { server, ask } = await serve(({ id, method }, response) =>
    reply(response, { id, result: method === 'tools/list' ? { tools: [{ name: 't', inputSchema }] } : ok }),
  )
  const params = '"name":"t","arguments":{"region":"eu"}'
  const wrong = await ask(call({ params, headers: { 'mcp-param-region': 'us' } }))
  expect([wrong.status, wrong.last.error?.code]).toEqual([400, -32020])
  expect((await ask(call({ params, headers: { 'mcp-param-region': 'eu' } }))).last.result).toMatchObject(ok)
  expect(server.messages.filter(({ method }) => method === 'tools/call').length).toBe(1)
})

describe('errors', () => {
  test.each([
    ['an unknown method is 404', -32601, 404, -32601],
    ['invalid params stay', -32602, 200, -32602],
    ['an unknown resource has the code of its revision', -32002, 200, -32602],
    ["the server's own codes stay", -32000, 200, -32000],
    ['pages that the client can not be sent to are a missing capability', -32042, 400, -32021],
  ])('%s', async (_what, code, status, told) => {
    const { ask } = await serve(({ id }, response) => {
      reply(response, { id, error: { code, message: 'No', data: { elicitations: [{ mode: 'url' }] } } })
    })
    const answer = await ask(call())
    expect([answer.status, answer.last.error?.code]).toEqual([status, told])
  })

  test.each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'tasks/get'])(
    '%s is of the other era and reaches no server',
    async (method) => {
      const { server, ask } = await serve(() => {})
      const { status, last } = await ask({ method, params: '"taskId":"x"' })
      expect([status, last.error?.code]).toEqual([404, -32601])
      expect(server.upstream.requests).toEqual([])
    },
  )

  test('an unknown version names those that are spoken', async () => {
    const { ask } = await serve(() => {})
    const { status, last } = await ask(call({ version: '2027-01-01' }))
    expect([status, last.error?.code]).toEqual([400, -32022])
    expect(last.error?.data).toMatchObject({ supported: ['2026-07-28'], requested: '2027-01-01' })
  })

  test('an answer without an id is that of the call', async () => {
    const { ask } = await serve((_message, response) =>
      reply(response, { id: null, error: { code: -32000, message: 'Bad' } }, 400),
    )
    expect((await ask(call({ idRaw: '"x"' }))).texts[0]).toMatch(
      /^{"jsonrpc":"2.0","id":"x","error":{"code":-32000/,
    )
  })

  test('a server that fails, says nothing useful or breaks off is told as such', async () => {
    const { ask } = await serve((_message, response) => void response.writeHead(500).end())
    expect(await ask(call())).toMatchObject({ status: 502, last: { error: { code: 1003 } } })
    const broken = await serve(({ id }, response) => {
      stream(response).send({ method: 'notifications/progress', params: { progressToken: id, progress: 1 } })
      response.socket?.destroySoon()
    })
    const told = await broken.ask(call({ meta: '"progressToken":1' }))
    expect(told.texts.length).toBe(2)
    expect(told.last.error?.code).toBe(1003)
  })

  test('a refused credential is a result of the tool, and an error elsewhere', async () => {
    const { ask } = await serve((_message, response) => void response.writeHead(401).end())
    expect((await ask(call())).last.result).toMatchObject({ isError: true, resultType: 'complete' })
    expect((await ask({ method: 'tools/list' })).last.error?.code).toBe(1010)
  })
})

describe('a session that the server has forgotten', () => {
  test('is replaced, and the call sent once more', async () => {
    const { server, ask } = await serve(({ id }, response) => reply(response, { id, result: ok }))
    await ask(call())
    server.forgetSessions()
    expect((await ask(call())).last.result).toMatchObject(ok)
    expect(server.greetings.length).toBe(2)
    expect(server.messages.length).toBe(2)
  })

  test('is given up where the next one is forgotten too', async () => {
    const { server, ask } = await serve((_message, response) => {
      server.forgetSessions()
      response.writeHead(404).end()
    })
    expect(await ask(call())).toMatchObject({ status: 502, last: { error: { code: 1003 } } })
    expect(server.messages.length).toBe(2)
  })

  test('by a server that says 400 is not used again', async () => {
    const { server, ask } = await serve(({ id }, response) => reply(response, { id, result: ok }), {
      unknown: 400,
    })
    await ask(call())
    server.forgetSessions()
    expect((await ask(call())).last.error?.code).toBe(-32000)
    await waitFor(async () => (await ask(call())).last.result !== undefined)
    expect(server.greetings.length).toBe(2)
  })

  test('is not mistaken for a method that it does not know', async () => {
    const { server, ask } = await serve(({ id }, response) =>
      reply(response, { id, error: { code: -32601, message: 'Method not found' } }, 404),
    )
    expect((await ask(call())).last.error?.message).toBe('Method not found')
    expect(server.messages.length).toBe(1)
  })
})

test('nothing is sent twice after a server error or a broken connection', async () => {
  let resets = 0
  const { server, ask } = await serve((_message, response) => {
    resets += 1
    if (resets === 1) response.writeHead(503).end()
    else response.socket?.resetAndDestroy()
  })
  expect((await ask(call())).status).toBe(502)
  expect((await ask(call())).status).toBe(502)
  expect(server.messages.length).toBe(2)
})

describe('log messages', () => {
  const handle: Handle = ({ id, method }, response) => {
    if (method === 'logging/setLevel') return void reply(response, { id, result: {} })
    const { send, end } = stream(response)
    send({ method: 'notifications/message', params: { level: 'info', data: 'x' } })
    send({ id, result: ok })
    end()
  }

  test('travel on the call that asks for them, whose level the server was told', async () => {
    const { server, ask } = await serve(handle)
    const told = await ask(call({ meta: '"io.modelcontextprotocol/logLevel":"info"' }))
    expect(told.texts.length).toBe(2)
    expect(server.messages.find(({ method }) => method === 'logging/setLevel')?.params).toEqual({
      level: 'info',
    })
  })

  test('are kept from a call that names no level', async () => {
    const { ask } = await serve(handle)
    expect((await ask(call())).texts.length).toBe(1)
  })

  test('of an unknown level are refused', async () => {
    const { ask } = await serve(handle)
    const { last } = await ask(call({ meta: '"io.modelcontextprotocol/logLevel":"loud"' }))
    expect(last.error?.code).toBe(-32602)
  })
})

test.each([{}, { elicitation: {} }])(
  'a body may come piece by piece (a client with %j)',
  async (capabilities) => {
    const { ask } = await serve(({ id }, response) => {
      const text = JSON.stringify({ jsonrpc: '2.0', id, result: ok })
      response.writeHead(200, { 'content-type': 'application/json' }).write(text.slice(0, 9))
      setTimeout(() => response.end(text.slice(9)), 30)
    })
    expect((await ask(call({ capabilities }))).last.result).toMatchObject(ok)
  },
)

test('a call that takes long is kept alive', async () => {
  const patient = await startGateway({ GATEHOUSE_KEEP_ALIVE_MS: '20' }, gateway.registry)
  onTestFinished(() => patient.close())
  let finish = () => {}
  const { server, url } = await serve(({ id }, response) => {
    finish = () => reply(response, { id, result: ok })
  })
  const response = await send(url.replace(gateway.url, patient.url), key, call())
  await waitFor(() => server.messages.length === 1)
  finish() // the head came before the answer
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(await response.text()).toContain('"done"')
})

describe('a client that goes away', () => {
  test.each(['before the answer begins', 'while it streams'])('cancels its call %s', async (when) => {
    const { server, ask } = await serve(({ id }, response) => {
      if (when === 'while it streams')
        stream(response).send({
          method: 'notifications/progress',
          params: { progressToken: id, progress: 1 },
        })
    })
    const leaving = new AbortController()
    const asked = ask(call({ signal: leaving.signal, meta: '"progressToken":1' }))
    await waitFor(() => server.messages.length === 1)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await waitFor(() => server.messages.length === 2)
    expect(server.messages[1]).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: server.messages[0]?.id },
    })
    const sent = server.upstream.requests.find(
      ({ json }) => (json() as { method?: string })?.method === 'tools/call',
    )
    expect(await sent?.over).toEqual({ aborted: true })
  })
})

describe('a stream that the server ends early', () => {
  test('is taken up again after its time, until the response is there', async () => {
    let asked = ''
    const polls: string[] = []
    const { ask } = await serve(
      ({ id }, response) => {
        asked = String(id)
        const { write, end } = stream(response)
        write('id: e0\nretry: 20\ndata: \n\n')
        end()
      },
      {
        get: (_message, response, request) => {
          polls.push(...request.header('last-event-id'))
          const { send, end } = stream(response)
          if (polls.length === 1)
            send({ method: 'notifications/progress', params: { progressToken: asked, progress: 1 } }, 'e1')
          else if (polls.length === 3) send({ id: asked, result: ok })
          end()
        },
      },
    )
    const { texts, last } = await ask(call({ meta: '"progressToken":1' }))
    expect(last.result).toMatchObject(ok)
    expect(texts.length).toBe(2)
    expect(polls).toEqual(['e0', 'e1', 'e1'])
  })

  test('is given up when nothing has come for as long as a call may take', async () => {
    const { ask } = await serve(
      (_message, response) => {
        const { write, end } = stream(response)
        write('id: e0\nretry: 50\ndata: \n\n')
        end()
      },
      { get: (_message, response) => stream(response).end(), callTimeoutMs: 300 },
    )
    expect(await ask(call())).toMatchObject({ status: 504, last: { error: { code: 1004 } } })
  })

  test('without an id is broken off', async () => {
    const { ask } = await serve((_message, response) => stream(response).end())
    expect(await ask(call())).toMatchObject({ status: 502 })
  })
})

test('a notification of the client crosses in its session, but for those of the other era', async () => {
  const { server, url } = await serve(() => {})
  const notify = (method: string) =>
    fetch(url, {
      method: 'POST',
      headers: {
        'x-api-key': key,
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
      },
      body: JSON.stringify({ jsonrpc: '2.0', method, params: { n: 1 } }),
    })
  expect((await notify('notifications/cancelled')).status).toBe(202)
  expect((await notify('x/y')).status).toBe(202)
  expect(server.messages).toEqual([{ jsonrpc: '2.0', method: 'x/y', params: { n: 1 } }])
})
