// The MCP registry that the operator named is asked, and nothing else; where none is named there is no search.

import { type RecordingUpstream, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'

const meta = (isLatest: boolean) => ({ 'io.modelcontextprotocol.registry/official': { isLatest } })
const remotes = [{ type: 'streamable-http', url: 'https://files.example/mcp' }]
const files = { name: 'io.github.x/files', description: 'Files', version: '1.2.0', remotes }

let known: RecordingUpstream
let registry: TestRegistry
let ask: ReturnType<typeof client>
beforeAll(async () => {
  known = await startRecordingUpstream((request, response) => {
    const broken = request.url.includes('broken')
    const answer = {
      servers: [
        { server: files, _meta: meta(true) },
        { server: { ...files, version: '1.1.0' }, _meta: meta(false) },
      ],
      metadata: { nextCursor: 'more', count: 2 },
    }
    return scripts.json(broken ? { oops: true } : answer)(request, response)
  })
  registry = await startTestRegistry({ env: { GATEHOUSE_MCP_REGISTRY_URL: `${known.origin}/` } })
  ask = client(registry.url, (await (await registry.workspace('A')).key()).key)
})
afterAll(async () => {
  await registry.stop()
  await known.close()
})

test('the newest version of each is answered, with its server.json', async () => {
  const { status, body } = await ask('GET', '/v1/known-servers?search=fi%26les&cursor=next')
  expect([status, body]).toEqual([
    200,
    {
      data: [{ name: files.name, title: null, description: 'Files', version: '1.2.0', server: files }],
      next_cursor: 'more',
    },
  ])
  expect(known.requests.at(-1)?.url).toBe('/v0.1/servers?search=fi%26les&limit=20&cursor=next')
  const installation = await ask('GET', '/v1/installation')
  expect(installation.body.mcp_registry_url).toBe(known.origin)
})

test('what is no such registry is said to be none', async () => {
  const { status, body } = await ask('GET', '/v1/known-servers?search=broken')
  expect([status, body.code]).toEqual([502, 'upstream_invalid'])
})

test('without a registry there is no search', async () => {
  const plain = await startTestRegistry()
  const { key } = await (await plain.workspace('A')).key()
  const answer = await client(plain.url, key)('GET', '/v1/known-servers?search=x')
  expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
  await plain.stop()
})
