// Servers that mean harm, one after the other, asked in every way there is. After each of them the gateway lives, holds no more than
// 32 MB above its start, and another workspace's next call is answered at once.

import { brotliCompressSync, gzipSync } from 'node:zlib'
import {
  type RecordingUpstream,
  type Script,
  scripts,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modernHeaders, modernMeta } from '../testing/aggregate.ts'
import { type GatewayProcess, startGatewayProcess } from '../testing/gateway-process.ts'

const mib = 1024 * 1024
const victims = '01900000-0000-7000-8000-00000000000a'

let gateway: GatewayProcess
let bystander: RecordingUpstream
let bystanderKey: string
let key: string

beforeAll(async () => {
  gateway = await startGatewayProcess({
    GATEHOUSE_CALL_TIMEOUT_MS: '700',
    GATEHOUSE_FIRST_BYTE_TIMEOUT_MS: '700',
    GATEHOUSE_LIST_TIMEOUT_MS: '700',
    // What a gateway leaves alone it doesn't ask.
    GATEHOUSE_CIRCUIT_FAILURES: '100000',
    GATEHOUSE_LOG_LEVEL: 'error',
    // The machine has others to run: that they are served is asked for below.
    GATEHOUSE_MAX_EVENT_LOOP_DELAY_MS: '3600000',
  })
  bystander = await startRecordingUpstream(scripts.legacyServer())
  gateway.registry.addServer({ slug: 'by', url: bystander.url, era: 'legacy' }, victims)
  bystanderKey = gateway.registry.addKey({ workspaceId: victims }).key
  key = gateway.registry.addKey().key
  // Everything is loaded and compiled before what is held is measured.
  const usual = await startRecordingUpstream(scripts.legacyServer())
  await attack(usual, false)
  await othersAreServed()
  await usual.close()
})
afterAll(async () => {
  await gateway.stop()
  await bystander.close()
})

interface Kind {
  readonly rpc: string
  readonly params?: Record<string, unknown>
  readonly isModern?: boolean
}
const kinds: readonly Kind[] = [
  { rpc: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} } },
  { rpc: 'tools/list' },
  { rpc: 'tools/call', params: { name: 't' } },
  { rpc: 'tools/list', isModern: true },
  { rpc: 'tools/call', params: { name: 't' }, isModern: true },
]

/** What the caller got; `cut` where the connection broke. */
async function call(
  path: string,
  by: string,
  { rpc, params = {}, isModern = false }: Kind,
  patienceMs = 10_000,
): Promise<string> {
  const body = {
    jsonrpc: '2.0',
    id: 77,
    method: rpc,
    params: isModern ? { ...params, _meta: modernMeta() } : params,
  }
  try {
    const answer = await fetch(gateway.url + path, {
      method: 'POST',
      headers: {
        'x-api-key': by,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(isModern ? modernHeaders(rpc, params) : {}),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    })
    let size = 0
    let text = ''
    for await (const chunk of answer.body ?? []) {
      size += chunk.length
      if (size < 64 * 1024) text += Buffer.from(chunk).toString()
      if (size > 20 * mib) break // what has no end at all is left by its client
    }
    return text
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return 'late'
    return 'cut'
  }
}

async function othersAreServed(withinMs = 2_000) {
  const from = performance.now()
  expect(await call('/mcp/by', bystanderKey, { rpc: 'tools/call', params: { name: 't' } })).toContain(
    '"result"',
  )
  expect(performance.now() - from).toBeLessThan(withinMs)
}

/** Every kind of request on both paths at once, with the era known and not. @returns what came back, and where it is no server's own answer */
async function attack({ url }: RecordingUpstream, isEndless: boolean) {
  // A stream may last: who asked leaves it.
  const patienceMs = isEndless ? 700 : 10_000
  const answers: { readonly isBuiltHere: boolean; readonly text: string }[] = []
  for (const era of isEndless ? (['legacy', 'modern'] as const) : (['auto', 'legacy', 'modern'] as const)) {
    const id = gateway.registry.addServer({ slug: 'h', url, era, headers: [['x-stored', 'v']] })
    const asked = kinds.map((kind) => call('/mcp/h', key, kind, patienceMs))
    asked.push(call('/mcp/', key, { rpc: 'tools/list' }, patienceMs))
    asked.push(call('/mcp/', key, { rpc: 'tools/call', params: { name: 'h__t' } }, patienceMs))
    // Server, client and bystander share this process, and the machine has others to run.
    await othersAreServed(isEndless ? 4_000 : 2_000)
    for (const [i, text] of (await Promise.all(asked)).entries())
      answers.push({ text, isBuiltHere: i >= kinds.length })
    const revision = gateway.registry.removeServer(id)
    await waitFor(() => gateway.registry.acknowledged() >= revision)
  }
  return answers
}
const stream = { 'content-type': 'text/event-stream' }
/** Sends the same again and again for as long as anybody takes it. */
const forever =
  (chunk: string | Buffer, headers: Record<string, string>): Script =>
  (_request, response) => {
    response.writeHead(200, headers)
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', pour)
    pour()
  }
/** Right for the request at hand, but for what `change` does to the text. */
const answering =
  (
    text: (id: string) => string | Buffer,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Script =>
  (request, response) => {
    const { id } = (request.json() ?? {}) as { id?: unknown } // of a message
    response.writeHead(200, headers).end(text(JSON.stringify(id ?? null)))
  }
const raw =
  (...parts: (string | Buffer)[]): Script =>
  (_request, response) => {
    for (const part of parts) response.socket?.write(part)
    response.socket?.end()
  }
const blank = Buffer.alloc(64 * mib, 0x20)
const bombs = { brotli: brotliCompressSync(blank), gzip: gzipSync(blank) }
const many = JSON.stringify(
  Array.from({ length: 100_000 }, (_, i) => ({ name: `t${i}`, inputSchema: { type: 'object' } })),
)

const hostile: readonly (readonly [name: string, script: Script])[] = [
  ['dies before its head', scripts.reset],
  ['dies within its head', raw('HTTP/1.1 200 OK\r\ncontent-ty')],
  ['dies after its head', scripts.breakOff('')],
  ['dies within a body', scripts.breakOff('{"jsonrpc":"2.0","id":1,"res')],
  ['dies within a character', scripts.breakOff(Buffer.from([0x7b, 0x22, 0xe2, 0x82]))],
  ['dies within an event', scripts.breakOff('data: {"jsonrpc":"2.0","id":1,', stream)],
  [
    'dies within a character of an event',
    scripts.breakOff(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xf0, 0x9f]), stream),
  ],
  ['never answers', scripts.never],
  ['sends heads without end', raw('HTTP/1.1 200 OK\r\n', `x-a: ${'a'.repeat(4 * mib)}`)],
  ['sends early hints without end', raw('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50_000))],
  ['floods with white space', forever(' '.repeat(mib), { 'content-type': 'application/json' })],
  ['floods with comments', forever(`: ${'x'.repeat(64 * 1024)}\n\n`, stream)],
  ['floods with empty lines', forever('\n'.repeat(64 * 1024), stream)],
  ['floods with one event', forever(`data: ${'x'.repeat(64 * 1024)}\n`, stream)],
  ['floods without a line', forever('x'.repeat(64 * 1024), stream)],
  [
    'floods with messages',
    forever('data: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n'.repeat(500), stream),
  ],
  [
    'floods with answers to nobody',
    forever('data: {"jsonrpc":"2.0","id":"other","result":{}}\n\n'.repeat(500), stream),
  ],
  [
    'floods with questions',
    forever(
      'data: {"jsonrpc":"2.0","id":9,"method":"elicitation/create","params":{}}\n\n'.repeat(200),
      stream,
    ),
  ],
  [
    'sends a bomb in brotli',
    answering(() => bombs.brotli, {
      'content-type': 'application/json',
      'content-encoding': 'br',
    }),
  ],
  ['sends a bomb in gzip', answering(() => bombs.gzip, { ...stream, 'content-encoding': 'gzip' })],
  ['nests without end', answering((id) => `{"jsonrpc":"2.0","id":${id},"result":${'['.repeat(500_000)}`)],
  [
    'nests a whole answer',
    answering(
      (id) => `{"jsonrpc":"2.0","id":${id},"result":{"tools":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    ),
  ],
  ['has 100,000 tools', answering((id) => `{"jsonrpc":"2.0","id":${id},"result":{"tools":${many}}}`)],
  [
    'has pages without end',
    answering((id) => `{"jsonrpc":"2.0","id":${id},"result":{"tools":[],"nextCursor":"again"}}`),
  ],
  [
    'has other tools each time',
    answering(
      (id) =>
        `{"jsonrpc":"2.0","id":${id},"result":{"tools":[{"name":"t${Math.random()}","inputSchema":{"type":"object"}}]}}`,
    ),
  ],
  [
    'answers with another id',
    answering(
      () =>
        '{"jsonrpc":"2.0","id":"of somebody else","result":{"tools":[{"name":"canary","inputSchema":{"type":"object"}}],"content":[{"type":"text","text":"canary"}]}}',
    ),
  ],
  [
    'answers as a batch',
    answering((id) => `[${`{"jsonrpc":"2.0","id":${id},"result":{}},`.repeat(10_000)}{}]`),
  ],
  ['says nonsense', answering(() => Buffer.alloc(mib, 0xff))],
  [
    'lies about its length',
    raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999999\r\n\r\n{}'),
  ],
  [
    'has two lengths',
    raw(
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}',
    ),
  ],
  ['upgrades', raw('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n')],
  ['speaks no HTTP', raw('SSH-2.0-OpenSSH_9.6\r\n')],
]

test.each(hostile)('a server that %s', { timeout: 60_000 }, async (name, script) => {
  const before = await gateway.memory()
  const upstream = await startRecordingUpstream(script)
  const isEndless = name.startsWith('floods') || name.startsWith('never')
  const answers = await attack(upstream, isEndless)
  if (!isEndless) expect(answers.map(({ text }) => text)).not.toContain('late')
  for (const { text } of answers.filter((one) => one.isBuiltHere)) expect(text).not.toContain('canary')
  await upstream.close()
  await othersAreServed()
  expect(gateway.isAlive()).toBe(true)
  await expect
    .poll(async () => ((await gateway.memory()) - before) / mib, { timeout: 5_000 })
    .toBeLessThan(32)
  expect(gateway.output()).not.toMatch(/unexpected|unhandled|uncaught/i)
})
