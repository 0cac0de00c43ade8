import { type Script, scripts, waitFor } from '@gatehouse/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../../testing/gateway.ts'
import { openRaw } from '../../testing/raw.ts'
import { list, send, serve, useHastyGateway } from './hasty-gateway.fixture.ts'

const { json, sse, status } = scripts
const forever = new Promise<never>(() => {})
const { gateway, key } = useHastyGateway()

const reading = (response: Response) => {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  return async () => Buffer.from((await reader.read()).value ?? []).toString()
}

describe('a quiet event stream', () => {
  test('is kept open by comments, which come between events', async () => {
    const { address } = await serve(sse(['data: 1\n\n', forever]))
    const next = reading(await send(address))
    expect(await next()).toBe('data: 1\n\n')
    expect([await next(), await next()]).toEqual([':\n\n', ':\n\n'])
  })

  test('gets none while an event is half there', async () => {
    let go = () => {}
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    const { address } = await serve(sse(['data: 1\r\n\r\ndata: 2', gate, '2\r\n\r\n']))
    const next = reading(await send(address))
    let text = await next()
    const other = await serve(sse(['data: 1\n\n', forever]))
    const nextOfOther = reading(await send(other.address))
    while ((await nextOfOther()).includes('data'));
    for (let comments = 0; comments < 3; comments += 1) await nextOfOther()
    go()
    for (let part = await next(); part !== ''; part = await next()) text += part
    expect(text).toBe('data: 1\r\n\r\ndata: 22\r\n\r\n')
  })
})

describe('a GET stream', () => {
  test('passes the client on to the upstream with its last event id, and the events back', async () => {
    const { upstream, address } = await serve(sse(['id: 8\ndata: 1\n\n', forever]))
    const response = await send(address, { method: 'GET', headers: { 'last-event-id': '7' } })
    expect(await reading(response)()).toBe('id: 8\ndata: 1\n\n')
    const [seen] = upstream.requests
    expect([
      seen?.method,
      seen?.header('last-event-id'),
      seen?.header('accept'),
      seen?.header('x-stored'),
    ]).toEqual(['GET', ['7'], ['text/event-stream'], ['v']])
    await response.body?.cancel().catch(() => {})
  })

  test('that the server does not have is its 405', async () => {
    const { address } = await serve(status(405))
    expect((await send(address, { method: 'GET' })).status).toBe(405)
  })

  test('ends cleanly, after the event that is under way, when the gateway stops', async () => {
    const stopping = await startGateway()
    onTestFinished(() => stopping.close())
    let go = () => {}
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    const idle = await serve(sse(['data: 1\n\n', forever]), {}, stopping)
    const busy = await serve(sse(['data: 1\n\ndata: 2', gate, '2\n\n', forever]), {}, stopping)
    const call = await serve(sse(['data: 1\n\n', gate, 'data: 2\n\n']), {}, stopping)
    const own = { key: stopping.registry.addKey().key }
    const [first, second, third] = await Promise.all([
      send(idle.address, { ...own, method: 'GET' }),
      send(busy.address, { ...own, method: 'GET' }),
      send(call.address, own),
    ])
    await waitFor(() => busy.upstream.requests.length === 1)
    const nextOfBusy = reading(second)
    let text = await nextOfBusy()
    stopping.endStreams()
    expect(await first.text()).toBe('data: 1\n\n')
    go()
    for (let part = await nextOfBusy(); part !== ''; part = await nextOfBusy()) text += part
    expect(text).toBe('data: 1\n\ndata: 22\n\n')
    expect(await third.text()).toBe('data: 1\n\ndata: 2\n\n')
  })
})

test('an event stream of known length keeps it where it comes at once, and else has room for comments', async () => {
  const events = ['data: 1\n\n', 'data: 2\n\n']
  const script =
    (pauseMs: number): Script =>
    async (_request, response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'content-length': events.join('').length,
      })
      if (pauseMs === 0) return void response.end(events.join(''))
      response.write(events[0])
      setTimeout(() => response.end(events[1]), pauseMs)
    }
  const whole = await send((await serve(script(0))).address)
  expect(whole.headers.get('content-length')).toBe('18')
  expect(await whole.text()).toBe(events.join(''))
  const slow = await send((await serve(script(150))).address)
  expect(slow.headers.get('content-length')).toBe(null)
  expect(await slow.text()).toMatch(/^data: 1\n\n(:\n\n)+data: 2\n\n$/)
})

test.each<[string, Script, string]>([
  ['an event stream', sse(['data: 1\n\n']), 'data: 1\n\n'],
  [
    'JSON',
    (_request, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":1}'),
    '{"id":1}',
  ],
])(
  '%s that its server sent in chunks, but at once, leaves whole and with its length',
  async (_what, script, body) => {
    const response = await send((await serve(script)).address)
    expect(response.headers.get('content-length')).toBe(String(body.length))
    expect(await response.text()).toBe(body)
  },
)

test('events that came at once are not lost where their server breaks off with them', async () => {
  const { address } = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    setImmediate(() => response.destroy())
  })
  expect(await (await send(address)).text()).toMatch(
    /^data: 1\n\n(event: message\n)?data: \{"jsonrpc":"2.0","id":1,"error"/,
  )
})

test('events have a size limit each, not a stream, wherever its chunks are cut', async () => {
  const part = `\ndata: ${'x'.repeat(1024 * 1024)}\n`
  const { address } = await serve(sse([...Array.from({ length: 18 }, () => part), '\n']))
  expect((await (await send(address)).text()).length).toBe(18 * part.length + 1)
})

test('a stream that begins with more than a reader takes at once stays open for one that reads', async () => {
  const event = 'data: 0123456789\n\n'
  const chunk = `${event.length.toString(16)}\r\n${event}\r\n`
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
  const { address } = await serve((_request, response) => {
    response.socket?.write(head + chunk.repeat(5_000))
  })
  const next = reading(await send(address))
  let all = ''
  while ((all.match(/^:$/gm) ?? []).length < 15) {
    const text = await next()
    expect(text).not.toBe('')
    all += text
  }
  expect(all.replaceAll(':\n\n', '')).toBe(event.repeat(5_000))
})

describe('a client that goes away', () => {
  test.each([
    ['legacy' as const, {}, list],
    [
      'modern' as const,
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' },
      '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}',
    ],
  ])('closes the upstream request and sends nothing more (%s)', async (era, headers, body) => {
    const { upstream, address } = await serve(sse(['data: 1\n\n', forever]), { era })
    const abort = new AbortController()
    const response = await send(address, { headers, body, signal: abort.signal })
    await reading(response)()
    abort.abort()
    expect(await upstream.requests[0]?.over).toEqual({ aborted: true })
    await waitFor(() => gateway().registry.records.at(-1)?.outcome === 'cancelled')
    expect(upstream.requests.length).toBe(1)
  })

  test('or reads nothing for too long is dropped, and the upstream with it', async () => {
    const block = `data: ${'x'.repeat(64 * 1024)}\n\n`
    const flood: Script = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const pour = () => {
        while (!response.destroyed && response.write(block));
      }
      response.on('drain', pour)
      pour()
    }
    const { upstream, address } = await serve(flood)
    const before = process.memoryUsage().arrayBuffers
    const { socket, write, ended } = await openRaw(gateway().url)
    socket.pause()
    write(
      `POST ${new URL(address).pathname} HTTP/1.1\r\nHost: ${new URL(address).host}\r\nX-Api-Key: ${key()}\r\nContent-Type: application/json\r\nContent-Length: ${list.length}\r\n\r\n${list}`,
    )
    await waitFor(() => upstream.requests.length === 1)
    expect(await upstream.requests[0]?.over).toEqual({ aborted: true })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024)
    socket.resume()
    await ended
  })
})

describe('answers that may not pass are 502', () => {
  test.each<[string, Script]>([
    ['a redirect', status(307, { location: 'https://evil.example/' })],
    ['a compressed one', json('{}', { headers: { 'content-encoding': 'gzip' } })],
    ['a page', json('<html>', { headers: { 'content-type': 'text/html' } })],
    ['one without a type', status(200)],
  ])('%s', async (_what, script) => {
    const { address } = await serve(script)
    const response = await send(address)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({
      id: 1,
      error: { code: 1003, data: { code: 'upstream_invalid' } },
    })
  })

  test('a JSON answer that comes drop by drop is cut when its time is over', async () => {
    const drops = async (_request: unknown, response: import('node:http').ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(timer))
    }
    const { upstream, address } = await serve(drops)
    await expect((await send(address)).text()).rejects.toThrow()
    expect(await upstream.requests[0]?.over).toEqual({ aborted: true })
    await waitFor(() => gateway().registry.records.at(-1)?.error_code === 'upstream_timeout')
  })

  test('a JSON answer that never ends is cut at 16 MiB', async () => {
    const block = Buffer.alloc(1024 * 1024, 0x20)
    const { upstream, address } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const pour = () => {
        while (!response.destroyed && response.write(block));
      }
      response.on('drain', pour)
      pour()
    })
    const response = await send(address)
    await expect(response.arrayBuffer()).rejects.toThrow()
    expect(await upstream.requests[0]?.over).toEqual({ aborted: true })
  })

  test('a refusal of the credential whose body never ends is told at once', async () => {
    const { address } = await serve((_request, response) => {
      response.writeHead(403, { 'www-authenticate': 'Bearer' }).write('x')
    })
    const response = await send(address)
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(await response.json()).toMatchObject({ error: { code: 1010 } })
  })
})
