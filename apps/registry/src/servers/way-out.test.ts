// Every way on which the registry takes a URL or sends something to one, tried with every spelling of an address that leads
// inside, also where the URL came into the database by another way. Nothing inside is connected to.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { insideHosts, type RecordingUpstream, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'

const base = '/v1/deepagents/mcp-servers'

let registry: TestRegistry
let a: TestWorkspace
let ask: ReturnType<typeof client>
/** On every address of this machine, on a port that nothing else has. */
let inside: { readonly port: number; connections: number; close(): void }
let insideUrls: readonly string[]

beforeAll(async () => {
  // By name: its addresses stay forbidden to everything else.
  registry = await startTestRegistry({ env: { GATEHOUSE_EGRESS_ALLOW: 'localhost' } })
  a = await registry.workspace('A')
  ask = client(registry.url, (await a.key()).key)
  const server = createServer((socket) => {
    inside.connections += 1
    socket.destroy()
  })
  server.listen(0, '::')
  await once(server, 'listening')
  const { port } = server.address() as { port: number } // a TCP server has one
  inside = { port, connections: 0, close: () => void server.close() }
  insideUrls = insideHosts.map((host) => `https://${host}:${port}/mcp`)
})
afterAll(async () => {
  await registry.stop()
  inside.close()
})

const wrongUrls = () => [
  ...insideUrls,
  `http://8.8.8.8:${inside.port}/mcp`,
  `https://user:canary-pw@localhost:${inside.port}/mcp`,
  `https://localhost@127.0.0.1:${inside.port}/mcp`,
  'https://localhost:0/mcp',
  'https://localhost:65536/mcp',
  ...['ftp:', 'file:', 'gopher:', 'javascript:', 'data:', 'ws:', 'unix:'].map(
    (scheme) => `${scheme}//localhost/mcp`,
  ),
]

test('no spelling of an inside address can be tried or registered, nor a server be moved there', async () => {
  const { id } = (await ask('POST', base, { body: { name: 'Fine', url: 'https://fine.example/mcp' } })).body
  for (const url of wrongUrls()) {
    const made = await ask('POST', base, { body: { name: 'Bad', url } })
    expect([url, made.status, made.body.code]).toEqual([url, 422, 'url_not_allowed'])
    const moved = await ask('PATCH', `${base}/${id}`, { body: { url } })
    expect([url, moved.status, moved.body.code]).toEqual([url, 422, 'url_not_allowed'])
    const tried = await ask('POST', '/v1/servers/probe', { body: { url } })
    expect([url, tried.status, tried.body.code]).toEqual([url, 422, 'url_not_allowed'])
    expect(made.text + moved.text + tried.text).not.toContain('canary-pw')
  }
  expect((await ask('GET', `${base}/${id}`)).body.url).toBe('https://fine.example/mcp')
  expect(JSON.parse((await ask('GET', base)).text)).toHaveLength(1)
  expect(inside.connections).toBe(0)
}, 90_000)

test('one that came into the database by another way is never asked: not for tools, nor for its era', async () => {
  for (const url of insideUrls) {
    const { id } = await addServer(registry.deps, a.id, { url, headers: [['X-A', 'canary-h']] })
    const answers = [
      await ask('GET', `/v1/servers/${id}/tools`),
      await ask('GET', `/v1/deepagents/mcp/tools?url=${encodeURIComponent(url)}`),
      await ask('POST', `/v1/servers/${id}/eras`),
    ]
    for (const { status, text } of answers) {
      expect([url, status]).toEqual([url, expect.toBeOneOf([404, 422, 502])])
      expect(text).not.toContain('canary-h')
    }
  }
  expect(inside.connections).toBe(0)
}, 90_000)

test('a redirect leads nowhere, whatever it is and wherever it points', async () => {
  const elsewhere = await startRecordingUpstream(scripts.legacyServer())
  const upstreams: RecordingUpstream[] = [elsewhere]
  const byName = ({ url }: RecordingUpstream) => url.replace('127.0.0.1', 'localhost')
  for (const status of [301, 302, 303, 307, 308]) {
    for (const location of [byName(elsewhere), `http://127.0.0.1:${inside.port}/`, '/other']) {
      const upstream = await startRecordingUpstream(scripts.status(status, { location }))
      upstreams.push(upstream)
      const { body } = await ask('POST', base, { body: { name: 'R', url: byName(upstream) } })
      const answer = await ask('GET', `/v1/servers/${body.id}/tools`)
      expect([answer.status, answer.body.code]).toEqual([502, 'upstream_invalid'])
      await ask('POST', `/v1/servers/${body.id}/eras`)
      const tried = await ask('POST', '/v1/servers/probe', { body: { url: byName(upstream) } })
      expect(tried.text).toContain('"code":"upstream_invalid"')
      expect(new Set(upstream.requests.map((request) => request.url))).toEqual(new Set(['/mcp']))
    }
  }
  expect(elsewhere.requests).toEqual([])
  expect(inside.connections).toBe(0)
  await Promise.all(upstreams.map((upstream) => upstream.close()))
})
