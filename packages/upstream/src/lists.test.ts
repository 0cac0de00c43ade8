import { createEgress } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import {
  canary,
  type Script,
  scripts,
  startEverything,
  startRecordingUpstream,
  startSdkUpstream,
} from '@gatehouse/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { fetchTools, type Limits, probeEra } from './index.ts'

const egress = createEgress({ allow: ['127.0.0.1'] })
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function keep<T extends { close(): Promise<void> }>(closable: T): T {
  cleanups.push(() => closable.close())
  return closable
}

const recording = async (script: Script) => keep(await startRecordingUpstream(script))
const fetchFrom = (url: string, limits: Limits = {}, headers: [string, string][] = []) =>
  fetchTools({ egress, url, headers, limits })

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'answered'
  } catch (error) {
    return error instanceof AppError ? error.code : `not an AppError: ${error}`
  }
}

/** Answers by JSON-RPC method; what is not named gets -32601. */
const byMethod = (answers: Record<string, Script>): Script => {
  return (request, response) => {
    const { id, method = '' } = (request.json() ?? {}) as { id?: number; method?: string }
    const unknown = { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }
    return (answers[method] ?? scripts.json(unknown, { status: 400 }))(request, response)
  }
}

const initialized = scripts.legacyServer()
const legacyWith = (list: Script) =>
  byMethod({ initialize: initialized, 'notifications/initialized': initialized, 'tools/list': list })
const page = (tools: string, rest = '') =>
  scripts.json(`{"jsonrpc":"2.0","id":1,"result":{"tools":${tools}${rest}}}`)

describe.each([
  [{ eras: 'both' }, 'modern'],
  [{ eras: 'modern' }, 'modern'],
  [{ eras: 'legacy' }, 'legacy'],
  [{ eras: 'legacy', sessions: true }, 'legacy'],
] as const)('an SDK server with %o', (options, era) => {
  test('is recognised, and lists its tools with the stored header', async () => {
    const secret = canary()
    const { url, requests } = keep(await startSdkUpstream({ ...options, requiredHeader: `X-Key: ${secret}` }))
    const found = await fetchFrom(url, {}, [['X-Key', secret]])
    expect(found.era).toBe(era)
    expect(JSON.parse(found.toolsJson).map((tool: { name: string }) => tool.name)).toEqual(
      expect.arrayContaining(['echo', 'add', 'headers', 'fail', 'count']),
    )
    expect(await probeEra({ egress, url, headers: [['X-Key', secret]] })).toBe(era)
    const deletes = requests.filter((request) => request.method === 'DELETE').length
    expect(deletes).toBe('sessions' in options ? 2 : 0)
    expect(await codeOf(fetchFrom(url, {}, [['X-Key', 'wrong']]))).toBe('upstream_auth_failed')
  })
})

test('server-everything from npm lists its tools', async () => {
  const { url } = keep(await startEverything())
  const { era, toolsJson } = await fetchFrom(url)
  expect(era).toBe('legacy')
  expect(JSON.parse(toolsJson).map((tool: { name: string }) => tool.name)).toContain('get-sum')
})

describe('entries', () => {
  const odd = [
    '{ "zz":1, "name" : "a\\u0062", "inputSchema":{"type":"object","properties":{"10":{},"2":{"maximum":12345678901234567890}}},\n  "x":[1.0,1e400,"}]\\"\\\\"] }',
    '{"name":"b","inputSchema":{},"constructor":{"__proto__":null}}',
  ]

  test('are byte for byte what the upstream wrote', async () => {
    const list = scripts.json(
      `{"result":{"tools":[] , "t\\u006fols" : [ ${odd[0]} ,${odd[1]}]},"id":1,"jsonrpc":"2.0"}`,
    )
    const { url } = await recording(legacyWith(list))
    expect((await fetchFrom(url)).toolsJson).toBe(`[${odd.join(',')}]`)
  })

  test('are read over all pages, from JSON and from event streams in any chunks', async () => {
    const second = `{"jsonrpc":"2.0","id":2,"result":{"tools":[${odd[1]}],"nextCursor":null}}`
    const bytes = Buffer.from(
      `: hello\nid: 1\ndata:\n\n${scripts.event({ jsonrpc: '2.0', id: 2, method: 'ping' })}data: ${second}\n\n`,
    )
    const stream = scripts.sse([...bytes].map((byte) => Buffer.from([byte])))
    const upstream = await recording(
      legacyWith(scripts.inTurn(page('[{"name":"ä","inputSchema":{}}]', ',"nextCursor":"p 2"'), stream)),
    )
    expect((await fetchFrom(upstream.url)).toolsJson).toBe(`[{"name":"ä","inputSchema":{}},${odd[1]}]`)
    const lists = upstream.requests.filter((request) => request.body.includes('tools/list'))
    expect(lists.map((request) => (request.json() as { params: unknown }).params)).toEqual([
      {},
      { cursor: 'p 2' },
    ])
  })

  test('carry the smallest ttl of the pages', async () => {
    const modern = (list: Script) => (request: Parameters<Script>[0], response: Parameters<Script>[1]) =>
      request.body.includes('tools/list')
        ? list(request, response)
        : scripts.modernServer()(request, response)
    const ttls = scripts.inTurn(
      page('[]', ',"ttlMs":9000,"nextCursor":"2"'),
      scripts.json('{"jsonrpc":"2.0","id":2,"result":{"tools":[],"ttlMs":700}}'),
    )
    const { url } = await recording(modern(ttls))
    expect(await fetchFrom(url)).toEqual({ toolsJson: '[]', count: 0, ttlMs: 700, era: 'modern' })
  })

  test('a server that knows no tools/list has no tools', async () => {
    const { url } = await recording(
      byMethod({ initialize: initialized, 'notifications/initialized': initialized }),
    )
    expect(await fetchFrom(url)).toEqual({ toolsJson: '[]', count: 0, ttlMs: null, era: 'legacy' })
  })
})

describe('a session', () => {
  test('is used for every request and ended, and a 405 to that is fine', async () => {
    const server = scripts.legacyServer({ sessionId: 'session-1' })
    const upstream = await recording((request, response) =>
      request.method === 'DELETE' ? scripts.status(405)(request, response) : server(request, response),
    )
    expect((await fetchFrom(`${upstream.url}?a=1`)).era).toBe('legacy')
    const [, , ...after] = upstream.requests
    expect(after.map((request) => [request.method, request.url, request.header('mcp-session-id')])).toEqual([
      ['POST', '/mcp?a=1', ['session-1']],
      ['POST', '/mcp?a=1', ['session-1']],
      ['DELETE', '/mcp?a=1', ['session-1']],
    ])
    expect(after.every((request) => request.header('mcp-protocol-version')[0] === '2025-11-25')).toBe(true)
  })

  test('is ended also when listing fails', async () => {
    const server = scripts.legacyServer({ sessionId: 'session-1' })
    const upstream = await recording((request, response) =>
      (request.body.includes('tools/list') ? scripts.status(500) : server)(request, response),
    )
    expect(await codeOf(fetchFrom(upstream.url))).toBe('upstream_unreachable')
    expect(upstream.requests.at(-1)?.method).toBe('DELETE')
  })
})

describe('evidence', () => {
  const rpcError = (code: number, status = 400, data?: unknown) =>
    scripts.json({ jsonrpc: '2.0', id: 0, error: { code, message: 'no', data } }, { status })
  const legacy = legacyWith(page('[]'))
  const whenDiscovered = (discover: Script): Script => {
    const modern = scripts.modernServer()
    return (request, response) => {
      if (request.body.includes('server/discover')) return discover(request, response)
      return (request.header('mcp-method').length > 0 ? modern : legacy)(request, response)
    }
  }

  test.each([
    ['a JSON-RPC error with 200', rpcError(-32601, 200), 'legacy'],
    ['a JSON-RPC error with 500', rpcError(-32603, 500), 'legacy'],
    [
      '-32022 without a version that we share',
      rpcError(-32022, 400, { supported: ['2027-01-01'] }),
      'legacy',
    ],
    ['a bare 400', scripts.status(400), 'legacy'],
    ['a bare 404', scripts.status(404), 'legacy'],
    ['no evidence: 500', scripts.status(500), 'legacy'],
    ['no evidence: 429', scripts.status(429), 'legacy'],
    [
      'no evidence: a web page',
      scripts.json('<html>', { headers: { 'content-type': 'text/html' } }),
      'legacy',
    ],
    ['no evidence: no answer', scripts.never, 'legacy'],
    ['-32022 that names our version', rpcError(-32022, 400, { supported: ['2026-07-28'] }), 'modern'],
    ['-32020', rpcError(-32020), 'modern'],
    ['-32021', rpcError(-32021), 'modern'],
  ])('%s', async (_what, discover, era) => {
    const { url } = await recording(whenDiscovered(discover))
    expect((await fetchFrom(url, { probeTimeoutMs: 100 })).era).toBe(era)
  })

  test('a pinned era is not probed', async () => {
    const upstream = await recording(legacy)
    expect((await fetchTools({ egress, url: upstream.url, headers: [], era: 'legacy' })).era).toBe('legacy')
    expect(upstream.requests.some((request) => request.body.includes('discover'))).toBe(false)
  })
})

describe('failures', () => {
  const tool = '{"name":"a","inputSchema":{}}'
  const later = Buffer.alloc(2_000, ' ')

  test.each<[what: string, script: Script, code: string, limits?: Limits]>([
    ['401', scripts.status(401), 'upstream_auth_failed'],
    ['403', scripts.status(403), 'upstream_auth_failed'],
    ['401 only for the list', legacyWith(scripts.status(401)), 'upstream_auth_failed'],
    ['5xx everywhere', scripts.status(503), 'upstream_unreachable'],
    ['a reset', scripts.reset, 'upstream_unreachable'],
    ['a reset within the answer', legacyWith(scripts.breakOff('{"jsonrpc"')), 'upstream_unreachable'],
    ['silence', scripts.never, 'upstream_timeout', { timeoutMs: 150, probeTimeoutMs: 50 }],
    ['silence to the list', legacyWith(scripts.never), 'upstream_timeout', { timeoutMs: 300 }],
    [
      'a stream that never brings the answer',
      legacyWith(scripts.sse([': hi\n\n', new Promise(() => {})])),
      'upstream_timeout',
      { timeoutMs: 300 },
    ],
    ['a stream that ends without it', legacyWith(scripts.sse([': hi\n\n'])), 'upstream_invalid'],
    ['a redirect', scripts.status(307, { location: 'http://169.254.169.254/' }), 'upstream_invalid'],
    ['a web page', scripts.json('<html>', { headers: { 'content-type': 'text/html' } }), 'upstream_invalid'],
    ['broken JSON', legacyWith(scripts.json('{"jsonrpc":')), 'upstream_invalid'],
    ['invalid UTF-8', legacyWith(scripts.json(Buffer.from([0x22, 0xff, 0x22]))), 'upstream_invalid'],
    [
      'another id',
      legacyWith(scripts.json({ jsonrpc: '2.0', id: 7, result: { tools: [] } })),
      'upstream_invalid',
    ],
    ['no tools', legacyWith(page('{}')), 'upstream_invalid'],
    ['a tool without a name', legacyWith(page('[{"inputSchema":{}}]')), 'upstream_invalid'],
    [
      'compression',
      legacyWith(scripts.json('x', { headers: { 'content-encoding': 'br' } })),
      'upstream_invalid',
    ],
    [
      'a circle of pages',
      legacyWith((request, response) => {
        const { id } = request.json() as { id: number }
        return scripts.json({ jsonrpc: '2.0', id, result: { tools: [], nextCursor: 'x' } })(request, response)
      }),
      'upstream_invalid',
    ],
    ['too many tools', legacyWith(page(`[${tool},${tool}]`)), 'upstream_invalid', { maxTools: 1 }],
    ['an answer that is too large', legacyWith(page(`[${later}]`)), 'upstream_invalid', { maxBytes: 1_000 }],
    [
      'an endless stream',
      legacyWith(scripts.sse(Array(500).fill(`: ${later}\n`))),
      'upstream_invalid',
      { maxBytes: 100_000 },
    ],
    [
      'deep nesting',
      legacyWith(page(`[{"name":"a","inputSchema":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}}]`)),
      'upstream_invalid',
    ],
    [
      'an unknown version',
      byMethod({
        initialize: scripts.json({ jsonrpc: '2.0', id: 0, result: { protocolVersion: '1999-01-01' } }),
      }),
      'upstream_invalid',
    ],
  ])('%s', async (_what, script, code, limits) => {
    const { url } = await recording(script)
    expect(await codeOf(fetchFrom(url, limits))).toBe(code)
  })

  test('nobody there is unreachable, an address inside is not allowed', async () => {
    const upstream = await startRecordingUpstream(scripts.never)
    await upstream.close()
    expect(await codeOf(fetchFrom(upstream.url))).toBe('upstream_unreachable')
    expect(await codeOf(fetchFrom('http://169.254.169.254/mcp'))).toBe('url_not_allowed')
  })

  test('the caller’s abort stays the caller’s', async () => {
    const { url } = await recording(scripts.never)
    const abort = new AbortController()
    const fetching = fetchTools({ egress, url, headers: [], signal: abort.signal })
    abort.abort(new Error('not needed any more'))
    await expect(fetching).rejects.toThrow('not needed any more')
  })

  test('requests say who sends them, unless a stored header does', async () => {
    const upstream = await recording(scripts.legacyServer())
    await fetchFrom(upstream.url)
    await fetchFrom(upstream.url, {}, [['User-Agent', 'own/1']])
    expect(new Set(upstream.requests.map((request) => request.header('user-agent').join()))).toEqual(
      new Set(['gatehouse', 'own/1']),
    )
  })

  test('a stored header can not replace one of the protocol', async () => {
    const upstream = await recording(scripts.legacyServer())
    expect(await codeOf(fetchFrom(upstream.url, {}, [['Mcp-Method', 'x']]))).toBe('invalid_header')
    expect(upstream.requests).toEqual([])
  })

  test('an upstream’s own text is not repeated', async () => {
    const secret = canary()
    const error = { jsonrpc: '2.0', id: 1, error: { code: -1, message: `bad key ${secret}` } }
    const { url } = await recording(legacyWith(scripts.json(error)))
    await expect(fetchFrom(url)).rejects.toThrow(/^(?!.*canary).*error -1$/)
  })
})
