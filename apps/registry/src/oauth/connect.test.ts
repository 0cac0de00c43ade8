// The whole way to a connection, against a real authorization server: discovery, registration, the visit of a browser, the
// token. And everybody who is sent away on it: refusals.test.ts.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTokens } from '../connections/tokens.ts'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { type Accounts, actionsIn, named, startAccounts, type Traveller, travel } from '../testing/visit.ts'

const base = '/v1/deepagents'

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

const tokensOf = (ownerId: string | null) =>
  registry.deps.db.inWorkspace(workspace.id, async (tx) => {
    const rows = await tx.oAuthToken.findMany({ where: { ownerId }, orderBy: { id: 'asc' } })
    return Promise.all(
      rows.map(async (row) => ({ ...row, tokens: await openTokens(registry.deps, tx, row) })),
    )
  })

/** The whole way. @returns the connection's id */
async function connect(who: Traveller, more: object = {}): Promise<string> {
  const { link } = await who.begin(more)
  expect(await who.finish((await who.follow(link)).back)).toMatchObject({ status: 200 })
  const rows = await tokensOf(who.person.userId)
  return rows.at(-1)?.id ?? ''
}

describe('a person connects an account', () => {
  test('in three steps, and the token that is kept is theirs, for this server', async () => {
    const { issuer, upstream } = accounts
    const { id, link, providerId } = await ann.begin()
    const shown = await ann.person.get(`/v1/connect/${link}`)
    const { host } = new URL(issuer.issuer)
    expect([shown.status, await shown.json()]).toMatchObject([
      200,
      { server: { id: ann.serverId, name: 'Notes' }, provider: { issuer_host: host }, mine: true },
    ])
    const { url, back } = await ann.follow(link)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      ...{ response_type: 'code', resource: upstream.url, code_challenge_method: 'S256' },
      redirect_uri: 'http://localhost:7402/connect/callback',
    })
    const waiting = ann.ask('GET', `${base}/auth-sessions/${id}?wait_seconds=25`)
    const began = Date.now()
    expect(await ann.finish(back)).toMatchObject({
      status: 200,
      body: { auth_session_id: id, status: 'COMPLETED', server: { id: ann.serverId } },
    })
    expect((await waiting).body).toEqual({ id, status: 'COMPLETED' })
    expect(Date.now() - began).toBeLessThan(10_000)
    const [kept] = await tokensOf(ann.person.userId)
    expect(kept).toMatchObject({ providerId, serverId: ann.serverId, state: 'active', version: 1 })
    const token = kept?.tokens.access_token ?? ''
    expect(await issuer.verify(token)).toMatchObject({ sub: 'ann', audience: upstream.url })
    expect(issuer.requestsTo('token').map(({ params }) => params.get('resource'))).toEqual([upstream.url])
    expect(registry.logged()).not.toContain(token)
    expect(await actionsIn(registry, workspace)).toEqual([
      ...['mcp-server.created', 'oauth-provider.registered', 'auth-session.created'],
      ...['auth-session.followed', 'connection.created'],
    ])
  })

  test('and the server shows it to them alone', async () => {
    const wire = async ({ ask }: Pick<Traveller, 'ask'>) =>
      (await ask('GET', `${base}/mcp-servers/${ann.serverId}`)).body
    expect(await wire(ann)).toMatchObject({ can_invoke: false, oauth_provider_id: null })
    const { link, providerId } = await ann.begin()
    expect(await wire(ann)).toMatchObject({ can_invoke: false, oauth_provider_id: providerId })
    await ann.finish((await ann.follow(link)).back)
    const connected = await wire(ann)
    expect([connected.oauth_provider_id, 'can_invoke' in connected]).toEqual([providerId, false])
    const ask = client(registry.url, (await workspace.key({ role: 'member' })).key)
    expect(await wire({ ask })).toMatchObject({ can_invoke: false, oauth_provider_id: null })
    expect(JSON.parse((await ask('GET', `${base}/mcp-servers`)).text)).toMatchObject([
      { can_invoke: false, oauth_provider_id: null },
    ])
  })

  test('and registering again answers the same client, without another registration', async () => {
    const { providerId } = await ann.begin()
    expect((await ann.begin()).providerId).toBe(providerId)
    expect(accounts.issuer.requestsTo('register')).toHaveLength(1)
  })

  test('at once from two windows, and has one client', async () => {
    const path = `${base}/mcp-servers/${ann.serverId}/oauth-provider`
    const answers = await Promise.all([ann.ask('POST', path), ann.ask('POST', path), ann.ask('POST', path)])
    expect(new Set(answers.map(({ body }) => body.oauth_provider_id)).size).toBe(1)
  })

  test('again, in the place of the old connection: a new generation, and the old token is revoked', async () => {
    const first = await connect(ann)
    const [old] = await tokensOf(ann.person.userId)
    expect(await connect(ann)).toBe(first)
    const [now, ...more] = await tokensOf(ann.person.userId)
    expect([more, now?.generation === old?.generation]).toEqual([[], false])
    expect(await accounts.issuer.verify(old?.tokens.access_token ?? '')).toBeUndefined()
    expect(await accounts.issuer.verify(now?.tokens.access_token ?? '')).toMatchObject({ sub: 'ann' })
  })

  test('and REUSE answers with it at once, while it stands and has the scopes', async () => {
    const tokenId = await connect(ann, { scopes: ['read'] })
    const { providerId } = await ann.begin()
    const reuse = (more: object) =>
      ann.ask('POST', `${base}/auth-sessions`, {
        body: { provider_id: providerId, scopes: [], strategy: 'REUSE', ...more },
      })
    const { status, body } = await reuse({ scopes: ['read'] })
    expect([status, body]).toMatchObject([
      200,
      { status: 'COMPLETED', token: tokenId, verification_url: null },
    ])
    expect((await reuse({ token_id: tokenId })).status).toBe(200)
    expect((await reuse({ scopes: ['write'] })).status).toBe(201)
    expect((await reuse({ agent_id: 'another' })).status).toBe(201)
    await registry.deps.db.inWorkspace(workspace.id, (tx) =>
      tx.oAuthToken.updateMany({ data: { state: 'needs_reconnecting' } }),
    )
    expect((await reuse({})).status).toBe(201)
    const state = await ann.ask('GET', `${base}/auth-sessions/${body.id}`)
    expect(state.body.status).toBe('TOKEN_EXPIRED')
  })

  test('from the console in one step, and asking for more keeps what was granted', async () => {
    const start = (more: object = {}) =>
      ann.ask('POST', '/v1/connections', { body: { server_id: ann.serverId, ...more } })
    const linkOf = (url: unknown) => String(url).split('/connect/')[1] ?? ''
    const first = await start({ scopes: ['read'] })
    expect(first.status).toBe(201)
    const one = await ann.follow(linkOf(first.body.verification_url))
    expect(one.url.searchParams.get('scope')).toBe('read')
    expect((await ann.finish(one.back)).status).toBe(200)
    // The person says no to it, which is no reason not to ask again.
    accounts.issuer.set({ grants: (scopes) => scopes.filter((scope) => scope !== 'write') })
    const two = await ann.follow(linkOf((await start({ scopes: ['write'] })).body.verification_url))
    expect(two.url.searchParams.get('scope')?.split(' ').sort()).toEqual(['read', 'write'])
    expect((await ann.finish(two.back)).status).toBe(200)
    expect((await tokensOf(ann.person.userId))[0]).toMatchObject({ scopes: ['read'] })
    const three = await start({ scopes: ['offline_access'] })
    const asked = (await ann.follow(linkOf(three.body.verification_url))).url.searchParams.get('scope')
    expect(asked?.split(' ').sort()).toEqual(['offline_access', 'read', 'write'])
  })

  test('with the scopes of the challenge, else of the metadata, else none', async () => {
    const scopeOf = async () => {
      const response = await ann.person.post(`/v1/connect/${(await ann.begin()).link}`, {})
      const { authorization_url: url } = (await response.json()) as { authorization_url: string }
      return new URL(url).searchParams.get('scope')
    }
    expect(await scopeOf()).toBe('offline_access read write')
    accounts.upstream.set({})
    expect(await scopeOf()).toBeNull()
    accounts.upstream.set({ metadata: named, challenge: { scope: 'write' } })
    expect(await scopeOf()).toBe('offline_access write')
  })
})

describe('a service key', () => {
  const lsUser = (ask: Traveller['ask'], id: string) =>
    ask('POST', `${base}/mcp-servers/${ann.serverId}/oauth-provider`, { body: { ls_user_id: id } })

  test('registers and begins for a person whom it names, and that person alone can go on', async () => {
    const ask = client(registry.url, (await workspace.key()).key)
    const { body } = await lsUser(ask, ann.person.userId)
    expect(body.oauth_provider_id).toBe((await ann.begin()).providerId)
    const session = await ask('POST', `${base}/auth-sessions`, {
      body: { provider_id: body.oauth_provider_id, scopes: [], strategy: 'CREATE' },
    })
    const link = String(session.body.verification_url).split('/connect/')[1] ?? ''
    expect((await ann.finish((await ann.follow(link)).back)).status).toBe(200)
    expect((await ask('GET', `${base}/auth-sessions/${session.body.id}`)).body.status).toBe('COMPLETED')
    expect(await tokensOf(ann.person.userId)).toHaveLength(1)
  })

  test('that may not act for people registers its own, whomever it names', async () => {
    const ask = client(registry.url, (await workspace.key({ permissions: ['mcp-servers:invoke'] })).key)
    const { body } = await lsUser(ask, ann.person.userId)
    expect(body.oauth_provider_id).not.toBe((await ann.begin()).providerId)
  })

  test('is told when it names nobody of the workspace', async () => {
    const ask = client(registry.url, (await workspace.key()).key)
    const stranger = await (await registry.workspace('B')).member('member')
    for (const id of [stranger, 'nobody']) {
      const { status, body } = await lsUser(ask, id)
      expect([status, body.code]).toEqual([400, 'invalid_parameter'])
    }
  })
})

test('a server that is not per-user has no clients of people', async () => {
  const { body } = await ann.ask('POST', `${base}/mcp-servers`, {
    body: { name: 'Plain', url: accounts.upstream.url },
  })
  const answer = await ann.ask('POST', `${base}/mcp-servers/${body.id}/oauth-provider`)
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_parameter'])
})

test('waiting is for 1 to 25 seconds', async () => {
  const { id } = await ann.begin()
  for (const wait of ['0', '26', '1.5', 'x', '']) {
    const { status } = await ann.ask('GET', `${base}/auth-sessions/${id}?wait_seconds=${wait}`)
    expect([wait, status]).toEqual([wait, 400])
  }
  expect((await ann.ask('GET', `${base}/auth-sessions/${id}?wait_seconds=1`)).body.status).toBe('PENDING')
})
