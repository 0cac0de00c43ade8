// Requests as nobody should make them, thousands in a long run (FUZZ_RUNS): whatever comes, there is an answer or a closed
// connection, never a 500, and no credential in a place that it is not for.

import { canary, findCanary, type Script, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../testing/gateway.ts'
import { openRaw } from '../testing/raw.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 250)
const { json, sse, status } = scripts

const versions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28', '2099-01-01', '']
const methods = [
  'initialize',
  'notifications/initialized',
  'ping',
  'tools/list',
  'tools/call',
  'prompts/get',
  'resources/read',
  'completion/complete',
  'logging/setLevel',
  'server/discover',
  'tasks/get',
  'unknown/method',
  '__proto__',
]
const names = ['t', 'one__t', 'two__t', 'one+file:///x', 'ui://one/x', '__t', '', '\ud800', 'a'.repeat(300)]

/** What a server says to whatever it is asked. */
const answers: readonly Script[] = [
  json({ jsonrpc: '2.0', id: 1, result: { tools: [{ name: 't', inputSchema: { type: 'object' } }] } }),
  json(
    { jsonrpc: '2.0', id: 1, error: { code: -32022, message: 'v', data: { supported: ['2026-07-28'] } } },
    { status: 400 },
  ),
  json({ jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'no' } }),
  json(
    '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}',
    { headers: { 'mcp-session-id': 's-1' } },
  ),
  json(
    '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":7,"capabilities":[],"tools":{},"supportedVersions":[3]}}',
  ),
  json('[{"jsonrpc":"2.0"}'),
  json('null'),
  sse([scripts.event({ jsonrpc: '2.0', id: 1, result: {} }, '1')]),
  sse(['data: {\n\n', ': x\n\n', 'data: []\n\n']),
  sse([]),
  status(202),
  status(204),
  status(401),
  status(404),
  status(405),
  status(503, { 'retry-after': 'soon' }),
  status(302, { location: 'http://127.0.0.1:9/' }),
  json('x', { headers: { 'content-type': 'text/html', 'set-cookie': 'a=b' } }),
  scripts.reset,
  scripts.breakOff('{"jsonrpc":"2.0","id":1,'),
]

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values)
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 })
const odd = fc.jsonValue({ maxDepth: 3 })

const meta = fc.record(
  {
    'io.modelcontextprotocol/protocolVersion': fc.oneof(pick(versions), odd),
    'io.modelcontextprotocol/clientInfo': fc.oneof(fc.constant({ name: 'c', version: '1' }), odd),
    'io.modelcontextprotocol/clientCapabilities': fc.oneof(fc.constant({ elicitation: {} }), odd),
    progressToken: odd,
  },
  { requiredKeys: [] },
)
const params = fc.record(
  {
    name: fc.oneof({ weight: 4, arbitrary: pick(names) }, odd),
    uri: pick(names),
    taskId: pick(names),
    arguments: odd,
    ref: fc.oneof(fc.constant({ type: 'ref/prompt', name: 'one__t' }), odd),
    protocolVersion: fc.oneof(pick(versions), odd),
    capabilities: odd,
    requestState: fc.oneof(fc.string(), odd),
    inputResponses: odd,
    cursor: odd,
    _meta: fc.oneof({ weight: 5, arbitrary: meta }, odd),
  },
  { requiredKeys: [] },
)
const message = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 20, arbitrary: fc.constant('2.0') }, odd),
    id: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, odd),
    method: fc.oneof({ weight: 12, arbitrary: pick(methods) }, odd),
    params: fc.oneof({ weight: 12, arbitrary: params }, odd),
    result: some(odd),
  },
  { requiredKeys: ['jsonrpc'] },
)
/** Right JSON, JSON with a byte changed, or none at all. */
const body = fc.oneof(
  { weight: 10, arbitrary: message.map((one) => Buffer.from(JSON.stringify(one))) },
  {
    weight: 1,
    arbitrary: fc.array(message, { maxLength: 3 }).map((all) => Buffer.from(JSON.stringify(all))),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(message, fc.nat(), fc.nat(255)).map(([one, at, byte]) => {
      const bytes = Buffer.from(JSON.stringify(one))
      bytes[at % bytes.length] = byte
      return bytes
    }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)) },
)

const line = fc.oneof(
  fc.tuple(fc.constant('MCP-Protocol-Version'), pick(versions)),
  fc.tuple(fc.constant('Mcp-Method'), pick(methods)),
  fc.tuple(fc.constant('Mcp-Name'), pick(['t', 'one__t', '=?base64?dA==?=', '=?base64?!?='])),
  fc.tuple(fc.constant('Mcp-Param-X'), pick(['1', '=?base64?/w==?='])),
  fc.tuple(fc.constant('Mcp-Session-Id'), pick(['s-1', 'x.y.z', 'a'.repeat(2_000)])),
  fc.tuple(fc.constant('Last-Event-ID'), pick(['1', ''])),
  fc.tuple(fc.constant('X-Stored'), fc.constant('mine')),
  fc.tuple(fc.constant('Origin'), pick(['https://evil.example', 'null'])),
  fc.tuple(fc.constant('Via'), pick(['1.1 gatehouse-test', '1.1 other'])),
  fc.tuple(fc.constant('Host'), fc.constant('evil.example')),
  fc.tuple(fc.constant('Content-Encoding'), pick(['gzip', 'identity'])),
  fc.tuple(fc.constant('Transfer-Encoding'), pick(['chunked', 'gzip'])),
  fc.tuple(fc.constant('Content-Length'), pick(['0', '5', '-1', '99999999'])),
  fc.tuple(fc.constant('Cookie'), fc.constant('a=b')),
  fc.tuple(
    fc.constant('X-A'),
    fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 8,
    }),
  ),
)

/** A message as it should be, and the headers that go with it: most of what else there is begins behind the checks. */
const sound = fc
  .record({ isModern: fc.boolean(), method: pick(methods), name: pick(names), extra: odd })
  .map(({ isModern, method, name, extra }) => {
    const own = { name, uri: name, taskId: name, arguments: { extra }, cursor: undefined }
    const envelope = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const greeting = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    }
    const params = isModern ? { ...own, _meta: envelope } : method === 'initialize' ? greeting : own
    const id = method.startsWith('notifications/') ? {} : { id: 1 }
    const named = `=?base64?${Buffer.from(name).toString('base64')}?=`
    const modern: [string, string][] = [
      ['MCP-Protocol-Version', '2026-07-28'],
      ['Mcp-Method', method],
    ]
    if (/^(tools\/call|prompts\/get|resources\/read|tasks\/)/.test(method)) modern.push(['Mcp-Name', named])
    return {
      body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...id, method, params })),
      lines: isModern ? modern : [],
    }
  })
const wild = fc.record({ body, lines: fc.array(line, { maxLength: 3 }) })

const request = fc.record({
  start: fc.oneof(
    { weight: 20, arbitrary: fc.constant('POST') },
    { weight: 3, arbitrary: pick(['GET', 'DELETE', 'PUT', 'OPTIONS', 'HEAD', 'post', 'CONNECT', '']) },
  ),
  target: fc.oneof(
    { weight: 12, arbitrary: pick(['/mcp/one', '/mcp/two', '/mcp/']) },
    {
      weight: 1,
      arbitrary: pick(['/mcp/none', '/mcp/one?x=%2e', '/mcp//one', '//mcp/one', '*', '/mcp/one%00']),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((text) => `/mcp/${text}`) },
  ),
  who: fc.oneof(
    { weight: 10, arbitrary: pick(['one', 'two'] as const) },
    pick(['nobody', 'both', 'bad'] as const),
  ),
  more: fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, fc.array(line, { maxLength: 2 })),
  accept: fc.oneof(
    { weight: 8, arbitrary: fc.constant('application/json, text/event-stream') },
    pick(['', '*/*']),
  ),
  type: fc.oneof(
    { weight: 12, arbitrary: fc.constant('application/json') },
    pick(['', 'text/plain', 'application/json; charset=utf-16']),
  ),
  said: fc.oneof({ weight: 2, arbitrary: sound }, wild),
  framing: fc.oneof(
    { weight: 8, arbitrary: fc.constant('length') },
    pick(['chunks', 'chunks', 'short', 'long', 'none'] as const),
  ),
  answer: fc.nat(answers.length - 1),
  cut: fc.option(fc.nat(), { freq: 3 }),
})
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never

function head(one: Request, host: string, keys: Readonly<Record<'one' | 'two', string>>): string {
  const { start, target, who, more, accept, type, said, framing } = one
  const { body: bytes, lines } = said
  const key = who === 'bad' ? `${keys.one}x` : keys[who === 'both' ? 'one' : (who as 'one')]
  const all: (readonly [string, string])[] = [['Host', host], ['Connection', 'close'], ...lines, ...more]
  if (who !== 'nobody') all.push(['X-Api-Key', key])
  if (who === 'both') all.push(['Authorization', `Bearer ${keys.two}`])
  if (accept !== '') all.push(['Accept', accept])
  if (type !== '') all.push(['Content-Type', type])
  if (framing === 'chunks') all.push(['Transfer-Encoding', 'chunked'])
  else if (framing !== 'none') {
    const length = bytes.length + (framing === 'short' ? 3 : framing === 'long' ? -3 : 0)
    all.push(['Content-Length', String(length)])
  }
  return `${start} ${target} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

const payload = ({ said: { body: bytes }, framing }: Request) =>
  framing === 'chunks' && bytes.length > 0
    ? Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')])
    : bytes

test('every request is answered or its connection closed, without a 500 and without a credential gone astray', {
  timeout: 60_000 + runs * 200,
}, async () => {
  const gateway = await startGateway({
    GATEHOUSE_BODY_TIMEOUT_MS: '100',
    GATEHOUSE_FIRST_BYTE_TIMEOUT_MS: '500',
    GATEHOUSE_CALL_TIMEOUT_MS: '500',
    GATEHOUSE_LIST_TIMEOUT_MS: '500',
    // What a server said to one request must not decide over the next.
    GATEHOUSE_CIRCUIT_FAILURES: '100000',
  })
  const host = new URL(gateway.url).host
  const workspaces = await Promise.all(
    (['one', 'two'] as const).map(async (slug, i) => {
      const upstream = await startRecordingUpstream(status(500))
      const workspaceId = `01900000-0000-7000-8000-00000000000${i + 1}`
      const secret = canary()
      gateway.registry.addServer({ slug, url: upstream.url, headers: [['x-stored', secret]] }, workspaceId)
      const { key } = gateway.registry.addKey({ workspaceId })
      return { slug, upstream, secret, key }
    }),
  )
  onTestFinished(async () => {
    await gateway.close()
    await Promise.all(workspaces.map(({ upstream }) => upstream.close()))
  })
  const keys = { one: workspaces[0]?.key ?? '', two: workspaces[1]?.key ?? '' }
  const secrets = [...workspaces.map(({ secret }) => secret), keys.one, keys.two]

  const send = async (bytes: readonly Buffer[]) => {
    const { socket, write, ended } = await openRaw(gateway.url)
    for (const part of bytes) if (socket.writable) write(part)
    const late = setTimeout(() => socket.destroy(new Error('late')), 10_000)
    let isLate = false
    socket.once('error', (error) => {
      isLate = error.message === 'late'
    })
    const answer = await ended
    clearTimeout(late)
    expect(isLate, 'neither an answer nor a closed connection').toBe(false)
    return answer
  }

  const check = async (one: Request) => {
    for (const { upstream } of workspaces) {
      upstream.requests.length = 0
      const script = answers[one.answer]
      if (script) upstream.answer(script)
    }
    const bytes = Buffer.concat([Buffer.from(head(one, host, keys), 'latin1'), payload(one)])
    const at = one.cut === null ? bytes.length : one.cut % bytes.length
    const answer = await send([bytes.subarray(0, at), bytes.subarray(at)])
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 (1\d\d|200|202|204|4\d\d|50[2348]) /)
    expect(answer).not.toContain('-32603')
    for (const secret of secrets) expect(findCanary(secret, answer)).toBeUndefined()
    for (const { slug, upstream, secret } of workspaces) {
      // What the gateway asks for its own lists may come at any time.
      const passedOn = upstream.requests.filter((got) => got.body.equals(one.said.body))
      if (one.who !== slug) expect(passedOn).toEqual([])
      for (const got of upstream.requests) {
        expect(got.header('x-stored')).toEqual([secret])
        const sent = `${got.url}\n${got.rawHeaders.join('\n')}\n${got.body.toString('latin1')}`
        for (const other of secrets) if (other !== secret) expect(findCanary(other, sent)).toBeUndefined()
        expect(got.header('cookie')).toEqual([])
        expect(got.header('origin')).toEqual([])
      }
    }
  }
  await fc.assert(fc.asyncProperty(request, check), { numRuns: runs })

  for (const { slug, upstream, key } of workspaces) {
    upstream.answer(json({ jsonrpc: '2.0', id: 1, result: {} }))
    const last = await fetch(`${gateway.url}/mcp/${slug}`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}',
      signal: AbortSignal.timeout(1_000),
    })
    expect(last.status).toBe(200)
  }
})
