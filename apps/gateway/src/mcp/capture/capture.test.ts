// Calls of a server in capture mode are copied whole, by whichever way they go, and without the credentials that we know; calls of
// others are not copied at all.

import { startFixtureServer, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../../testing/gateway.ts'
import type { TestKey, TestServer } from '../../testing/internal-listener.ts'
import { modernClient, send } from '../bridge/modern-client/modern-client.fixture.ts'
import { maxBodyBytes } from './copy.ts'

let gateway: TestGateway
let key: TestKey
beforeAll(async () => {
  gateway = await startGateway()
  key = gateway.registry.addKey()
})
afterAll(() => gateway.close())
beforeEach(() => {
  gateway.registry.captured.length = 0
  gateway.registry.records.length = 0
})

const hour = () => Date.now() + 3_600_000
const secret = 'canary-of-the-server'
async function add(slug: string, url: string, more: Partial<TestServer> = {}): Promise<string> {
  const id = gateway.registry.addServer({
    ...{ slug, url, headers: [['X-Secret', secret]], captureUntilMs: hour() },
    ...more,
  })
  onTestFinished(async () => {
    const revision = gateway.registry.removeServer(id)
    await waitFor(() => gateway.registry.acknowledged() >= revision)
  })
  return id
}
/** The record of this tool's call and, where it has one, what it said. */
async function recorded(tool: string) {
  const record = await waitFor(() => gateway.registry.records.find((one) => one.tool === tool))
  const copy = () => gateway.registry.captured.find((one) => one.id === record?.id)
  return { record, copy: record?.captured ? await waitFor(copy) : copy() }
}
const call = (tool: string, words: string, slug = 'echo') =>
  send(`${gateway.url}/mcp/${slug}`, key.key, {
    method: 'tools/call',
    params: `"name":"${tool}","arguments":{"words":${words}}`,
    headers: { cookie: 'session=canary-of-the-client', 'x-own': 'canary-of-a-header' },
  })

const ways = (['legacy', 'modern'] as const).flatMap((client) =>
  (['legacy', 'modern'] as const).flatMap((server) =>
    [true, false].flatMap((json) => ['one', ''].map((address) => ({ client, server, json, address }))),
  ),
)

test.each(ways)(
  'a $client client at a $server server (JSON: $json), at /mcp/$address: both bodies, as the client sees them',
  async ({ client, server, json, address }) => {
    const upstream = await startFixtureServer({ eras: server, json })
    onTestFinished(() => upstream.close())
    const id = await add('one', upstream.url)
    const url = `${gateway.url}/mcp/${address}`
    const name = address === '' ? 'one__test_simple_text' : 'test_simple_text'
    if (client === 'modern')
      await modernClient(
        url,
        key.key,
      )({ method: 'tools/call', params: `"name":"${name}","arguments":{"n":1e400}` })
    else {
      const old = new Client({ name: 'old', version: '1' })
      const requestInit = { headers: { 'x-api-key': key.key } }
      const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit })
      await old.connect(transport as Parameters<Client['connect']>[0]) // its own types differ under exactOptionalPropertyTypes
      onTestFinished(() => old.close())
      await old.callTool({ name, arguments: { n: 'e400' } })
    }
    const { record, copy } = await recorded('test_simple_text')
    expect(copy).toMatchObject({
      ...{ id: record?.id, server_id: id, started_at_ms: record?.started_at_ms },
      request: { truncated: false, body: expect.stringMatching(new RegExp(`"${name}".*e400`)) },
      response: {
        truncated: false,
        body: expect.stringContaining('"This is a simple text response for testing."'),
      },
    })
    expect(copy?.response.headers).toContainEqual([
      'content-type',
      expect.stringMatching(/json|event-stream/),
    ])
  },
)

describe('what is kept', () => {
  test('is without values of headers that could be secrets, and without credentials in bodies', async () => {
    const upstream = await startRecordingUpstream(({ rawHeaders, json }, response) => {
      const said = { echo: rawHeaders, again: `x${secret}x`, words: (json() as { params: unknown }).params }
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, result: said })
      response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'canary' }).end(body)
    })
    onTestFinished(() => upstream.close())
    await add('echo', upstream.url, { era: 'modern' })
    const answer = await (await call('masks', `["${key.key}", "kept"]`)).text()
    expect(answer).toContain(secret)
    const { copy } = await recorded('masks')
    const { request, response } = copy ?? expect.fail('nothing was kept')
    expect(JSON.stringify(copy)).not.toMatch(/canary|gth_/)
    for (const name of ['x-api-key', 'cookie', 'x-own']) expect(request.headers).toContainEqual([name, '***'])
    expect(request.headers).toContainEqual(['mcp-method', 'tools/call'])
    expect(request.body).toContain('"words":["***", "kept"]')
    expect(response.body).toBe(answer.replaceAll(secret, '***').replaceAll(key.key, '***'))
    expect([request.masked, response.masked]).toEqual([true, true])
  })

  test('is the first 64 KiB of each side, without half a character and without half a credential', async () => {
    const fill = '-'.repeat(maxBodyBytes - 30)
    const upstream = await startRecordingUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write(`"${fill}`)
      response.end(`${secret.repeat(3)}"`)
    })
    onTestFinished(() => upstream.close())
    await add('echo', upstream.url, { era: 'modern' })
    await (await call('fills', JSON.stringify('é'.repeat(maxBodyBytes)))).text()
    const { request, response } = (await recorded('fills')).copy ?? expect.fail('nothing was kept')
    expect([request.truncated, response.truncated]).toEqual([true, true])
    expect(request.body).toMatch(/é$/)
    expect(Buffer.byteLength(request.body)).toBeGreaterThan(maxBodyBytes - 3)
    expect(response.body).toBe(`"${fill}***`)
  })
})

test('nothing is kept of servers without the mode, after its end, and once it is switched off', async () => {
  const upstream = await startFixtureServer({ eras: 'modern' })
  onTestFinished(() => upstream.close())
  const id = await add('echo', upstream.url)
  await add('past', upstream.url, { captureUntilMs: Date.now() - 1 })
  gateway.registry.addServer({ slug: 'never', url: upstream.url })
  let asked = 0
  const ask = async (slug: string) => {
    asked += 1
    await (await call('test_simple_text', '1', slug)).text()
    await waitFor(() => gateway.registry.records.length === asked)
  }
  await ask('echo')
  await waitFor(() => gateway.registry.captured.length === 1)
  await ask('never')
  await ask('past')
  const revision = gateway.registry.changeServer(id, { captureUntilMs: 0 })
  await waitFor(() => gateway.registry.acknowledged() >= revision)
  await ask('echo')
  await gateway.deps.captures.close()
  expect(gateway.registry.records.map(({ captured = false }) => captured)).toEqual([
    true,
    false,
    false,
    false,
  ])
  expect(gateway.registry.captured).toHaveLength(1)
})
