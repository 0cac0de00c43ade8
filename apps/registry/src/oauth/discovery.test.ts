// How a server's authorization server is found and how we become its client: every place, every fall-back, every refusal.

import { type Switches, startAuthorizationServer } from '@gatehouse/testkit/authorization-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { type Accounts, named, startAccounts, type Traveller, travel } from '../testing/visit.ts'
import { discover } from './discover.ts'
import { inTime } from './in-time.ts'

const base = '/v1/deepagents'
const documentUrl = 'https://gatehouse.example/oauth/client-metadata.json'

let registry: TestRegistry
let accounts: Accounts
let workspace: TestWorkspace
let ann: Traveller

beforeAll(async () => {
  registry = await startTestRegistry({ env: { GATEHOUSE_CLIENT_METADATA_URL: documentUrl } })
  accounts = await startAccounts('/tenant')
})
afterAll(async () => {
  await accounts.close()
  await registry.stop()
})
beforeEach(async () => {
  accounts.reset()
  accounts.upstream.requests.length = 0
  workspace = await registry.workspace('A')
  ann = await travel(registry, workspace, accounts)
})

async function register() {
  const { status, body } = await ann.ask('POST', `${base}/mcp-servers/${ann.serverId}/oauth-provider`)
  return { status, code: body.code, detail: String(body.detail), id: String(body.oauth_provider_id) }
}

const providers = async () => {
  const { body } = await ann.ask('GET', '/v1/oauth-providers')
  return body.data as Record<string, unknown>[]
}

/** The whole way with what was registered. */
async function connects(): Promise<void> {
  const { link } = await ann.begin()
  expect(await ann.finish((await ann.follow(link)).back)).toMatchObject({ status: 200 })
}

test('all that is asked on the way has one limit, however many places are slow', async () => {
  const { deps } = registry
  accounts.issuer.set({ faults: { metadata: { wait: 400 } }, metadataAt: ['openid-appended'] })
  const config = { ...deps.config, GATEHOUSE_DISCOVERY_TIMEOUT_MS: 600 }
  const found = discover(inTime({ egress: deps.egress, config }), accounts.upstream.url)
  await expect(found).rejects.toMatchObject({ code: 'upstream_timeout' })
  accounts.issuer.set({ faults: { metadata: { wait: 400 } }, metadataAt: ['openid-appended'] })
  expect(await register()).toMatchObject({ status: 200 })
})

describe('the resource metadata is found', () => {
  test.each([
    ['where the challenge says', {}],
    ['with the path of the server', { metadataAt: ['path' as const], challenge: null }],
    ['at the root', { metadataAt: ['root' as const], challenge: null }],
    [
      'at the root, where the challenge names nothing',
      { metadataAt: ['root' as const], challenge: { metadata: false } },
    ],
  ])('%s', async (_what, switches) => {
    accounts.upstream.set({ ...switches, metadata: named })
    await connects()
    expect(await providers()).toMatchObject([
      { issuer: accounts.issuer.issuer, resource: accounts.upstream.url },
    ])
  })

  test('and its scopes are taken as far as they are scopes', async () => {
    const scopes_supported = [
      'read',
      'a b',
      '',
      'zero\u0000',
      '\ud800',
      'quo"te',
      'x'.repeat(300),
      'read',
      'write',
    ]
    accounts.upstream.set({ metadata: { scopes_supported } })
    await connects()
    expect(await providers()).toMatchObject([{ scopes: ['offline_access', 'read', 'write'] }])
  })

  test('and is refused where it is about another resource', async () => {
    for (const resource of ['https://other.example/mcp', `${accounts.upstream.url}/deeper`, 'nothing']) {
      accounts.upstream.set({ metadata: { ...named, resource } })
      expect(await register()).toMatchObject({ status: 502, code: 'oauth_discovery_failed' })
    }
    expect(accounts.issuer.requests).toEqual([])
  })

  test('and is not needed by a server of the first revision, which is its own authorization server', async () => {
    const own = await startAccounts()
    try {
      own.upstream.set({ metadataAt: [], isAuthorizationServer: true, challenge: null })
      const { body } = await ann.ask('POST', `${base}/mcp-servers`, {
        body: {
          name: 'Old',
          url: own.upstream.url,
          auth_type: 'oauth',
          oauth_mode: 'per_user_dynamic_client',
        },
      })
      const answer = await ann.ask('POST', `${base}/mcp-servers/${body.id}/oauth-provider`)
      expect([answer.status, answer.body]).toMatchObject([200, { oauth_provider_id: expect.any(String) }])
      const { origin } = new URL(own.upstream.url)
      expect(await providers()).toMatchObject([{ issuer: origin, resource: own.upstream.url }])
    } finally {
      await own.close()
    }
  })
})

describe('the metadata of the authorization server', () => {
  test.each(['oauth', 'openid-inserted', 'openid-appended'] as const)('is found at %s', async (place) => {
    accounts.issuer.set({ metadataAt: [place] })
    await connects()
  })

  test.each([
    ['names another issuer', { metadata: { issuer: 'https://evil.example' } }],
    ['names its issuer with another slash', { metadata: { issuer: 'slash' } }],
    ['does not tell of PKCE', { metadata: { code_challenge_methods_supported: undefined } }],
    ['knows PKCE without S256 only', { metadata: { code_challenge_methods_supported: ['plain'] } }],
    ['has no token endpoint', { metadata: { token_endpoint: undefined } }],
    ['has text that nobody can keep', { metadata: { scopes_supported: ['\u0000', '\ud800'] } }],
    [
      'has an endpoint of 5,000 characters',
      { metadata: { token_endpoint: `https://a.test/${'x'.repeat(5_000)}` } },
    ],
    ['is nowhere', { metadataAt: [] }],
    ['is broken off', { faults: { metadata: { answer: { status: 500 } } } }],
  ])('is refused where it %s, and nothing is registered', async (_what, switches: Switches) => {
    const { metadata } = switches
    const issuer = metadata?.issuer === 'slash' && `${accounts.issuer.issuer}/`
    accounts.issuer.set({ ...switches, ...(issuer && { metadata: { issuer } }) })
    expect(await register()).toMatchObject({ status: 502, code: 'oauth_discovery_failed' })
    expect(accounts.issuer.requestsTo('register')).toEqual([])
    expect(await providers()).toEqual([])
  })

  test.each(['authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint'])(
    'may not have its %s inside',
    async (endpoint) => {
      for (const url of [
        'http://169.254.169.254/latest',
        'javascript:alert(1)',
        'file:///etc/passwd',
        registry.deps.config.PUBLIC_URL,
      ]) {
        accounts.issuer.set({ metadata: { [endpoint]: url } })
        const { status, code } = await register()
        expect([url, status, code]).toEqual([url, 422, 'url_not_allowed'])
      }
      expect(accounts.issuer.requestsTo('register')).toEqual([])
    },
  )

  test('may not be inside, nor the metadata that a challenge names', async () => {
    accounts.upstream.set({ metadata: { ...named, authorization_servers: ['http://10.0.0.1'] } })
    expect(await register()).toMatchObject({ status: 422, code: 'url_not_allowed' })
  })
})

describe('the client', () => {
  test('is registered for our redirect address, as the authorization server wants it to show itself', async () => {
    for (const method of ['client_secret_post', 'none', 'client_secret_basic']) {
      accounts.issuer.set({ metadata: { token_endpoint_auth_methods_supported: [method] } })
      ann = await travel(registry, workspace, accounts)
      await connects()
      expect((await providers())[0]).toMatchObject({ kind: 'dynamic', auth_method: method })
    }
    const [request] = accounts.issuer.requestsTo('register')
    expect(request?.json()).toMatchObject({
      redirect_uris: ['http://localhost:7402/connect/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'native',
      scope: 'offline_access read write',
    })
  })

  test('is the address of our document where those are read, before any registration', async () => {
    const served = `${registry.url}/oauth/client-metadata.json`
    accounts.issuer.set({ clientMetadataFrom: () => served })
    await connects()
    expect(await providers()).toMatchObject([
      { kind: 'metadata-document', client_id: documentUrl, auth_method: 'none' },
    ])
    expect(accounts.issuer.requestsTo('register')).toEqual([])
  })

  test('is not our document where such clients have to show a key, which it does not name', async () => {
    const metadata = {
      client_id_metadata_document_supported: true,
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'],
    }
    accounts.issuer.set({ metadata: { ...metadata, registration_endpoint: undefined } })
    expect(await register()).toMatchObject({ status: 422, code: 'client_registration_required' })
    accounts.issuer.set({ metadata })
    await connects()
    expect(await providers()).toMatchObject([{ kind: 'dynamic', auth_method: 'client_secret_basic' }])
  })

  test('is the one that was entered by hand, before everything else; its secret is never shown', async () => {
    const client_secret = 'canary-71d2-secret'
    await accounts.issuer.addClient({
      ...{ client_id: 'by-hand', client_secret, application_type: 'native' },
      redirect_uris: ['http://localhost:7402/connect/callback'],
      token_endpoint_auth_method: 'client_secret_post',
    })
    const body = { name: 'By hand', client_id: 'by-hand', client_secret, auth_method: 'client_secret_post' }
    const made = await ann.ask('POST', '/v1/oauth-providers', {
      body: { ...body, server_url: accounts.upstream.url },
    })
    expect([made.status, made.body]).toMatchObject([
      201,
      { kind: 'manual', server_id: null, owner_id: null, issuer: accounts.issuer.issuer },
    ])
    await connects()
    expect((await providers())[0]).toMatchObject({
      kind: 'manual',
      client_id: 'by-hand',
      server_id: ann.serverId,
    })
    expect(accounts.issuer.requestsTo('register')).toEqual([])
    const shown = JSON.stringify([made.body, await providers()])
    expect(shown + registry.logged()).not.toContain('canary-71d2')
  })

  test('is to be entered by hand where nothing else is left', async () => {
    accounts.issuer.set({ metadata: { registration_endpoint: undefined } })
    expect(await register()).toMatchObject({ status: 422, code: 'client_registration_required' })
  })

  test.each([
    ['refuses it', { error: 'invalid_redirect_uri' }],
    ['has trouble', { status: 500, error: 'server_error' }],
    ['answers a page', { status: 201, body: '<html>' }],
  ])('is none where the authorization server %s', async (_what, answer) => {
    accounts.issuer.set({ faults: { register: { answer } } })
    expect(await register()).toMatchObject({ status: 502, code: 'oauth_registration_failed' })
    expect(await providers()).toEqual([])
  })

  test('is another one at another authorization server, and the tokens of the old one are gone and revoked', async () => {
    await connects()
    const [before] = await providers()
    const token = await registry.deps.db.inWorkspace(workspace.id, (tx) => tx.oAuthToken.findFirstOrThrow())
    const other = await startAuthorizationServer()
    try {
      accounts.upstream.set({ metadata: { ...named, authorization_servers: [other.issuer] } })
      const { id } = await register()
      expect(id).not.toBe(before?.id)
      expect(await providers()).toMatchObject([{ id, issuer: other.issuer }])
      expect(accounts.issuer.requestsTo('revoke').length).toBeGreaterThan(0)
      const left = await registry.deps.db.inWorkspace(workspace.id, (tx) =>
        tx.oAuthToken.count({ where: { id: token.id } }),
      )
      expect(left).toBe(0)
    } finally {
      await other.close()
    }
  })

  test('stays where the authorization server can not be asked just now', async () => {
    const { id } = await register()
    accounts.issuer.set({ faults: { metadata: { reset: 'before' } } })
    expect(await register()).toMatchObject({ status: 200, id })
  })

  test('is another one once its secret has run out', async () => {
    accounts.issuer.set({ registration: { client_secret_expires_at: Math.floor(Date.now() / 1_000) - 1 } })
    const { id } = await register()
    accounts.issuer.set({})
    expect((await register()).id).not.toBe(id)
    expect(await providers()).toHaveLength(1)
  })
})

test.each([
  'javascript:alert(1)//',
  'data:text/html,<script>alert(1)</script>',
  'https://ann:secret@issuer.test/authorize',
  '//evil.example/authorize',
  'file:///etc/passwd',
])('nobody is sent to %s, whatever the metadata says', async (authorization_endpoint) => {
  accounts.issuer.set({ metadata: { authorization_endpoint } })
  expect(await register()).toMatchObject({ status: 422, code: 'url_not_allowed' })
  expect(await providers()).toEqual([])
})

test('our document says who we are, and is the same for everybody', async () => {
  const response = await fetch(`${registry.url}/oauth/client-metadata.json`)
  expect([response.status, await response.json()]).toMatchObject([
    200,
    {
      client_id: documentUrl,
      redirect_uris: ['http://localhost:7402/connect/callback'],
      token_endpoint_auth_method: 'none',
    },
  ])
})
