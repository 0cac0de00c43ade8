// Tool lists over HTTP, from real MCP servers, with the stored credential.

import { toolList } from '@gatehouse/registry-api'
import {
  type RecordingUpstream,
  type SdkUpstream,
  scripts,
  startRecordingUpstream,
  startSdkUpstream,
} from '@gatehouse/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectDocumented } from '../testing/documented.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'

let registry: TestRegistry
let upstream: SdkUpstream
let refusing: RecordingUpstream
let a: TestWorkspace
let key: string

beforeAll(async () => {
  registry = await startTestRegistry()
  upstream = await startSdkUpstream({ eras: 'legacy', requiredHeader: 'x-stored: right' })
  refusing = await startRecordingUpstream(scripts.status(401))
})
afterAll(async () => {
  await registry.stop()
  await upstream.close()
  await refusing.close()
})
beforeEach(async () => {
  a = await registry.workspace('A')
  key = (await a.key()).key
})

async function ask(path: string, as = key) {
  const response = await fetch(`${registry.url}/v1${path}`, { headers: { 'x-api-key': as } })
  const text = await response.text()
  expectDocumented('GET', response.url, response, text)
  return {
    status: response.status,
    body: JSON.parse(text) as Record<string, unknown> & { tools: unknown[] },
  }
}

async function register(url: string, value = 'right') {
  const response = await fetch(`${registry.url}/v1/deepagents/mcp-servers`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Up', url, headers: [{ key: 'x-stored', value }] }),
  })
  return (await response.json()) as { id: string }
}

const byUrl = (url: string, more = '') => ask(`/deepagents/mcp/tools?url=${encodeURIComponent(url)}${more}`)

test('are fetched with the stored credential, then served from the cache until a refresh is forced', async () => {
  await register(upstream.url)
  const first = await byUrl(upstream.url)
  expect(first.status).toBe(200)
  expect(toolList.parse(first.body)).toMatchObject({ cached: false })
  expect(first.body.tools.length).toBeGreaterThan(0)
  const second = await byUrl(upstream.url)
  expect(second.body).toMatchObject({
    cached: true,
    fetched_at: first.body.fetched_at,
    tools: first.body.tools,
  })
  expect((await byUrl(upstream.url, '&force_refresh=true')).body.cached).toBe(false)
})

test('are found by URL whatever its case, outer spaces and trailing slash', async () => {
  await register(upstream.url)
  for (const url of [`${upstream.url}/`, ` ${upstream.url} `, upstream.url.toUpperCase()]) {
    expect((await byUrl(url)).status).toBe(200)
  }
})

test('of a server that refuses the credential are 502 upstream_auth_failed; of an unknown URL 404; without a URL 400', async () => {
  await register(refusing.url)
  expect(await byUrl(refusing.url)).toMatchObject({ status: 502, body: { code: 'upstream_auth_failed' } })
  expect(await byUrl('https://nowhere.example.com/')).toMatchObject({ status: 404 })
  expect(await ask('/deepagents/mcp/tools')).toMatchObject({ status: 400 })
})

test('of a server that is down are 502 and say so', async () => {
  await register('http://127.0.0.1:9/mcp')
  expect(await byUrl('http://127.0.0.1:9/mcp')).toMatchObject({
    status: 502,
    body: { code: 'upstream_unreachable' },
  })
})

test("are out of another workspace's reach, by URL and by id", async () => {
  const { id } = await register(upstream.url)
  const foreign = (await (await registry.workspace('B')).key()).key
  expect((await ask(`/deepagents/mcp/tools?url=${encodeURIComponent(upstream.url)}`, foreign)).status).toBe(
    404,
  )
  expect((await ask(`/servers/${id}/tools`, foreign)).status).toBe(404)
  expect((await ask(`/servers/${id}/tools`)).status).toBe(200)
})

test('are asked for anew after the server changed', async () => {
  const { id } = await register(upstream.url)
  await byUrl(upstream.url)
  await fetch(`${registry.url}/v1/deepagents/mcp-servers/${id}`, {
    method: 'PATCH',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ headers: [{ key: 'x-stored', value: 'wrong' }] }),
  })
  expect((await byUrl(upstream.url)).status).toBe(502)
})

test.each(['legacy', 'modern', 'both'] as const)(
  'of a real server of the era %s are its own',
  async (eras) => {
    const real = await startSdkUpstream({ eras, requiredHeader: 'x-stored: right' })
    try {
      const { id } = await register(real.url)
      const { status, body } = await ask(`/servers/${id}/tools`)
      expect(status).toBe(200)
      expect(body.tools).toContainEqual(
        expect.objectContaining({
          name: expect.any(String),
          description: expect.any(String),
          inputSchema: expect.objectContaining({ type: 'object' }),
        }),
      )
    } finally {
      await real.close()
    }
  },
)
