// The whole way to a connection, against a real authorization server: discovery, registration, the visit of a browser, the
// token. And everybody who is sent away on it.

import {
  type AuthorizationServer,
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
} from '@gatehouse/testkit/authorization-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTokens } from '../connections/tokens.ts'
import { client } from '../testing/client.ts'
import { signIn, type TestPerson } from '../testing/person.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'

const base = '/v1/deepagents'

let registry: TestRegistry
let issuer: AuthorizationServer
let upstream: ProtectedServer
let workspace: TestWorkspace
let ann: TestPerson
let ask: ReturnType<typeof client>
let serverId: string

beforeAll(async () => {
  registry = await startTestRegistry()
  issuer = await startAuthorizationServer()
  upstream = await startProtectedServer({ authorizationServer: issuer })
})
afterAll(async () => {
  await upstream.close()
  await issuer.close()
  await registry.stop()
})
beforeEach(async () => {
  issuer.set({})
  upstream.set({})
  issuer.requests.length = 0
  workspace = await registry.workspace('A')
  const key = await workspace.key({ role: 'operator' })
  ask = client(registry.url, key.key)
  ann = await signIn(registry, workspace, { userId: key.userId ?? '' })
  const { body } = await ask('POST', `${base}/mcp-servers`, {
    body: { name: 'Notes', url: upstream.url, auth_type: 'oauth', oauth_mode: 'per_user_dynamic_client' },
  })
  serverId = String(body.id)
})

/** The three steps of the published contract, up to the link. */
async function begin(more: object = {}) {
  const { body: provider } = await ask('POST', `${base}/mcp-servers/${serverId}/oauth-provider`)
  const body = { provider_id: provider.oauth_provider_id, scopes: [], strategy: 'CREATE', ...more }
  const { status, body: session } = await ask('POST', `${base}/auth-sessions`, { body })
  expect([status, session.status]).toEqual([201, 'PENDING'])
  const link = String(session.verification_url).split('/connect/')[1] ?? ''
  return { id: String(session.id), providerId: String(session.provider_id), link }
}

/** The person's browser, up to the authorization server's answer. */
async function follow(link: string, person = ann, login = 'ann') {
  const response = await person.post(`/v1/connect/${link}`, {})
  expect(response.status).toBe(200)
  const { authorization_url: url } = (await response.json()) as { authorization_url: string }
  return { url: new URL(url), back: Object.fromEntries((await issuer.approve(url, login)).searchParams) }
}

async function finish(back: Record<string, string>, person = ann) {
  const response = await person.post('/v1/connect/callback', back)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const tokensOf = (ownerId: string) =>
  registry.deps.db.inWorkspace(workspace.id, async (tx) => {
    const rows = await tx.oAuthToken.findMany({ where: { ownerId }, orderBy: { id: 'asc' } })
    return Promise.all(
      rows.map(async (row) => ({ ...row, tokens: await openTokens(registry.deps, tx, row) })),
    )
  })

describe('a person connects an account', () => {
  test('in three steps, and the token that is kept is theirs, for this server', async () => {
    const { id, link, providerId } = await begin()
    const shown = await ann.get(`/v1/connect/${link}`)
    expect([shown.status, await shown.json()]).toMatchObject([
      200,
      {
        server: { id: serverId, name: 'Notes' },
        provider: { issuer_host: new URL(issuer.issuer).host },
        mine: true,
      },
    ])
    const { url, back } = await follow(link)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      ...{ response_type: 'code', resource: upstream.url, code_challenge_method: 'S256' },
      redirect_uri: 'http://localhost:7402/connect/callback',
    })
    const waiting = ask('GET', `${base}/auth-sessions/${id}?wait_seconds=25`)
    const began = Date.now()
    const finished = await finish(back)
    expect(finished).toMatchObject({
      status: 200,
      body: { auth_session_id: id, status: 'COMPLETED', server: { id: serverId } },
    })
    expect((await waiting).body).toEqual({ id, status: 'COMPLETED' })
    expect(Date.now() - began).toBeLessThan(10_000)
    const [kept] = await tokensOf(ann.userId)
    expect(kept).toMatchObject({ providerId, serverId, state: 'active', version: 1 })
    expect(await issuer.verify(kept?.tokens.access_token ?? '')).toMatchObject({
      sub: 'ann',
      audience: upstream.url,
    })
    expect(issuer.requestsTo('token').map(({ params }) => params.get('resource'))).toEqual([upstream.url])
    expect(registry.logged()).not.toContain(kept?.tokens.access_token)
  })

  test('and the server shows it to them alone', async () => {
    const wire = async (one: typeof ask) => (await one('GET', `${base}/mcp-servers/${serverId}`)).body
    expect(await wire(ask)).toMatchObject({ can_invoke: false, oauth_provider_id: null })
    const { link, providerId } = await begin()
    expect(await wire(ask)).toMatchObject({ can_invoke: false, oauth_provider_id: providerId })
    await finish((await follow(link)).back)
    const connected = await wire(ask)
    expect([connected.oauth_provider_id, 'can_invoke' in connected]).toEqual([providerId, false])
    const other = client(registry.url, (await workspace.key({ role: 'member' })).key)
    expect(await wire(other)).toMatchObject({ can_invoke: false, oauth_provider_id: null })
    expect(JSON.parse((await other('GET', `${base}/mcp-servers`)).text)).toMatchObject([
      { can_invoke: false, oauth_provider_id: null },
    ])
  })
})
