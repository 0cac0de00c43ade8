// Headers that nobody may store, by each way in: refused when they are written, and, where they came into the database by another
// way, never handed to a gateway nor sent, which harms that server alone.

import { type RecordingUpstream, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import {
  startTestRegistry,
  type TestKey,
  type TestRegistry,
  type TestWorkspace,
} from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'

const base = '/v1/deepagents/mcp-servers'

let registry: TestRegistry
let upstream: RecordingUpstream
let a: TestWorkspace
let key: TestKey
let ask: ReturnType<typeof client>
let good: string

beforeAll(async () => {
  registry = await startTestRegistry()
  upstream = await startRecordingUpstream(scripts.legacyServer())
  a = await registry.workspace('A')
  key = await a.key()
  ask = client(registry.url, key.key)
  const { body } = await ask('POST', base, {
    body: { name: 'Good', url: upstream.url, headers: [{ key: 'X-Good', value: 'g' }] },
  })
  good = String(body.id)
})
afterAll(() => Promise.all([registry.stop(), upstream.close()]))

const reserved =
  `Accept Accept-Charset accept-encoding Accept-Language Connection Content-Encoding Content-Length
  content-type Content-Whatever Expect Forwarded Host HOST Keep-Alive Last-Event-ID MCP-Protocol-Version Mcp-Method mcp-name
  Mcp-Param-Region Mcp-Session-Id Mcp-Whatever Origin Proxy-Authenticate Proxy-Authorization Proxy-Connection Sec-Fetch-Mode
  sec-websocket-key TE Trailer Transfer-Encoding Upgrade Via X-Forwarded-For x-forwarded-host X-Forwarded-Proto traceparent
  Tracestate`.split(/\s+/)

type Headers = readonly (readonly [string, string])[]
const controls = [
  '\x01',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\x0b',
  '\x1b',
  '\x7f',
  '\x80',
  '\xa0',
  'é',
  '\u2028',
  '\u{1f600}',
]
const bad: [string, Headers][] = [
  ...reserved.map((name): [string, Headers] => [`the name ${name}`, [[name, 'v']]]),
  ...controls.map((text): [string, Headers] => [
    `${JSON.stringify(text)} in a value`,
    [['X-A', `a${text}X-Evil: 1`]],
  ]),
  ...[...controls, ' ', ':', '"', '(', '/', '[', '@'].map((text): [string, Headers] => [
    `${JSON.stringify(text)} in a name`,
    [[`X${text}A`, 'v']],
  ]),
  ['a space before a value', [['X-A', ' v']]],
  ['a space after a value', [['X-A', 'v ']]],
  [
    'two names that differ in case',
    [
      ['X-A', '1'],
      ['x-a', '2'],
    ],
  ],
  [
    'the same name twice',
    [
      ['X-A', '1'],
      ['X-A', '2'],
    ],
  ],
  ['51 headers', Array.from({ length: 51 }, (_, i) => [`X-${i}`, 'v'] as const)],
  ['33 KiB', [['X-A', 'v'.repeat(33 * 1024)]]],
]

test('are refused when a server is made or changed, and nothing is stored', async () => {
  for (const [what, headers] of bad) {
    const stored = headers.map(([name, value]) => ({ key: name, value }))
    const answers = [
      await ask('POST', base, { body: { name: 'Bad', url: upstream.url, headers: stored } }),
      await ask('PATCH', `${base}/${good}`, { body: { headers: stored } }),
    ]
    for (const { status, body } of answers)
      expect([what, status, body.code]).toEqual([what, 422, 'invalid_header'])
  }
  expect(JSON.parse((await ask('GET', base)).text)).toHaveLength(1)
}, 90_000)

test('are sent to nobody where they came into the database by another way, and harm that server alone', async () => {
  const credentials = async (serverId: string) => {
    const answer = await fetch(`${registry.internalUrl}/internal/credentials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${registry.gatewayToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ key_id: key.id, workspace_id: a.id, server_id: serverId }),
    })
    return [answer.status, ((await answer.json()) as { code?: string }).code]
  }
  const seen = upstream.requests.length
  for (const [what, headers] of bad) {
    const { id } = await addServer(registry.deps, a.id, { url: upstream.url, headers })
    expect([what, ...(await credentials(id))]).toEqual([what, 500, 'credential_unreadable'])
    for (const answer of [
      await ask('GET', `/v1/servers/${id}/tools`),
      await ask('POST', `/v1/servers/${id}/eras`),
    ])
      expect([what, answer.status, answer.body.code]).toEqual([what, 500, 'credential_unreadable'])
  }
  expect(upstream.requests.length).toBe(seen)
  expect(await credentials(good)).toEqual([200, undefined])
  expect((await ask('GET', `/v1/servers/${good}/tools`)).status).toBe(200)
  expect(upstream.requests.at(-1)?.header('x-good')).toEqual(['g'])
}, 90_000)
