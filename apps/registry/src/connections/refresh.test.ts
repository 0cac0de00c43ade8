// A token is there when a gateway asks: renewed once per expiry, whoever asks and however often, against a real authorization
// server that rotates refresh tokens and ends the grant where an old one is used again.

import { randomBytes } from 'node:crypto'
import { credentialsAnswer } from '@gatehouse/registry-api/internal'
import { waitFor } from '@gatehouse/testkit'
import { type AuthorizationServer, startAuthorizationServer } from '@gatehouse/testkit/authorization-server'
import { Registry } from 'prom-client'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { serve } from '../serve.ts'
import { addConnection, type Grant, grantAt, type TestConnection } from '../testing/connection.ts'
import { type TestDatabase, testDatabase } from '../testing/database.ts'
import { connectGateway } from '../testing/gateway.ts'
import {
  startTestRegistry,
  type TestKey,
  type TestRegistry,
  type TestWorkspace,
} from '../testing/registry.ts'
import { addServer, type TestServer } from '../testing/server.ts'
import { createRefreshes } from './refresh.ts'
import { sealTokens } from './tokens.ts'

const resource = 'https://mcp.test/mcp'
const env = { MASTER_KEY: randomBytes(32).toString('base64') }

let database: TestDatabase
let registry: TestRegistry
let issuer: AuthorizationServer
let a: TestWorkspace
let server: TestServer
let ada: TestKey
let now = Date.now()

beforeAll(async () => {
  database = await testDatabase()
  registry = await startTestRegistry({ now: () => new Date(now), database, env })
})
afterAll(() => registry.stop())
beforeEach(async () => {
  now = Date.now()
  issuer = await startAuthorizationServer()
  a = await registry.workspace('A')
  server = await addServer(registry.deps, a.id, { url: resource })
  ada = await a.key({ role: 'member' })
})
afterEach(() => issuer.close())

async function ask(path: string, body: object, on: Pick<TestRegistry, 'internalUrl' | 'gatewayToken'>) {
  const response = await fetch(`${on.internalUrl}/internal/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${on.gatewayToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (response.status !== 200)
    return { status: response.status, retryAfter: response.headers.get('retry-after') }
  const { revision: _, generation: __, ...rest } = credentialsAnswer.parse(answer)
  return { status: 200, ...rest }
}
const place = (key = ada) => ({ key_id: key.id, workspace_id: a.id, server_id: server.id })
const credentials = (key = ada, on: Parameters<typeof ask>[2] = registry) =>
  ask('credentials', place(key), on)
const refused = (connection: TestConnection, version: number) =>
  ask('credentials/refused', { ...place(), token_id: connection.id, version }, registry)

const connect = (grant: Grant, options: Partial<Parameters<typeof addConnection>[2]> = {}) =>
  addConnection(registry.deps, a.id, {
    serverId: server.id,
    resource,
    grant,
    ownerId: ada.userId,
    ...options,
  })
const connected = async (options: Parameters<typeof connect>[1] = {}) =>
  connect(await grantAt(issuer, resource, 'ada'), options)
const runOut = () => ({ expiresAt: new Date(now - 1_000) })
const row = (connection: TestConnection) =>
  registry.deps.db.inWorkspace(a.id, (tx) =>
    tx.oAuthToken.findUniqueOrThrow({ where: { workspaceId_id: { workspaceId: a.id, id: connection.id } } }),
  )
const change = (connection: TestConnection, data: object) =>
  registry.deps.db.inWorkspace(a.id, (tx) =>
    tx.oAuthToken.update({ where: { workspaceId_id: { workspaceId: a.id, id: connection.id } }, data }),
  )
const sharedOf = ({ id }: TestServer) =>
  registry.deps.db.inWorkspace(a.id, async (tx) => {
    const { oauthProviderId } = await tx.mcpServer.findFirstOrThrow({ where: { id } })
    return oauthProviderId ?? ''
  })
const refreshes = () => issuer.requestsTo('token', 'refresh_token').length
/** Whom the answer's header is for, as the authorization server has it. */
const subjectOf = async (answer: Answer) => (await issuer.verify(tokenOf(answer)))?.sub
const tokenOf = (answer: Answer) =>
  ('headers' in answer ? answer.headers[0]?.[1] : undefined)?.replace('Bearer ', '') ?? ''
type Answer = Awaited<ReturnType<typeof credentials>>

describe('a token', () => {
  test('that holds is sent as it is, until shortly before it runs out', async () => {
    const connection = await connected()
    const answer = await credentials()
    expect(answer).toMatchObject({
      status: 200,
      required: null,
      connection: { token_id: connection.id, generation: connection.generation, version: 1 },
    })
    expect(await subjectOf(answer)).toBe('ada')
    const until = 'connection' in answer ? answer.connection?.fresh_until_ms : undefined
    expect(until).toBe(now + 3_600_000 - 30_000)
    expect(refreshes()).toBe(0)
  })

  test('is renewed before it runs out, and stays the same connection', async () => {
    const connection = await connected()
    const seen = await connectGateway(registry.deps)
    now += 3_600_000 - 20_000
    expect(await credentials()).toMatchObject({ connection: { version: 1, fresh_until_ms: now + 5_000 } })
    await registry.deps.refreshes.idle()
    const answer = await credentials()
    expect(answer).toMatchObject({ connection: { generation: connection.generation, version: 2 } })
    expect(await subjectOf(answer)).toBe('ada')
    expect([refreshes(), issuer.requestsTo('token', 'refresh_token')[0]?.params.get('resource')]).toEqual([
      1,
      resource,
    ])
    expect(await row(connection)).toMatchObject({ lastRefreshResult: 'ok', attempts: 0, claimId: null })
    // Neither a generation nor a revision: gateways keep what they have.
    expect(seen.told).toEqual([])
    await seen.leave()
  })

  test("is the caller's own: nobody's else, no service's, and none of another origin", async () => {
    await connected()
    const bob = await a.key({ role: 'member' })
    const service = await a.key()
    expect(await credentials(bob)).toMatchObject({ headers: [], required: { reason: 'not_connected' } })
    expect(await credentials(service)).toMatchObject({ headers: [], required: { reason: 'operator' } })
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      tx.mcpServer.updateMany({ where: { id: server.id }, data: { url: 'https://elsewhere.test/mcp' } }),
    )
    const elsewhere = await credentials()
    const url = `http://localhost:7402/w/${a.slug}/connections?connect=${server.slug}`
    expect(elsewhere).toMatchObject({ headers: [], required: { reason: 'not_connected', url } })
  })

  test('without a refresh token serves to its end, and then asks for its person', async () => {
    const { tokens, ...grant } = await grantAt(issuer, resource, 'ada')
    const { refresh_token: _, ...alone } = tokens
    const connection = await connect({ ...grant, tokens: alone })
    now += 3_600_000 - 40_000
    expect(await subjectOf(await credentials())).toBe('ada')
    now += 50_000
    expect(await credentials()).toMatchObject({ headers: [], required: { reason: 'needs_reconnecting' } })
    expect(await row(connection)).toMatchObject({ lastRefreshResult: 'no_refresh_token' })
    expect(refreshes()).toBe(0)
  })
})

describe('with a client that the workspace shares', () => {
  const shared = uuidv7
  test("a person's own connection comes first, and the workspace's serves who has none", async () => {
    const grant = await grantAt(issuer, resource, 'everybody')
    const client = shared()
    await connect(grant, { ownerId: null, shared: client })
    expect(await subjectOf(await credentials())).toBe('everybody')
    const mine = await connect(
      { ...grant, tokens: (await grantAt(issuer, resource, 'ada')).tokens },
      { shared: client },
    )
    expect(await subjectOf(await credentials())).toBe('ada')
    expect(await subjectOf(await credentials(await a.key()))).toBe('everybody')
    // Nobody goes on under another name without a word.
    await change(mine, { state: 'needs_reconnecting' })
    expect(await credentials()).toMatchObject({ headers: [], required: { reason: 'needs_reconnecting' } })
  })

  test('that may ask in its own name, everybody is served by that', async () => {
    const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials']
    const grant = await grantAt(issuer, resource, 'ada', { grantTypes })
    const { id } = await connect(grant, { shared: shared(), kind: 'manual' })
    await registry.deps.db.inWorkspace(a.id, (tx) => tx.oAuthToken.deleteMany({ where: { id } }))
    for (const key of [ada, await a.key()])
      expect(await issuer.verify(tokenOf(await credentials(key)))).toMatchObject({ sub: undefined })
    expect(issuer.requestsTo('token', 'client_credentials')).toHaveLength(1)
  })
})

describe('where a shared client is refused tokens in its own name', () => {
  const refusedWith = async (error: string, metadata: object = {}) => {
    const grant = await grantAt(issuer, resource, 'ada')
    const announced = { grant_types_supported: ['authorization_code', 'client_credentials'], ...metadata }
    const { id } = await connect(grant, { shared: uuidv7(), kind: 'manual', metadata: announced })
    await registry.deps.db.inWorkspace(a.id, (tx) => tx.oAuthToken.deleteMany({ where: { id } }))
    issuer.set({ faults: { token: { answer: { error } } } })
    return [await credentials(), await credentials(await a.key())]
  }
  const reasons = (mine: string) => [{ required: { reason: mine } }, { required: { reason: 'operator' } }]

  test('a person connects an account of their own, a service needs an operator', async () => {
    expect(await refusedWith('unauthorized_client')).toMatchObject(reasons('not_connected'))
    issuer.set({})
    await connect(await grantAt(issuer, resource, 'ada'), { shared: await sharedOf(server) })
    expect(await subjectOf(await credentials())).toBe('ada')
  })

  test('because it is not known there at all, nobody but an operator can help', async () => {
    expect(await refusedWith('invalid_client')).toMatchObject(reasons('operator'))
  })

  test('where people get no accounts, nobody but an operator can help', async () => {
    const metadata = { grant_types_supported: ['client_credentials'] }
    expect(await refusedWith('unauthorized_client', metadata)).toMatchObject(reasons('operator'))
  })
})

describe('asked at once', () => {
  test('1,000 times over two registries, at expiry, of a slow server: one token request', async () => {
    const connection = await connected(runOut())
    issuer.set({ faults: { token: { wait: 2_000 } } })
    const other = await anotherRegistry()
    try {
      const asked = Array.from({ length: 1_000 }, (_, i) => credentials(ada, i % 2 ? registry : other))
      const answers = await Promise.all(asked)
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(answers[0]).toMatchObject({ connection: { token_id: connection.id, version: 2 } })
      expect(refreshes()).toBe(1)
    } finally {
      await other.stop()
    }
  })

  test('by thirty callers who share it: one token request', async () => {
    const connection = await connected({ ...runOut(), ownerId: null })
    const keys = await Promise.all(Array.from({ length: 30 }, () => a.key()))
    issuer.set({ faults: { token: { wait: 500 } } })
    const answers = await Promise.all(keys.map((key) => credentials(key)))
    for (const answer of answers)
      expect(answer).toMatchObject({ connection: { token_id: connection.id, version: 2 } })
    expect(refreshes()).toBe(1)
  })

  test('a token that still holds serves everybody while it is renewed', async () => {
    await connected()
    const gate = Promise.withResolvers<void>()
    issuer.set({ faults: { token: { wait: gate.promise } } })
    now += 3_600_000 - 20_000
    for (let i = 0; i < 3; i += 1)
      expect(await credentials()).toMatchObject({ connection: { version: 1, fresh_until_ms: now + 5_000 } })
    gate.resolve()
    await registry.deps.refreshes.idle()
    expect(await credentials()).toMatchObject({ connection: { version: 2 } })
    expect(refreshes()).toBe(1)
  })
})

/** A process of its own in all but name; on the embedded database with the one connection that it has. */
async function anotherRegistry(): Promise<Pick<TestRegistry, 'internalUrl' | 'gatewayToken' | 'stop'>> {
  if (!database.source.embedded)
    return startTestRegistry({
      now: () => new Date(now),
      env,
      database: { source: database.source, close: async () => undefined },
    })
  const serving = await serve({
    ...registry.deps,
    refreshes: createRefreshes(registry.deps),
    metrics: new Registry(),
  })
  return {
    internalUrl: `http://127.0.0.1:${serving.internalPort}`,
    gatewayToken: registry.gatewayToken,
    stop: () => serving.stop({ settleMs: 0, drainMs: 1_000 }),
  }
}

test('what comes for a connection that was made anew meanwhile does not take its place', async () => {
  const connection = await connected(runOut())
  const gate = Promise.withResolvers<void>()
  issuer.set({ faults: { token: { hold: gate.promise, times: 1 } } })
  const renewed = registry.deps.refreshes.renew({ workspaceId: a.id, id: connection.id, version: 1 })
  await waitFor(() => refreshes() === 1)
  const anew = await grantAt(issuer, resource, 'grace')
  await registry.deps.db.inWorkspace(a.id, async (tx) => {
    const place = {
      ...(await tx.oAuthToken.findFirstOrThrow({ where: { id: connection.id } })),
      generation: uuidv7(),
    }
    const { sealed, dataKeyId } = await sealTokens(registry.deps, tx, place, anew.tokens)
    await tx.oAuthToken.updateMany({
      where: { id: connection.id },
      data: { sealed, dataKeyId, generation: place.generation, expiresAt: new Date(now + 3_600_000) },
    })
  })
  gate.resolve()
  await renewed
  expect(await subjectOf(await credentials())).toBe('grace')
})

describe('a process that dies between the rotation and our commit', () => {
  /** As kill -9 leaves it: the server has given the next token, and nothing was written but the claim. */
  async function die(connection: TestConnection): Promise<void> {
    const rotated = Promise.withResolvers<void>()
    const { egress } = registry.deps
    const dying = createRefreshes({
      ...registry.deps,
      egress: {
        ...egress,
        async fetch(...request) {
          await egress.fetch(...request)
          rotated.resolve()
          return new Promise(() => undefined)
        },
      },
    })
    void dying.renew({ workspaceId: a.id, id: connection.id, version: 1 })
    await rotated.promise
    const claimed = await row(connection)
    expect([claimed.version, (claimed.claimUntil ?? 0) > new Date()]).toEqual([1, true])
    await change(connection, { claimUntil: new Date(Date.now() - 1) })
  }

  test('costs the person a visit where the server takes a token once, and never a loop', async () => {
    const connection = await connected(runOut())
    const gateway = await connectGateway(registry.deps)
    await die(connection)
    const answers = await Promise.all(Array.from({ length: 20 }, () => credentials()))
    for (const answer of answers)
      expect(answer).toMatchObject({ headers: [], required: { reason: 'needs_reconnecting' } })
    expect(await row(connection)).toMatchObject({
      state: 'needs_reconnecting',
      lastRefreshResult: 'invalid_grant',
    })
    // One that died, one that found out.
    expect(refreshes()).toBe(2)
    await waitFor(() => gateway.told.length === 1)
    expect(gateway.told[0]).toMatchObject({ subject: 'connection', subjectId: ada.userId })
    expect(await verifyChain(registry.deps.db, a.id)).toEqual({ ok: true, events: 1 })
    await gateway.leave()
  })

  test('costs nothing where the server takes it again', async () => {
    issuer.set({ rotation: false })
    const connection = await connected(runOut())
    await die(connection)
    const answer = await credentials()
    expect(answer).toMatchObject({ connection: { version: 2 } })
    expect(await subjectOf(answer)).toBe('ada')
    expect(refreshes()).toBe(2)
  })
})

describe('the authorization server', () => {
  const refusals = [
    ['invalid_grant', 'needs_reconnecting'],
    ['invalid_client', 'needs_reconnecting'],
    ['unauthorized_client', 'needs_reconnecting'],
    ['invalid_scope', 'needs_reconnecting'],
  ] as const
  test.each(refusals)('that says %s is believed: the person connects anew', async (error, reason) => {
    const connection = await connected(runOut())
    issuer.set({ faults: { token: { answer: { error, description: 'canary <b>text</b>' } } } })
    expect(await credentials()).toMatchObject({ headers: [], connection: null, required: { reason } })
    expect(await credentials()).toMatchObject({ required: { reason } })
    expect([refreshes(), (await row(connection)).lastRefreshResult]).toEqual([1, error])
    expect(registry.logged()).not.toContain('canary <b>')
  })

  test('that does not know a client which was entered by hand: an operator is needed', async () => {
    await connected({ ...runOut(), kind: 'manual' })
    issuer.set({ faults: { token: { answer: { error: 'invalid_client', status: 401 } } } })
    expect(await credentials()).toMatchObject({ headers: [], required: { reason: 'operator' } })
  })

  const passing = [
    ['503', { answer: { status: 503, error: 'temporarily_unavailable' } }, 'http_503'],
    ['500', { answer: { status: 500, error: 'server_error' } }, 'http_500'],
    ['429', { answer: { status: 429, error: 'slow_down' } }, 'slow_down'],
    [
      '400 and says that it is busy',
      { answer: { error: 'temporarily_unavailable' } },
      'temporarily_unavailable',
    ],
    ['a page', { answer: { status: 403, body: '<html>invalid_grant</html>' } }, 'http_403'],
    [
      'a redirect',
      { answer: { status: 302, headers: { location: 'http://169.254.169.254/' } } },
      'upstream_invalid',
    ],
    ['200 without a token', { answer: { status: 200, body: '{"token_type":"bearer"}' } }, 'invalid_answer'],
    [
      'a token of another type',
      { answer: { status: 200, body: '{"access_token":"a","token_type":"mac"}' } },
      'invalid_answer',
    ],
    [
      'a token that is no header',
      { answer: { status: 200, body: '{"access_token":"a\\r\\nX: 1","token_type":"bearer"}' } },
      'unusable_token',
    ],
    ['a reset', { reset: 'before' }, 'upstream_unreachable'],
  ] as const
  test.each(passing)(
    'that answers %s logs nobody out, and is left alone for a while',
    async (_what, fault, result) => {
      const connection = await connected(runOut())
      issuer.set({ faults: { token: fault } })
      expect(await credentials()).toEqual({ status: 503, retryAfter: expect.stringMatching(/^[12]$/) })
      expect(await credentials()).toMatchObject({ status: 503 })
      expect(refreshes()).toBe(1)
      expect(await row(connection)).toMatchObject({ state: 'active', lastRefreshResult: result, attempts: 1 })
      issuer.set({})
      await change(connection, { retryAt: new Date(Date.now() - 1) })
      expect(await subjectOf(await credentials())).toBe('ada')
      expect(await row(connection)).toMatchObject({ attempts: 0, retryAt: null, lastRefreshResult: 'ok' })
    },
  )

  test('that is away costs no call while the token holds', async () => {
    await connected()
    issuer.set({ faults: { token: { reset: 'before' } } })
    now += 3_600_000 - 20_000
    expect(await credentials()).toMatchObject({ connection: { version: 1, fresh_until_ms: now + 5_000 } })
    await registry.deps.refreshes.idle()
    expect(await subjectOf(await credentials())).toBe('ada')
    await registry.deps.refreshes.idle()
    expect(refreshes()).toBe(1)
  })

  test('is left alone twice as long each time', async () => {
    const connection = await connected(runOut())
    issuer.set({ faults: { token: { answer: { status: 503 } } } })
    const waits: number[] = []
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await credentials()
      const { retryAt } = await row(connection)
      waits.push(Math.ceil(((retryAt?.getTime() ?? 0) - Date.now()) / 1_000))
      await change(connection, { retryAt: new Date(Date.now() - 1) })
    }
    expect(waits).toEqual([2, 4, 8, 16])
  })
})

describe('a 401 of the server', () => {
  test('has the token renewed, once for all who were refused', async () => {
    const connection = await connected()
    const answers = await Promise.all(Array.from({ length: 20 }, () => refused(connection, 1)))
    for (const answer of answers) expect(answer).toMatchObject({ connection: { version: 2 } })
    expect(refreshes()).toBe(1)
  })

  test('again, of the new one, is not asked away: the caller is told', async () => {
    const connection = await connected()
    await refused(connection, 1)
    expect(await refused(connection, 2)).toMatchObject({ status: 502 })
    expect(refreshes()).toBe(1)
    now += 11_000
    expect(await refused(connection, 2)).toMatchObject({ connection: { version: 3 } })
  })

  test('of a token that was revoked where nothing can be renewed asks for the person', async () => {
    const connection = await connected()
    issuer.forget('RefreshToken', 'AccessToken', 'Grant')
    expect(await refused(connection, 1)).toMatchObject({
      headers: [],
      required: { reason: 'needs_reconnecting' },
    })
  })
})

describe('a service', () => {
  test('has a connection of its own where our client may ask in its own name', async () => {
    const grant = await grantAt(issuer, resource, 'ada', {
      grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    })
    const connection = await connect(grant, { ownerId: null, kind: 'manual' })
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      tx.oAuthToken.deleteMany({ where: { id: connection.id } }),
    )
    const service = await a.key()
    const answers = await Promise.all(Array.from({ length: 10 }, () => credentials(service)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await issuer.verify(tokenOf(await credentials(service)))).toMatchObject({
      sub: undefined,
      clientId: grant.clientId,
      audience: resource,
    })
    expect(issuer.requestsTo('token', 'client_credentials')).toHaveLength(1)
    now += 3_600_000
    expect(await credentials(service)).toMatchObject({ connection: { version: 2 } })
    expect(await credentials(ada)).toMatchObject({ required: { reason: 'not_connected' } })
  })
})
