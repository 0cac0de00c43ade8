// What holds for every request, whoever serves it: guards, bodies, unknown addresses, the form of errors.

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { request, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from './testing/registry.ts'

let registry: TestRegistry
let workspace: TestWorkspace
let key: string
beforeAll(async () => {
  registry = await startTestRegistry({ env: { GATEHOUSE_ALLOWED_HOSTS: 'api.example.test' } })
  workspace = await registry.workspace('A')
  key = (await workspace.key()).key
})
afterAll(() => registry.stop())

const keys = '/v1/api-keys'

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** fetch would neither send another Host nor a wrong length. */
async function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  const { hostname, port } = new URL(registry.url)
  const sent = request({ hostname, port, path, method, headers: { 'X-Api-Key': key, ...headers } })
  sent.end(body)
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  const json: { code?: string; detail?: string; type?: string; status?: number } = text.startsWith('{')
    ? JSON.parse(text)
    : {}
  return { status: response.statusCode as number, headers: response.headers, text, json }
}

const post = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
  ask(keys, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } })

describe('200', () => {
  test('health, readiness, version and metrics answer on any Host and without a key', async () => {
    for (const path of ['/health', '/ready', '/version', '/metrics']) {
      const { status } = await ask(path, { headers: { Host: 'anything.test' } })
      expect([path, status]).toEqual([path, 200])
    }
  })

  test('the public host, loopback and the operator’s own names are hosts of ours', async () => {
    for (const Host of ['registry.test', 'API.example.test', new URL(registry.url).host])
      expect([Host, (await ask(keys, { headers: { Host } })).status]).toEqual([Host, 200])
  })

  test('the console’s origin may ask', async () => {
    expect((await ask(keys, { headers: { Origin: 'http://localhost:7402' } })).status).toBe(200)
  })

  test('every answer has an id of its own, is not stored and not sniffed', async () => {
    const [one, two] = [await ask(keys), await ask('/nowhere')]
    expect(one.headers['x-request-id']).not.toBe(two.headers['x-request-id'])
    for (const { headers } of [one, two])
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    expect(one.headers).not.toHaveProperty('x-powered-by')
  })

  test('requests are counted by route, never by address', async () => {
    await ask('/v1/api-keys/canary-in-a-path', { method: 'DELETE' })
    await ask('/another-canary')
    const { text } = await ask('/metrics')
    expect(text).toMatch(
      /gatehouse_http_requests_total\{method="GET",route="\/v1\/api-keys",status="200"\} [1-9]/,
    )
    expect(text).toContain('gatehouse_registry_database_up 1')
    expect(text).not.toContain('canary')
  })
})

describe('400', () => {
  test.each(['{', '"text"', '', '{"a":1}x'])('a body that is not a JSON object: %j', async (body) => {
    const { status, json } = await post(body)
    expect([status, json.code]).toEqual([
      400,
      expect.stringMatching(/invalid_request_body|missing_required_field/),
    ])
  })

  test('a path that is not valid', async () => {
    expect((await ask(`${keys}/%ff`, { method: 'DELETE' })).status).toBe(400)
  })
})

describe('403', () => {
  test('another origin', async () => {
    const { status, json } = await ask(keys, { headers: { Origin: 'http://evil.test' } })
    expect([status, json.code]).toEqual([403, 'origin_forbidden'])
  })
})

describe('404 and 405', () => {
  test('an unknown address', async () => {
    const { status, json } = await ask('/nowhere')
    expect([status, json.code]).toEqual([404, 'not_found'])
    expect(json.type).toBe('http://registry.test/errors/not_found')
  })

  test('a known address with another method says which ones it takes', async () => {
    const { status, json, headers } = await ask(keys, { method: 'PATCH' })
    expect([status, json.code, headers.allow]).toEqual([405, 'method_not_allowed', 'GET, POST'])
  })

  test('what only gateways may ask is not on the public listener', async () => {
    expect((await ask('/internal/resolve', { method: 'POST' })).status).toBe(404)
  })
})

describe('413, 415 and 421', () => {
  test('a body over 1 MiB, with and without a length', async () => {
    const body = JSON.stringify({ name: 'a'.repeat(1024 * 1024) })
    for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }]) {
      const { status, json } = await post(body, headers as Record<string, string>)
      expect([status, json.code]).toEqual([413, 'payload_too_large'])
    }
  })

  test.each([
    { 'Content-Type': 'text/plain' },
    { 'Content-Type': 'application/x-www-form-urlencoded' },
    { 'Content-Type': 'application/json; charset=utf-16' },
    { 'Content-Encoding': 'gzip' },
  ])('another media type, character set or encoding: %j', async (headers) => {
    const { status, json } = await post('{}', headers as unknown as Record<string, string>)
    expect([status, json.code]).toEqual([415, 'unsupported_media_type'])
  })

  test('another host', async () => {
    const { status, json } = await ask(keys, { headers: { Host: 'evil.test' } })
    expect([status, json.code]).toEqual([421, 'misdirected_request'])
  })
})

test('internal addresses need a gateway’s token', async () => {
  const resolve = (headers: Record<string, string>) =>
    fetch(`${registry.internalUrl}/internal/resolve`, { method: 'POST', headers, body: '{}' })
  const statuses = [
    await resolve({}),
    await resolve({ Authorization: 'Bearer wrong' }),
    await resolve({ 'X-Api-Key': key }),
  ].map((response) => response.status)
  expect(statuses).toEqual([401, 403, 401])
  const good = await resolve({
    Authorization: `Bearer ${registry.gatewayToken}`,
    'Content-Type': 'application/json',
  })
  expect(good.status).toBe(400)
})

test('what is written behind the end of an answer is lost, and nothing else', async () => {
  const written: Promise<unknown>[] = []
  const writeLate = (message: unknown) => {
    const { response } = message as { response: ServerResponse } // as Node documents it
    written.push(new Promise((done) => response.once('prefinish', () => response.write('late', done))))
  }
  subscribe('http.server.response.created', writeLate)
  onTestFinished(() => void unsubscribe('http.server.response.created', writeLate))
  for (const path of ['/health', '/nothing-here']) expect((await ask(path)).text).not.toContain('late')
  expect(await Promise.all(written)).toMatchObject(Array(2).fill({ code: 'ERR_STREAM_WRITE_AFTER_END' }))
})
