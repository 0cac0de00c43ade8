import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, describe, expect, test } from 'vitest'
import { createSampleServer, type RunningServer, type ServeOptions } from './index.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(options: ServeOptions = {}): Promise<RunningServer> {
  const server = await createSampleServer(options)
  cleanups.push(server.close)
  return server
}

async function connect(url: string, mode: 'legacy' | 'auto' | { pin: string }) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  const transport = new StreamableHTTPClientTransport(new URL(url))
  await client.connect(transport)
  cleanups.push(() => client.close())
  return Object.assign(client, { session: transport.sessionId })
}

describe.each([
  ['a modern client', { pin: '2026-07-28' }, {}, '2026-07-28'],
  ['a client that negotiates', 'auto', {}, '2026-07-28'],
  ['a legacy client', 'legacy', {}, '2025-11-25'],
  ['a legacy client with a session', 'legacy', { sessions: true }, '2025-11-25'],
  ['a modern client beside sessions', 'auto', { sessions: true }, '2026-07-28'],
] as const)('%s', (_name, mode, options, version) => {
  test('lists every tool with a title, a description and both schemas', async () => {
    const client = await connect((await start(options)).url, mode)
    expect(client.getNegotiatedProtocolVersion()).toBe(version)
    expect(client.session !== undefined).toBe('sessions' in options && version !== '2026-07-28')
    const { tools } = await client.listTools()
    expect(tools.map((tool) => tool.name)).toEqual([
      'current-time',
      'convert-units',
      'roll-dice',
      'text-stats',
      'slow-count',
    ])
    for (const tool of tools) {
      expect(tool).toMatchObject({ title: expect.any(String), description: expect.any(String) })
      expect(tool.outputSchema?.type).toBe('object')
      expect(tool.annotations?.readOnlyHint).toBe(true)
    }
  })

  test('calls tools, and hears about progress', async () => {
    const client = await connect((await start(options)).url, mode)
    const time = await client.callTool({ name: 'current-time', arguments: { zone: 'Europe/Zurich' } })
    expect(time.structuredContent).toMatchObject({ zone: 'Europe/Zurich', utc: expect.stringMatching(/Z$/) })
    const warm = { value: 68, from: 'F', to: 'C' }
    expect((await client.callTool({ name: 'convert-units', arguments: warm })).structuredContent).toEqual({
      value: 20,
      unit: 'C',
    })
    const stats = await client.callTool({
      name: 'text-stats',
      arguments: { text: 'Grüezi 👩‍🚀!\nTwo lines.' },
    })
    expect(stats.structuredContent).toEqual({ characters: 20, words: 3, sentences: 2, lines: 2 })
    const dice = await client.callTool({ name: 'roll-dice', arguments: { count: 3, sides: 2 } })
    expect((dice.structuredContent as { rolls: number[] }).rolls).toHaveLength(3)
    const heard: number[] = []
    const counted = await client.callTool(
      { name: 'slow-count', arguments: { to: 3, delayMs: 0 } },
      { onprogress: ({ progress }) => heard.push(progress) },
    )
    expect([counted.structuredContent, heard]).toEqual([{ counted: 3 }, [1, 2, 3]])
  })

  test('a mistake comes back as a tool error with a sentence', async () => {
    const client = await connect((await start(options)).url, mode)
    const mixed = await client.callTool({
      name: 'convert-units',
      arguments: { value: 1, from: 'kg', to: 'm' },
    })
    expect(mixed).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('kg is a mass') }],
    })
  })
})

test('with a required header, requests without it get 401', async () => {
  const { url } = await start({ requiredHeader: 'X-Sample-Key: open sesame' })
  const post = (headers: Record<string, string>) =>
    fetch(url, {
      method: 'POST',
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    })
  expect((await post({})).status).toBe(401)
  expect((await post({ 'x-sample-key': 'open sesam' })).status).toBe(401)
  expect((await post({ 'x-sample-key': 'open sesame' })).status).toBe(200)
})

test('what is no path gets 404', async () => {
  const { url } = await start()
  expect((await fetch(url.replace('/mcp', '//'))).status).toBe(404)
})

test('as a process it tells its parent where it listens, and stops with it', async () => {
  const child = fork(new URL('./main.ts', import.meta.url), { env: { PATH: process.env.PATH, PORT: '0' } })
  const [message] = await once(child, 'message')
  expect(message).toEqual({
    kind: 'ready',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/),
  })
  const client = await connect((message as { url: string }).url, 'auto')
  expect((await client.listTools()).tools).toHaveLength(5)
  const exit = once(child, 'exit')
  child.disconnect()
  expect((await exit)[0]).toBe(0)
})
