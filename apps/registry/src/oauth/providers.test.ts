// Clients that are entered by hand, who sees which ones, and what goes with one that is deleted.

import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTokens } from '../connections/tokens.ts'
import { client } from '../testing/client.ts'
import { connectGateway } from '../testing/gateway.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { type Accounts, actionsIn, startAccounts, type Traveller, travel } from '../testing/visit.ts'

const path = '/v1/oauth-providers'
const secret = 'canary-2b6f-secret'

let registry: TestRegistry
let accounts: Accounts
let workspace: TestWorkspace
let ann: Traveller

beforeAll(async () => {
  registry = await startTestRegistry()
  accounts = await startAccounts()
})
afterAll(async () => {
  await accounts.close()
  await registry.stop()
})
beforeEach(async () => {
  accounts.reset()
  workspace = await registry.workspace('A')
  ann = await travel(registry, workspace, accounts)
})

const idsOf = async ({ ask }: Pick<Traveller, 'ask'>) =>
  ((await ask('GET', path)).body.data as { id: string }[]).map(({ id }) => id)

/** With a client that its authorization server knows. */
async function enter(more: object = {}) {
  const body = {
    name: 'By hand',
    client_id: 'by-hand',
    client_secret: secret,
    server_url: accounts.upstream.url,
  }
  const redirect_uris = ['http://localhost:7402/connect/callback']
  await accounts.issuer.addClient({
    ...{ client_id: 'by-hand', client_secret: secret, redirect_uris, application_type: 'native' },
  })
  return ann.ask('POST', path, { body: { ...body, ...more } })
}

/** A server whose people share one client. */
async function shared(): Promise<{ serverId: string; providerId: string }> {
  accounts.issuer.set({ metadata: { grant_types_supported: ['authorization_code', 'refresh_token'] } })
  const { body: provider } = await enter()
  const { body } = await ann.ask('POST', '/v1/deepagents/mcp-servers', {
    body: {
      ...{ name: 'Shared', url: accounts.upstream.url, auth_type: 'oauth' },
      ...{ oauth_mode: 'legacy_shared_provider', oauth_provider_id: provider.id },
    },
  })
  expect(body).toMatchObject({ oauth_provider_id: provider.id, can_invoke: false })
  return { serverId: String(body.id), providerId: String(provider.id) }
}

async function connect(serverId: string) {
  const { body } = await ann.ask('POST', '/v1/connections', { body: { server_id: serverId } })
  const { back } = await ann.follow(String(body.verification_url).split('/connect/')[1] ?? '')
  return ann.finish(back)
}

describe('a client that is entered by hand', () => {
  test('serves everybody at a server that names it, each with an account of their own', async () => {
    const { serverId, providerId } = await shared()
    expect(await connect(serverId)).toMatchObject({ status: 200, body: { server: { id: serverId } } })
    const { body } = await ann.ask('GET', `/v1/deepagents/mcp-servers/${serverId}`)
    expect([body.oauth_provider_id, 'can_invoke' in body]).toEqual([providerId, false])
    const bob = client(registry.url, (await workspace.key({ role: 'member' })).key)
    expect((await bob('GET', `/v1/deepagents/mcp-servers/${serverId}`)).body).toMatchObject({
      oauth_provider_id: providerId,
      can_invoke: false,
    })
  })

  test('is named by servers of its workspace; one that is elsewhere or nowhere is refused alike', async () => {
    const { serverId, providerId } = await shared()
    const b = await registry.workspace('B')
    const stranger = await travel(registry, b, accounts)
    const ofPerson = (await stranger.begin()).providerId
    const path = '/v1/deepagents/mcp-servers'
    const name = async (who: Traveller, oauth_provider_id: string) => {
      const body = { name: 'N', url: accounts.upstream.url, auth_type: 'oauth', oauth_provider_id }
      const answers = [
        await who.ask('POST', path, { body }),
        await who.ask('PATCH', `${path}/${who.serverId}`, { body: { oauth_provider_id } }),
      ]
      return answers.map(({ status, body }) => [status, body.code, body.detail])
    }
    const [unknown] = await name(ann, '00000000-0000-7000-8000-000000000000')
    expect(unknown).toMatchObject([400, 'invalid_parameter', expect.stringContaining('oauth_provider_id')])
    expect(await name(ann, ofPerson)).toEqual([unknown, unknown])
    expect(await name(stranger, providerId)).toEqual([unknown, unknown])
    // A person's own client is for their own server alone.
    expect((await name(stranger, ofPerson)).map(([status]) => status)).toEqual([400, 200])
    const { body } = await ann.ask('GET', `${path}/${serverId}`)
    expect(body.oauth_provider_id).toBe(providerId)
  })

  test('is made once under one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'once' }
    const body = { name: 'N', client_id: 'c', server_url: accounts.upstream.url }
    const made = await Promise.all([1, 2].map(() => ann.ask('POST', path, { body, headers })))
    expect(new Set(made.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
  })

  test('is found by its issuer as well', async () => {
    const { issuer } = accounts.issuer
    const more = { server_url: null, issuer, resource: accounts.upstream.url, scopes: ['read'] }
    expect((await enter(more)).body).toMatchObject({
      issuer,
      resource: accounts.upstream.url,
      scopes: ['read'],
    })
  })

  test.each([
    ['neither a server nor an issuer', { server_url: null }, 'missing_required_field'],
    [
      'an issuer without a resource',
      { server_url: null, issuer: 'https://a.test' },
      'missing_required_field',
    ],
    ['a secret that it can not show', { auth_method: 'none' }, 'invalid_parameter'],
    ['no secret to show', { client_secret: null, auth_method: 'client_secret_post' }, 'invalid_parameter'],
    ['a private key that is none', { auth_method: 'private_key_jwt' }, 'invalid_parameter'],
    ['a member that nobody knows', { secret: 'x' }, 'invalid_request_body'],
    ['a scope that is two', { scopes: ['a b'] }, 'invalid_request_body'],
    ['a server inside', { server_url: 'http://10.0.0.1/mcp' }, 'url_not_allowed'],
  ])('with %s is refused, and its secret is nowhere', async (_what, more, code) => {
    const answer = await enter(more)
    expect(answer.body.code).toBe(code)
    expect(answer.text + registry.logged()).not.toContain('canary-2b6f')
    expect(await idsOf(ann)).toEqual([])
  })

  test.each([
    ['a JWK', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'ES256' as const],
    ['PEM', () => generateKeyPairSync('rsa', { modulusLength: 2048 }), 'RS256' as const],
  ])(
    'shows itself by a private key, as %s: for a code, a refresh and a revocation',
    async (form, generate, alg) => {
      const { publicKey, privateKey } = generate()
      const key =
        form === 'PEM'
          ? privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
          : JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'ours' })
      await accounts.issuer.addClient({
        ...{ client_id: 'by-key', redirect_uris: ['http://localhost:7402/connect/callback'] },
        ...{ application_type: 'native', token_endpoint_auth_method: 'private_key_jwt' },
        ...{ token_endpoint_auth_signing_alg: alg, grant_types: ['authorization_code', 'refresh_token'] },
        jwks: {
          keys: [{ ...publicKey.export({ format: 'jwk' }), kid: form === 'PEM' ? 'any' : 'ours', alg }],
        },
      })
      const provider = await ann.ask('POST', path, {
        body: {
          ...{ name: 'By key', client_id: 'by-key', server_url: accounts.upstream.url },
          ...{ client_secret: key, auth_method: 'private_key_jwt' },
        },
      })
      expect([provider.status, provider.body.auth_method]).toEqual([201, 'private_key_jwt'])
      const { body: server } = await ann.ask('POST', '/v1/deepagents/mcp-servers', {
        body: {
          ...{ name: 'Keyed', url: accounts.upstream.url, oauth_provider_id: provider.body.id },
          oauth_mode: 'legacy_shared_provider',
        },
      })
      expect(await connect(String(server.id))).toMatchObject({ status: 200 })
      const tokens = () =>
        registry.deps.db.inWorkspace(workspace.id, async (tx) => {
          const row = await tx.oAuthToken.findFirstOrThrow()
          return { row, tokens: await openTokens(registry.deps, tx, row) }
        })
      const { row } = await tokens()
      await registry.deps.refreshes.renew({ workspaceId: workspace.id, id: row.id, version: 1 })
      const renewed = await tokens()
      expect(renewed.row).toMatchObject({ version: 2, lastRefreshResult: 'ok' })
      const { access_token } = renewed.tokens
      expect(await accounts.issuer.verify(access_token)).toMatchObject({ sub: 'ann', clientId: 'by-key' })
      expect((await ann.ask('DELETE', `/v1/connections/${row.id}`)).status).toBe(204)
      expect(await accounts.issuer.verify(access_token)).toBeUndefined()
      const asked = [...accounts.issuer.requestsTo('token'), ...accounts.issuer.requestsTo('revoke')]
      const assertions = asked.map(({ params }) => params.get('client_assertion'))
      expect(new Set(assertions).size).toBe(4) // none of them twice
      expect(registry.logged() + JSON.stringify(provider.body)).not.toContain(key.slice(-40))
    },
  )
})

describe('the list', () => {
  test("has shared clients and one's own, for who keeps connections everybody's", async () => {
    const { body: byHand } = await enter()
    const { providerId } = await ann.begin()
    const bob = await travel(registry, workspace, accounts, 'bob')
    const admin = { ask: client(registry.url, (await workspace.key({ role: 'admin' })).key) }
    expect(await idsOf(ann)).toEqual([providerId, byHand.id])
    expect(await idsOf(bob)).toEqual([byHand.id])
    expect(await idsOf(admin)).toEqual([providerId, byHand.id])
    expect(await idsOf(await travel(registry, await registry.workspace('B'), accounts))).toEqual([])
  })

  test('comes in pages', async () => {
    const { body: one } = await enter()
    const { body: two } = await enter()
    const first = await ann.ask('GET', `${path}?limit=1`)
    expect(first.body).toMatchObject({ data: [{ id: two.id }], next_cursor: two.id })
    const next = await ann.ask('GET', `${path}?limit=1&cursor=${two.id}`)
    expect(next.body).toMatchObject({ data: [{ id: one.id }], next_cursor: null })
  })
})

describe('deleting a client', () => {
  test('ends its connections, revokes their tokens, and leaves its servers without one', async () => {
    const { serverId, providerId } = await shared()
    await connect(serverId)
    const gateway = await connectGateway(registry.deps, { acknowledges: true })
    expect((await ann.ask('DELETE', `${path}/${providerId}`)).status).toBe(204)
    // Everybody's token there is forgotten, not only those of nobody.
    expect(gateway.told).toMatchObject([{ subject: 'connection', subjectId: serverId }])
    await gateway.leave()
    expect(accounts.issuer.requestsTo('revoke').length).toBeGreaterThan(0)
    expect((await ann.ask('GET', `/v1/deepagents/mcp-servers/${serverId}`)).body).toMatchObject({
      oauth_provider_id: null,
      can_invoke: false,
    })
    const left = await registry.deps.db.inWorkspace(workspace.id, (tx) => tx.oAuthToken.count())
    expect(left).toBe(0)
    expect((await ann.ask('DELETE', `${path}/${providerId}`)).status).toBe(204)
    expect(await actionsIn(registry, workspace)).toEqual([
      ...['mcp-server.created', 'oauth-provider.created', 'mcp-server.created', 'auth-session.created'],
      ...['auth-session.followed', 'connection.created', 'oauth-provider.deleted'],
    ])
  })

  test("of another person's leaves it there", async () => {
    const { providerId } = await ann.begin()
    const bob = await travel(registry, workspace, accounts, 'bob')
    expect((await bob.ask('DELETE', `${path}/${providerId}`)).status).toBe(204)
    expect(await idsOf(ann)).toEqual([providerId])
  })
})
