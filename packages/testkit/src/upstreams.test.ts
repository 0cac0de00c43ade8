import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, describe, expect, test } from 'vitest'
import {
  canary,
  findCanary,
  type Script,
  scripts,
  spawnApp,
  startEverything,
  startRecordingUpstream,
  startSdkUpstream,
  waitFor,
} from './index.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function keep<T extends { close(): Promise<void> }>(closable: T): T {
  cleanups.push(() => closable.close())
  return closable
}

async function connect(url: string, headers: Record<string, string> = {}) {
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  const client = keep(new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } }))
  await client.connect(transport)
  return { client, transport }
}

const textOf = (result: Awaited<ReturnType<Client['callTool']>>) =>
  (result.content as { text: string }[])[0]?.text

describe.each([
  [{ eras: 'both' }, '2026-07-28'],
  [{ eras: 'modern' }, '2026-07-28'],
  [{ eras: 'legacy' }, '2025-11-25'],
  [{ eras: 'legacy', sessions: true }, '2025-11-25'],
] as const)('an SDK upstream with %o', (options, version) => {
  test('is found to be of its era, and its tools work', async () => {
    const secret = canary()
    const upstream = keep(await startSdkUpstream({ ...options, requiredHeader: `X-Key: ${secret}` }))
    await expect(connect(upstream.url)).rejects.toThrow()
    const { client, transport } = await connect(upstream.url, { 'x-key': secret })
    expect(client.getNegotiatedProtocolVersion()).toBe(version)
    expect(transport.sessionId !== undefined).toBe('sessions' in options)
    expect(textOf(await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } }))).toBe('5')
    expect(textOf(await client.callTool({ name: 'headers', arguments: {} }))).toContain(secret)
    expect((await client.callTool({ name: 'fail', arguments: {} })).isError).toBe(true)
    const heard: number[] = []
    await client.callTool(
      { name: 'count', arguments: { to: 3 } },
      { onprogress: ({ progress }) => heard.push(progress) },
    )
    expect(heard).toEqual([1, 2, 3])
    expect(upstream.requests.length).toBeGreaterThan(4)
  })
})

describe('a recording upstream', () => {
  const start = async (script: Script) => keep(await startRecordingUpstream(script))

  test.each([
    [
      'legacy',
      scripts.legacyServer({ tools: [{ name: 'a', inputSchema: { type: 'object' } }], sessionId: 's1' }),
      '2025-11-25',
    ],
    [
      'modern',
      scripts.modernServer({ tools: [{ name: 'a', inputSchema: { type: 'object' } }] }),
      '2026-07-28',
    ],
  ] as const)('can be a plain %s server to a real client', async (_era, script, version) => {
    const upstream = await start(script)
    const { client } = await connect(upstream.url)
    expect(client.getNegotiatedProtocolVersion()).toBe(version)
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['a'])
    expect(textOf(await client.callTool({ name: 'a', arguments: { x: 1 } }))).toContain('"arguments":{"x":1}')
  })

  test('keeps headers as they came, bodies as bytes, and the connection', async () => {
    const upstream = await start(scripts.json({ ok: true }))
    const body = Buffer.from('{"n": 12345678901234567890}')
    const answer = await fetch(upstream.url, { method: 'POST', body, headers: { 'X-Mixed': 'Case' } })
    expect(await answer.json()).toEqual({ ok: true })
    const [request] = upstream.requests
    expect(request?.body.equals(body)).toBe(true)
    expect([request?.method, request?.url, request?.header('x-mixed'), request?.connection]).toEqual([
      'POST',
      '/mcp',
      ['Case'],
      1,
    ])
  })

  test('sends chunks when told, and knows when the client went away', async () => {
    let go = () => {}
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    const upstream = await start(scripts.sse(['data: 1\n', gate, '\ndata: 2\n\n', new Promise(() => {})]))
    const abort = new AbortController()
    const response = await fetch(upstream.url, { signal: abort.signal })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe('data: 1\n')
    go()
    expect((await reader?.read())?.value).toBe('\ndata: 2\n\n')
    abort.abort()
    expect(await upstream.requests[0]?.over).toEqual({ aborted: true })
  })

  test('can keep silent, reset, break off, and change its mind', async () => {
    const upstream = await start(scripts.inTurn(scripts.reset, scripts.breakOff('{"a'), scripts.never))
    await expect(fetch(upstream.url)).rejects.toThrow()
    await expect(fetch(upstream.url).then((response) => response.text())).rejects.toThrow()
    const silent = fetch(upstream.url)
    silent.catch(() => {})
    await waitFor(() => upstream.requests.length === 3)
    upstream.reset()
    await expect(silent).rejects.toThrow()
    upstream.answer(scripts.status(401))
    expect((await fetch(upstream.url)).status).toBe(401)
  })
})

test('server-everything from npm runs, and speaks legacy with a session', async () => {
  const everything = keep(await startEverything())
  const { client, transport } = await connect(everything.url)
  expect(transport.sessionId).toBeTruthy()
  expect(textOf(await client.callTool({ name: 'echo', arguments: { message: 'hi' } }))).toBe('Echo: hi')
})

test('a canary is found plain and encoded', () => {
  const secret = canary()
  expect(findCanary(secret, 'nothing here')).toBeUndefined()
  for (const [spelling, text] of [
    ['plain', `x${secret}`],
    ['hex', Buffer.from(secret).toString('hex').toUpperCase()],
    ['base64', Buffer.from(`Bearer ${secret}`).toString('base64')],
    ['base64', Buffer.from(`x:${secret}!`).toString('base64')],
    ['base64', Buffer.from(secret).toString('base64')],
    ['reversed', [...secret].reverse().join('')],
    ['UTF-16', Buffer.from(secret, 'utf16le')],
  ] as const) {
    expect(findCanary(secret, text)).toBe(spelling)
  }
})

test('waitFor gives the value, and fails with the last error as cause', async () => {
  let calls = 0
  expect(await waitFor(() => (++calls > 2 ? calls : undefined))).toBe(3)
  const never = () => {
    throw new Error('not yet')
  }
  await expect(waitFor(never, { deadlineMs: 30, what: 'the impossible' })).rejects.toMatchObject({
    message: 'still not after 30 ms: the impossible',
    cause: { message: 'not yet' },
  })
})

test('an app that can not start fails the test with what it printed', async () => {
  await expect(spawnApp('registry', {})).rejects.toThrow(/before it was ready:\n.*can not start/)
})
