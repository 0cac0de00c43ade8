// A client as the SDK has it and one written out, at the authorization server and the MCP server behind it.

import { createHash, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scripts } from '../index.ts'
import { startRecordingUpstream } from '../recording-upstream.ts'
import {
  type AuthorizationServer,
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
} from './index.ts'

const redirectUri = 'http://client.test/callback'
let authorization: AuthorizationServer
let server: ProtectedServer
const open: { close(): Promise<void> }[] = []

beforeEach(async () => {
  authorization = await startAuthorizationServer()
  server = await startProtectedServer({ authorizationServer: authorization })
  open.push(server, authorization)
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

test('a person signs in, consents, and the token calls as that person', async () => {
  const client = await register()
  const tokens = await connect(client, 'ann')
  expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'read', refresh_token: expect.any(String) })
  expect((await call(tokens.access_token)).status).toBe(200)
  expect(server.callers).toMatchObject([
    { sub: 'ann', clientId: client.client_id, scopes: ['read'], method: 'tools/call', tool: 'add' },
  ])
  expect(authorization.requests.map(({ endpoint }) => endpoint).filter((name) => name !== 'page')).toEqual([
    'register',
    'authorize',
    'token',
  ])
  expect(authorization.requestsTo('token', 'authorization_code')[0]?.params.get('resource')).toBe(server.url)
})

test('two people have two tokens, and a token for another resource is none', async () => {
  const client = await register()
  const ann = await connect(client, 'ann')
  const bob = await connect(client, 'bob')
  const other = await connect(client, 'cyd', { resource: 'https://other.test/mcp' })
  for (const { access_token } of [ann, bob]) await call(access_token)
  expect((await call(other.access_token)).status).toBe(401)
  expect(server.callers.map(({ sub }) => sub)).toEqual(['ann', 'bob'])
})

test('without a token: 401 that names the metadata, which names the authorization server', async () => {
  const refused = await call(undefined)
  expect(refused.status).toBe(401)
  const url = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1]
  const resource = await json(url ?? '')
  expect(resource).toMatchObject({ resource: server.url, authorization_servers: [authorization.issuer] })
  const metadata = await json(`${authorization.issuer}/.well-known/oauth-authorization-server`)
  expect(metadata).toMatchObject({
    issuer: authorization.issuer,
    code_challenge_methods_supported: ['S256'],
    registration_endpoint: `${authorization.issuer}/reg`,
    revocation_endpoint: expect.stringContaining(authorization.issuer),
    authorization_response_iss_parameter_supported: true,
  })
  expect(metadata).not.toHaveProperty('client_id_metadata_document_supported', true)
})

test('metadata is where the switches put it, and says what they say', async () => {
  const tenant = await startAuthorizationServer({ path: '/tenant' })
  open.push(tenant)
  const { origin } = new URL(tenant.issuer)
  const urls = {
    oauth: `${origin}/.well-known/oauth-authorization-server/tenant`,
    'openid-inserted': `${origin}/.well-known/openid-configuration/tenant`,
    'openid-appended': `${origin}/tenant/.well-known/openid-configuration`,
  } as const
  for (const place of Object.keys(urls) as (keyof typeof urls)[]) {
    tenant.set({
      metadataAt: [place],
      metadata: { issuer: 'https://evil.test', registration_endpoint: undefined },
    })
    for (const [name, url] of Object.entries(urls)) {
      const answer = await fetch(url)
      expect(answer.status).toBe(name === place ? 200 : 404)
      if (!answer.ok) continue
      const metadata = await answer.json()
      expect(metadata).toMatchObject({
        issuer: 'https://evil.test',
        token_endpoint: `${tenant.issuer}/token`,
      })
      expect(metadata).not.toHaveProperty('registration_endpoint')
    }
  }
  server.set({ metadataAt: ['root'], metadata: { resource: 'https://other.test' } })
  const own = new URL(server.url).origin
  expect((await fetch(`${own}/.well-known/oauth-protected-resource/mcp`)).status).toBe(404)
  expect(await json(`${own}/.well-known/oauth-protected-resource`)).toMatchObject({
    resource: 'https://other.test',
  })
  server.set({ metadataAt: ['elsewhere'] })
  expect((await call(undefined)).headers.get('www-authenticate')).toContain('/some/where/metadata.json"')
  expect(await json(`${own}/some/where/metadata.json`)).toMatchObject({ resource: server.url })
})

test('an issuer with a path serves the whole flow', async () => {
  await server.close()
  authorization = await startAuthorizationServer({ path: '/tenant' })
  server = await startProtectedServer({ authorizationServer: authorization })
  open.push(server, authorization)
  const tokens = await connect(await register(), 'ann')
  expect((await call(tokens.access_token)).status).toBe(200)
})

test('a refresh token works once; used again, it ends the grant', async () => {
  const client = await register()
  const first = await connect(client, 'ann')
  const second = await refresh(client, first.refresh_token)
  expect(second.body.refresh_token).not.toBe(first.refresh_token)
  expect(await refresh(client, first.refresh_token)).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  })
  expect(await refresh(client, second.body.refresh_token)).toMatchObject({ body: { error: 'invalid_grant' } })
  expect((await call(second.body.access_token)).status).toBe(401)
})

test('without rotation a refresh token stays, and without refresh tokens there is none', async () => {
  const client = await register()
  authorization.set({ rotation: false })
  const { refresh_token } = await connect(client, 'ann')
  for (const _ of [1, 2]) expect((await refresh(client, refresh_token)).status).toBe(200)
  authorization.set({ refreshTokens: 'nobody', accessTokenSeconds: 7 })
  const tokens = await connect(client, 'ann')
  expect(tokens).not.toHaveProperty('refresh_token')
  expect(tokens).toMatchObject({ expires_in: 7 })
})

test('what is revoked or forgotten is no longer valid', async () => {
  const client = await register()
  const tokens = await connect(client, 'ann')
  const form = new URLSearchParams({ token: tokens.refresh_token, client_id: client.client_id })
  expect(
    (await fetch(`${authorization.issuer}/token/revocation`, { method: 'POST', body: form })).status,
  ).toBe(200)
  expect((await refresh(client, tokens.refresh_token)).body).toMatchObject({ error: 'invalid_grant' })
  expect((await call(tokens.access_token)).status).toBe(401)
  authorization.forget('Client')
  expect((await refresh(client, tokens.refresh_token)).body).toMatchObject({ error: 'invalid_client' })
})

test('a token that has run out is refused, and a refresh gives one that is not', async () => {
  const client = await register()
  authorization.set({ accessTokenSeconds: 1 })
  const { access_token, refresh_token } = await connect(client, 'ann')
  await expect.poll(async () => (await call(access_token)).status, { timeout: 10_000 }).toBe(401)
  authorization.set({})
  const { body } = await refresh(client, refresh_token)
  expect((await call(body.access_token)).status).toBe(200)
})

test('the token endpoint refuses as it is told, as often as it is told', async () => {
  const client = await register()
  let { refresh_token } = await connect(client, 'ann')
  for (const [error, status] of [
    ['invalid_grant', 400],
    ['invalid_client', 401],
    ['server_error', 500],
    ['temporarily_unavailable', 503],
  ] as const) {
    const answer = { error, status, headers: { 'retry-after': '1' } }
    authorization.set({ faults: { token: { answer, times: 1 } } })
    expect(await refresh(client, refresh_token)).toMatchObject({ status, body: { error } })
    const next = await refresh(client, refresh_token)
    expect(next.status).toBe(200)
    refresh_token = next.body.refresh_token
  }
})

test('a reset comes before the server has rotated, or after', async () => {
  const client = await register()
  const { refresh_token } = await connect(client, 'ann')
  authorization.set({ faults: { token: { reset: 'before', times: 1 } } })
  await expect(refresh(client, refresh_token)).rejects.toThrow()
  const { body } = await refresh(client, refresh_token)
  authorization.set({ faults: { token: { reset: 'after', times: 1 } } })
  await expect(refresh(client, body.refresh_token)).rejects.toThrow()
  expect((await refresh(client, body.refresh_token)).body).toMatchObject({ error: 'invalid_grant' })
})

test('the token endpoint waits until it is let go', async () => {
  const client = await register()
  const { refresh_token } = await connect(client, 'ann')
  const gate = Promise.withResolvers<void>()
  authorization.set({ faults: { token: { wait: gate.promise } } })
  let done = false
  const answer = refresh(client, refresh_token).finally(() => (done = true))
  await expect.poll(() => authorization.requestsTo('token', 'refresh_token').length).toBe(1)
  expect(done).toBe(false)
  gate.resolve()
  expect((await answer).status).toBe(200)
})

test('a denial, its text and the issuer of the answer are as the switches say', async () => {
  const client = await register()
  const hostile = '<script>alert(1)</script>'
  expect((await authorize(client, 'ann')).searchParams.get('iss')).toBe(authorization.issuer)
  authorization.set({ iss: null, denial: { error: 'access_denied', description: hostile } })
  const denied = await authorization.deny(authorizationUrl(client).url, 'ann')
  expect(Object.fromEntries(denied.searchParams)).toEqual({
    error: 'access_denied',
    error_description: hostile,
    state: 'a state',
  })
  authorization.set({ iss: 'https://evil.test', openerPolicy: 'same-origin' })
  expect((await authorize(client, 'ann')).searchParams.get('iss')).toBe('https://evil.test')
  const page = await fetch(authorizationUrl(client).url, { redirect: 'manual' })
  expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
})

test('a redirect URI that is not registered, and a code without its verifier, are refused', async () => {
  const client = await register()
  const elsewhere = { ...client, redirect_uri: 'http://evil.test/callback' }
  await expect(authorization.approve(authorizationUrl(elsewhere).url, 'ann')).rejects.toThrow('redirect_uri')
  const code = (await authorize(client, 'ann')).searchParams.get('code') ?? ''
  expect(
    await token(client, { grant_type: 'authorization_code', code, redirect_uri: redirectUri }),
  ).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  })
})

test('a call that needs more says which scopes, and a person may grant less than asked', async () => {
  const client = await register()
  server.set({ needs: ({ tool }) => (tool === 'add' ? ['read', 'write'] : []) })
  const less = await connect(client, 'ann')
  const refused = await call(less.access_token)
  expect(refused.status).toBe(403)
  expect(refused.headers.get('www-authenticate')).toMatch(/error="insufficient_scope".*scope="read write"/)
  const more = await connect(client, 'ann', { scope: 'read write' })
  expect((await call(more.access_token)).status).toBe(200)
  authorization.set({ grants: (scopes) => scopes.filter((scope) => scope !== 'write') })
  expect(await connect(client, 'bob', { scope: 'read write' })).toMatchObject({ scope: 'read' })
})

test('a client of its own account, registered by hand, with each way to authenticate', async () => {
  for (const method of ['client_secret_basic', 'client_secret_post'] as const) {
    await authorization.addClient({
      client_id: method,
      client_secret: 'a secret',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: method,
    })
    const grant = { grant_type: 'client_credentials', scope: 'read', resource: server.url }
    const basic = { authorization: `Basic ${Buffer.from(`${method}:a%20secret`).toString('base64')}` }
    const { body } =
      method === 'client_secret_basic'
        ? await post('/token', grant, basic)
        : await post('/token', { ...grant, client_id: method, client_secret: 'a secret' })
    expect((await call(body.access_token)).status).toBe(200)
    expect(server.callers.at(-1)).toMatchObject({ sub: undefined, clientId: method, scopes: ['read'] })
  }
})

test('a client that is a metadata document is fetched from where the switches say', async () => {
  const clientId = 'https://client.test/oauth/client.json'
  const document = {
    client_id: clientId,
    client_name: 'A client',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  }
  const host = await startRecordingUpstream(scripts.json(document))
  open.push(host)
  authorization.set({ clientMetadataFrom: () => host.url })
  expect(await json(`${authorization.issuer}/.well-known/oauth-authorization-server`)).toMatchObject({
    client_id_metadata_document_supported: true,
  })
  const tokens = await connect({ client_id: clientId, redirect_uri: redirectUri }, 'ann')
  expect((await call(tokens.access_token)).status).toBe(200)
})

test('a server of 2025-03-26 is its own authorization server', async () => {
  server.set({ isAuthorizationServer: true, metadataAt: [], challenge: { metadata: false } })
  const own = new URL(server.url).origin
  const metadata = await json(`${own}/.well-known/oauth-authorization-server`)
  expect(metadata).toMatchObject({ issuer: own, token_endpoint: `${own}/token` })
  const client = await register()
  const { url } = authorizationUrl(client)
  const back = await authorization.approve(url.replace(authorization.issuer, own), 'ann')
  expect(back.searchParams.get('iss')).toBe(own)
})

interface Client {
  readonly client_id: string
  readonly redirect_uri: string
}

async function register(): Promise<Client> {
  const answer = await fetch(`${authorization.issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    }),
  })
  expect(answer.status).toBe(201)
  return { ...((await answer.json()) as { client_id: string }), redirect_uri: redirectUri }
}

function authorizationUrl({ client_id, redirect_uri }: Client, more: Record<string, string> = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id,
    redirect_uri,
    response_type: 'code',
    scope: 'read',
    state: 'a state',
    resource: server.url,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })
  return { url: `${authorization.issuer}/auth?${query}`, verifier }
}

const authorize = (client: Client, login: string) =>
  authorization.approve(authorizationUrl(client).url, login)

async function connect(client: Client, login: string, more: Record<string, string> = {}): Promise<Tokens> {
  const { url, verifier } = authorizationUrl(client, more)
  const back = await authorization.approve(url, login)
  expect(Object.fromEntries(back.searchParams)).toMatchObject({ state: 'a state', code: expect.any(String) })
  const { status, body } = await token(client, {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    redirect_uri: client.redirect_uri,
    code_verifier: verifier,
    resource: more.resource ?? server.url,
  })
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

const refresh = (client: Client, refresh_token: string) =>
  token(client, { grant_type: 'refresh_token', refresh_token, resource: server.url })

const token = ({ client_id }: Client, params: Record<string, string>) =>
  post('/token', { client_id, ...params })

async function post(path: string, params: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(params)
  const answer = await fetch(`${authorization.issuer}${path}`, { method: 'POST', body, headers })
  return { status: answer.status, body: (await answer.json()) as Tokens }
}

const json = async (url: string): Promise<unknown> => (await fetch(url)).json()

function call(accessToken: string | undefined): Promise<Response> {
  return fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'add', arguments: { a: 1, b: 2 } },
    }),
  })
}
