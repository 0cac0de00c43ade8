// Tools of a server that wants accounts: each person's list is fetched with their own token, kept for them alone, and gone with it.

import {
  type AuthorizationServer,
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
} from '@gatehouse/testkit/authorization-server'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import { addConnection, grantAt, type TestConnectionOptions } from '../testing/connection.ts'
import {
  startTestRegistry,
  type TestKey,
  type TestRegistry,
  type TestWorkspace,
} from '../testing/registry.ts'
import { addServer, type TestServer } from '../testing/server.ts'

let registry: TestRegistry
let issuer: AuthorizationServer
let upstream: ProtectedServer
let a: TestWorkspace
let server: TestServer
let [ada, bob]: TestKey[] = []
beforeAll(async () => {
  registry = await startTestRegistry()
  issuer = await startAuthorizationServer()
})
afterAll(async () => {
  await registry.stop()
  await issuer.close()
})
beforeEach(async () => {
  upstream = await startProtectedServer({ authorizationServer: issuer, eras: 'legacy' })
  a = await registry.workspace('A')
  server = await addServer(registry.deps, a.id, { url: upstream.url })
  ;[ada, bob] = [await a.key({ role: 'member' }), await a.key({ role: 'member' })]
})
afterEach(async () => {
  issuer.set({})
  issuer.requests.length = 0
  await upstream.close()
})

const tools = (who: TestKey | undefined, query = '') =>
  client(registry.url, who?.key ?? '')('GET', `/v1/servers/${server.id}/tools${query}`)
const byUrl = (who: TestKey, more: string) =>
  client(registry.url, who.key)(
    'GET',
    `/v1/deepagents/mcp/tools?url=${encodeURIComponent(upstream.url)}${more}`,
  )
const connect = async (login: string, who: TestKey | undefined, more: Partial<TestConnectionOptions> = {}) =>
  addConnection(registry.deps, a.id, {
    ...{ serverId: server.id, resource: upstream.url, ownerId: who?.userId ?? null },
    grant: await grantAt(issuer, upstream.url, login),
    ...more,
  })
const callers = () => upstream.callers.filter(({ method }) => method === 'tools/list').map(({ sub }) => sub)

test('each person gets the list that their own token fetched', async () => {
  await connect('ada', ada)
  await connect('bob', bob)
  expect((await tools(ada)).body).toMatchObject({ cached: false })
  expect((await tools(bob)).body).toMatchObject({ cached: false })
  expect((await tools(ada)).body).toMatchObject({ cached: true })
  expect(callers()).toEqual(['ada', 'bob'])
})

test('without a connection there is none, whatever others have fetched', async () => {
  await connect('ada', ada)
  await tools(ada)
  const { status, body } = await tools(bob)
  expect([status, body.code]).toEqual([502, 'upstream_auth_failed'])
  expect(callers()).toEqual(['ada'])
})

test('a service that may act for people names one', async () => {
  await connect('ada', ada)
  expect((await byUrl(await a.key(), `&ls_user_id=${ada?.userId}`)).body).toMatchObject({ cached: false })
  const mayNot = await a.key({ permissions: ['mcp-servers:read', 'mcp-servers:invoke'] })
  expect((await byUrl(mayNot, `&ls_user_id=${ada?.userId}`)).status).toBe(502)
  expect(callers()).toEqual(['ada'])
})

test('of several servers with one URL, a service that names a person gets the one where they are connected', async () => {
  const older = server
  server = await addServer(registry.deps, a.id, { url: upstream.url })
  await connect('ada', ada)
  await connect('bob', bob, { serverId: older.id })
  const service = await a.key()
  for (const who of [ada, bob])
    expect((await byUrl(service, `&ls_user_id=${who?.userId}`)).body).toMatchObject({ cached: false })
  expect(callers()).toEqual(['ada', 'bob'])
})

test('a list goes with the connection that fetched it', async () => {
  const { id } = await connect('ada', ada)
  await tools(ada)
  await client(registry.url, ada?.key ?? '')('DELETE', `/v1/connections/${id}`)
  expect((await tools(ada)).status).toBe(502)
  expect(await registry.deps.db.inWorkspace(a.id, (tx) => tx.toolCatalogue.count())).toBe(0)
  // A new account of the same person has a list of its own.
  await registry.deps.db.inWorkspace(a.id, (tx) => tx.oAuthProvider.deleteMany())
  await connect('other', ada)
  expect((await tools(ada)).body).toMatchObject({ cached: false })
  expect(callers()).toEqual(['ada', 'other'])
})

test('a token that the server refuses is renewed, and the list fetched with the new one', async () => {
  await connect('ada', ada)
  issuer.forget('AccessToken')
  expect((await tools(ada)).status).toBe(200)
  expect(issuer.requestsTo('token', 'refresh_token')).toHaveLength(1)
  expect(callers()).toEqual(['ada'])
})

test('a token that can not be renewed is told, and fetches nothing', async () => {
  await connect('ada', ada, { expiresAt: new Date(Date.now() - 1_000) })
  issuer.set({ faults: { token: { answer: { error: 'invalid_grant' } } } })
  expect((await tools(ada)).status).toBe(502)
  expect((await tools(ada, '?force_refresh=true')).status).toBe(502)
  expect([upstream.requests.length, issuer.requestsTo('token', 'refresh_token').length]).toEqual([0, 1])
})
