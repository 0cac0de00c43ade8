// The page for an account, as the SDKs' own clients show it: the call that met it works once the account is connected.

import { randomUUID } from 'node:crypto'
import { type Script, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js'
import { expect, onTestFinished, test } from 'vitest'
import { account } from '../testing/account.ts'
import { startGateway } from '../testing/gateway.ts'

const info = { name: 'test', version: '1' }
const capabilities = { elicitation: { url: {} } }
const tools = [{ name: 'echo', inputSchema: { type: 'object' } }]
const echo = { name: 'echo', arguments: { a: 1 } }

/** A person with a key, at one server that wants an account. */
async function setUp(inner: Script) {
  const gateway = await startGateway()
  onTestFinished(() => gateway.close())
  const upstream = await startRecordingUpstream(account(new Set(['t1', 't2']), inner))
  onTestFinished(() => upstream.close())
  const { registry } = gateway
  const userId = randomUUID()
  const id = registry.addServer({ slug: 'one', url: upstream.url, oauth: true })
  const requestInit = { headers: { 'x-api-key': registry.addKey({ userId }).key } }
  const heard = async (revision: number) => waitFor(() => registry.acknowledged() >= revision)
  return {
    at: (slug: string) => new URL(`${gateway.url}/mcp/${slug}`),
    requestInit,
    connect: (token: string) => heard(registry.connections.connect(userId, id, token)),
    disconnect: () => heard(registry.connections.disconnect(userId, id)),
  }
}

test.each([
  ['its own address', 'one', 'echo'],
  ['the address of all servers', '', 'one__echo'],
])('a modern client at %s opens it and has its answer', async (_what, slug, name) => {
  const { at, requestInit, connect, disconnect } = await setUp(scripts.modernServer({ tools }))
  await connect('t1')
  const client = new ModernClient(info, { capabilities, versionNegotiation: { mode: 'auto' } })
  await client.connect(new ModernTransport(at(slug), { requestInit }))
  onTestFinished(() => client.close())
  const opened: unknown[] = []
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    opened.push(params)
    setTimeout(() => void connect('t2'), 200) // the person is not done there at once
    return { action: 'accept' }
  })
  expect((await client.callTool({ ...echo, name })).isError).toBeUndefined()
  await disconnect()
  expect((await client.callTool({ ...echo, name })).isError).toBeUndefined()
  expect(opened).toEqual([
    expect.objectContaining({ mode: 'url', url: 'http://localhost:7402/w/test/connections?connect=one' }),
  ])
})

test('a legacy client is told which page to open, and repeats the call', async () => {
  const { at, requestInit, connect, disconnect } = await setUp(scripts.legacyServer({ tools }))
  await connect('t1')
  const client = new LegacyClient(info, { capabilities })
  const transport = new LegacyTransport(at('one'), { requestInit })
  await client.connect(transport as Parameters<LegacyClient['connect']>[0]) // v1's own types differ under exactOptionalPropertyTypes
  onTestFinished(() => client.close())
  await disconnect()
  expect(await client.callTool(echo)).toMatchObject({ isError: true })
  await connect('t2')
  expect((await client.callTool(echo)).isError).toBeUndefined()
})

test.each([
  ['of ours', scripts.modernServer({ tools })],
  ['of the server', scripts.legacyServer({ tools, sessionId: 'there' })],
])(
  'a legacy client with a session %s is told by the error of its revision, and goes on in it',
  async (_what, inner) => {
    const { at, requestInit, connect, disconnect } = await setUp(inner)
    await connect('t1')
    const client = new LegacyClient(info, { capabilities })
    const transport = new LegacyTransport(at('one'), { requestInit })
    await client.connect(transport as Parameters<LegacyClient['connect']>[0]) // as above
    onTestFinished(() => client.close())
    await disconnect()
    const refused = await client.callTool(echo).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(UrlElicitationRequiredError)
    expect((refused as UrlElicitationRequiredError).elicitations).toEqual([
      expect.objectContaining({ url: 'http://localhost:7402/w/test/connections?connect=one' }),
    ])
    await connect('t2')
    expect((await client.callTool(echo)).isError).toBeUndefined()
  },
)
