// Connections as people and programs manage them: who sees which, and that a disconnected one is out of use, here and at its
// authorization server.

import { waitFor } from '@gatehouse/testkit'
import { type AuthorizationServer, startAuthorizationServer } from '@gatehouse/testkit/authorization-server'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import { addConnection, grantAt, type TestConnectionOptions } from '../testing/connection.ts'
import { connectGateway } from '../testing/gateway.ts'
import {
  startTestRegistry,
  type TestKey,
  type TestRegistry,
  type TestWorkspace,
} from '../testing/registry.ts'
import { addServer, type TestServer } from '../testing/server.ts'
import { createRevocations } from './revocations.ts'

const resource = 'https://mcp.test/mcp'

let registry: TestRegistry
let issuer: AuthorizationServer
let a: TestWorkspace
let server: TestServer
let ada: TestKey
let bob: TestKey
beforeAll(async () => {
  registry = await startTestRegistry()
  issuer = await startAuthorizationServer()
})
afterAll(async () => {
  await registry.stop()
  await issuer.close()
})
beforeEach(async () => {
  a = await registry.workspace('A')
  server = await addServer(registry.deps, a.id, { url: resource })
  ada = await a.key({ role: 'member' })
  bob = await a.key({ role: 'member' })
})
afterEach(() => {
  issuer.set({})
  issuer.requests.length = 0
})

const as = ({ key }: TestKey) => client(registry.url, key)
const connect = (who: Pick<TestKey, 'userId'>, more: Partial<TestConnectionOptions> = {}) =>
  addConnection(registry.deps, a.id, { serverId: server.id, resource, ownerId: who.userId, ...more })
const connectAt = async (login: string, who: TestKey) =>
  connect(who, { grant: await grantAt(issuer, resource, login) })
const idsOf = async (who: TestKey, query = '') => {
  const { body } = await as(who)('GET', `/v1/connections${query}`)
  return (body.data as { id: string }[]).map(({ id }) => id)
}
const service = { userId: null }

describe('a list', () => {
  test("shows one's own, and everybody's to who may see all", async () => {
    const [mine, theirs, nobodys] = [await connect(ada), await connect(bob), await connect(service)]
    expect(await idsOf(ada)).toEqual([mine.id])
    expect(await idsOf(bob)).toEqual([theirs.id])
    expect(await idsOf(await a.key({ role: 'operator' }))).toEqual([nobodys.id])
    expect(await idsOf(await a.key({ role: 'admin' }))).toEqual([nobodys.id, theirs.id, mine.id])
    expect(await idsOf(await a.key({ permissions: ['mcp-servers:invoke'] }))).toEqual([nobodys.id])
    const other = await addServer(registry.deps, a.id)
    expect(await idsOf(await a.key({ role: 'admin' }), `?server_id=${other.id}`)).toEqual([])
    expect(await idsOf(await a.key({ servers: [other.id] }))).toEqual([])
  })

  test('goes page by page, and tells everything but the token', async () => {
    const soon = new Date(Date.now() + 86_400_000)
    await connect(ada)
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      tx.oAuthToken.updateMany({
        data: {
          refreshExpiresAt: soon,
          lastRefreshResult: 'ok',
          lastRefreshAt: new Date(Date.now() - 6 * 86_400_000),
        },
      }),
    )
    await connect(bob)
    const admin = await a.key({ role: 'admin' })
    const first = await as(admin)('GET', '/v1/connections?limit=1')
    const { body, text } = await as(admin)('GET', `/v1/connections?limit=1&cursor=${first.body.next_cursor}`)
    expect(body).toMatchObject({
      data: [
        {
          server: { id: server.id, slug: server.slug },
          owner: { id: ada.userId, name: 'member' },
          ...{ label: '', state: 'active', scopes: ['read'], last_refresh_result: 'ok' },
          warning: 'refresh_token_ends_soon',
        },
      ],
      next_cursor: null,
    })
    expect(text + first.text).not.toContain('made-up')
  })
})

test('the end of a refresh token is warned of in time, and only while the connection stands', async () => {
  const dayMs = 86_400_000
  const { id } = await connect(ada)
  const warning = async (data: object) => {
    await registry.deps.db.inWorkspace(a.id, (tx) => tx.oAuthToken.updateMany({ where: { id }, data }))
    const { body } = await as(ada)('GET', '/v1/connections')
    return (body.data as { warning: string | null }[])[0]?.warning
  }
  const at = (days: number) => new Date(Date.now() + days * dayMs)
  const soon = 'refresh_token_ends_soon'
  expect(await warning({ lastRefreshAt: at(-60), refreshExpiresAt: at(8) })).toBeNull()
  expect(await warning({ refreshExpiresAt: at(6) })).toBe(soon)
  expect(await warning({ refreshExpiresAt: at(-1) })).toBe(soon)
  // One that lives for two days begins anew with each renewal.
  expect(await warning({ lastRefreshAt: at(0), refreshExpiresAt: at(2) })).toBeNull()
  expect(await warning({ lastRefreshAt: at(-1.5), refreshExpiresAt: at(0.5) })).toBe(soon)
  expect(await warning({ state: 'needs_reconnecting' })).toBeNull()
})

test("a label is the owner's to give", async () => {
  const { id } = await connect(ada)
  expect((await as(ada)('PATCH', `/v1/connections/${id}`, { body: { label: 'Work' } })).body).toMatchObject({
    id,
    label: 'Work',
  })
  const foreign = await as(bob)('PATCH', `/v1/connections/${id}`, { body: { label: 'Mine' } })
  expect([foreign.status, foreign.body.code]).toEqual([404, 'connection_not_found'])
})

describe('disconnecting', () => {
  test('revokes the tokens at their authorization server, and leaves those of others', async () => {
    const mine = await connectAt('ada', ada)
    const theirs = await connectAt('bob', bob)
    expect((await as(ada)('DELETE', `/v1/connections/${mine.id}`)).status).toBe(204)
    expect(issuer.requestsTo('revoke').map(({ params }) => params.get('token_type_hint'))).toEqual([
      'refresh_token',
      'access_token',
    ])
    expect(await idsOf(bob)).toEqual([theirs.id])
    expect(await idsOf(ada)).toEqual([])
  })

  test("of somebody else's is refused without the permission, and done with it", async () => {
    const { id } = await connect(ada)
    expect((await as(bob)('DELETE', `/v1/connections/${id}`)).status).toBe(403)
    expect(await idsOf(ada)).toEqual([id])
    expect((await as(await a.key({ role: 'admin' }))('DELETE', `/v1/connections/${id}`)).status).toBe(204)
  })

  test('of one that serves everybody is told about each server where it does', async () => {
    const shared = uuidv7()
    const { id } = await connect(service, { shared })
    const other = await addServer(registry.deps, a.id, { url: resource })
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      tx.mcpServer.updateMany({
        where: { id: other.id },
        data: { authType: 'oauth', oauthProviderId: shared },
      }),
    )
    const gateway = await connectGateway(registry.deps, { acknowledges: true })
    expect((await as(await a.key({ role: 'admin' }))('DELETE', `/v1/connections/${id}`)).status).toBe(204)
    const told = gateway.told.map(({ subject, subjectId }) => `${subject} ${subjectId}`)
    expect(told.sort()).toEqual([`connection ${server.id}`, `connection ${other.id}`].sort())
    await gateway.leave()
  })

  test('answers when every gateway knows, also for a repeat', async () => {
    const { id } = await connect(ada)
    const { changes, db } = registry.deps
    const known = await db.asSystem((tx) => changes.current(tx))
    const gateway = await connectGateway(registry.deps)
    const told = () => gateway.told.find(({ revision }) => revision > known)
    let answered = 0
    const count = () => {
      answered += 1
    }
    const first = as(ada)('DELETE', `/v1/connections/${id}`).finally(count)
    await waitFor(told)
    const again = as(ada)('DELETE', `/v1/connections/${id}`).finally(count)
    expect(told()).toMatchObject({ subject: 'connection', subjectId: ada.userId })
    expect(answered).toBe(0)
    await gateway.acknowledge(told()?.revision ?? 0)
    expect([(await first).status, (await again).status]).toEqual([204, 204])
    await gateway.leave()
  })

  /** What is still to be revoked. */
  const pending = () => registry.deps.db.inWorkspace(a.id, (tx) => tx.tokenRevocation.findMany())
  const change = (data: object) =>
    registry.deps.db.inWorkspace(a.id, (tx) => tx.tokenRevocation.updateMany({ data }))
  const due = () => change({ retryAt: new Date(0) })

  test('at an authorization server that is away goes on until the tokens are revoked, in whichever process', async () => {
    const grant = await grantAt(issuer, resource, 'ada')
    const { id } = await connect(ada, { grant })
    issuer.set({ faults: { revoke: { reset: 'before' } } })
    expect((await as(ada)('DELETE', `/v1/connections/${id}`)).status).toBe(204)
    expect(await idsOf(ada)).toEqual([])
    expect(registry.logged()).toContain('did not revoke')
    const { access_token: token } = grant.tokens
    expect(await issuer.verify(token)).toMatchObject({ sub: 'ada' })
    const waits: number[] = []
    // The one that was asked to disconnect is gone: the next one finds what is left.
    const next = createRevocations(registry.deps)
    for (let round = 0; round < 3; round += 1) {
      const [row] = await pending()
      waits.push(Math.round(((row?.retryAt.getTime() ?? 0) - Date.now()) / 5_000) * 5)
      await due()
      await next.round()
      await waitFor(async () => (await pending())[0]?.attempts === round + 2)
    }
    expect(waits).toEqual([5, 10, 20])
    issuer.set({})
    await next.round()
    expect(await pending()).toHaveLength(1) // not before its time
    await due()
    await Promise.all([next.round(), registry.deps.revocations.round()])
    expect(await pending()).toEqual([])
    expect(await issuer.verify(token)).toBeUndefined()
    // One of the two had it.
    expect(issuer.requestsTo('revoke')).toHaveLength(2 * 5)
    await next.close()
  })

  test('is not tried again where it is refused for good, or was in vain for a day', async () => {
    await connectAt('ada', ada)
    await connectAt('bob', bob)
    const refusal = { error: 'unsupported_token_type', status: 400 }
    issuer.set({ faults: { revoke: { answer: refusal, times: 2 } } })
    const [mine] = await idsOf(ada)
    expect((await as(ada)('DELETE', `/v1/connections/${mine}`)).status).toBe(204)
    expect(await pending()).toEqual([])
    issuer.set({ faults: { revoke: { answer: { status: 503 } } } })
    const [theirs] = await idsOf(bob)
    expect((await as(bob)('DELETE', `/v1/connections/${theirs}`)).status).toBe(204)
    expect(await pending()).toMatchObject([{ attempts: 1 }])
    await change({ retryAt: new Date(0), createdAt: new Date(Date.now() - 25 * 3_600_000) })
    await registry.deps.revocations.round()
    expect(await pending()).toEqual([])
    expect(registry.logged()).toContain('it is given up')
  })

  test('does not hang on an authorization server that is slow', async () => {
    const { id } = await connectAt('ada', ada)
    const gate = Promise.withResolvers<void>()
    issuer.set({ faults: { revoke: { wait: gate.promise } } })
    const began = performance.now()
    expect((await as(ada)('DELETE', `/v1/connections/${id}`)).status).toBe(204)
    expect(performance.now() - began).toBeLessThan(4_500)
    gate.resolve()
    await waitFor(async () => (await pending()).length === 0)
  })

  test('while it is being renewed takes back what comes of that', async () => {
    const connection = await connectAt('ada', ada)
    const gate = Promise.withResolvers<void>()
    issuer.set({ faults: { token: { wait: gate.promise } } })
    const renewed = registry.deps.refreshes.renew({ workspaceId: a.id, id: connection.id, version: 1 })
    await waitFor(() => issuer.requestsTo('token', 'refresh_token').length === 1)
    // What we have is not revoked, so that the server goes on to give the next token.
    issuer.set({ rotation: false, faults: { revoke: { answer: { status: 503 }, times: 2 } } })
    expect((await as(ada)('DELETE', `/v1/connections/${connection.id}`)).status).toBe(204)
    gate.resolve()
    await renewed
    expect(await idsOf(ada)).toEqual([])
    const revoked = issuer.requestsTo('revoke').map(({ params }) => params.get('token'))
    expect(revoked).toHaveLength(4)
    for (const token of revoked) expect(await issuer.verify(token ?? '')).toBeUndefined()
  })
})

test('deleting a server revokes every connection to it', async () => {
  await connectAt('ada', ada)
  await connectAt('bob', bob)
  const keeper = await a.key()
  expect((await as(keeper)('DELETE', `/v1/deepagents/mcp-servers/${server.id}`)).status).toBe(204)
  expect(issuer.requestsTo('revoke')).toHaveLength(4)
  expect(await registry.deps.db.inWorkspace(a.id, (tx) => tx.oAuthToken.count())).toBe(0)
})

test('what is done to a connection is in the audit trail, without its token', async () => {
  const { id } = await connect(ada)
  await as(ada)('PATCH', `/v1/connections/${id}`, { body: { label: 'Work' } })
  await as(ada)('DELETE', `/v1/connections/${id}`)
  const events = await registry.deps.db.inWorkspace(a.id, (tx) =>
    tx.auditEvent.findMany({ where: { objectId: id }, orderBy: { seq: 'asc' } }),
  )
  expect(events.map(({ action, actorId }) => [action, actorId])).toEqual([
    ['connection.updated', ada.id],
    ['connection.deleted', ada.id],
  ])
  expect(JSON.stringify(events.map(({ before, after }) => [before, after]))).not.toContain('made-up')
})
