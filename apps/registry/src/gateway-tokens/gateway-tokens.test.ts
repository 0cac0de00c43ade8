// Tokens with which a page calls the gateway: what they may do, as whom, and when they end.

import { gatewayToken, rolePermissions } from '@gatehouse/registry-api'
import { digestKey } from '@gatehouse/registry-api/key-format'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { resolve } from '../internal/resolve.ts'
import { removeExpired } from '../retention/remove-expired.ts'
import { connectGateway } from '../testing/gateway.ts'
import { signIn, type TestPerson } from '../testing/person.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'

let registry: TestRegistry
let workspace: TestWorkspace
let laterMs = 0
beforeAll(async () => {
  registry = await startTestRegistry({ now: () => new Date(Date.now() + laterMs) })
})
afterAll(() => registry.stop())
beforeEach(async () => {
  laterMs = 0
  workspace = await registry.workspace('A')
})

const ask = async (person: TestPerson, body: unknown = {}) => {
  const response = await person.post('/v1/gateway-tokens', body, { 'x-workspace-id': workspace.id })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const tokenOf = async (person: TestPerson, as?: string) => {
  const { status, body } = await ask(person, as === undefined ? {} : { as })
  expect([status, body]).toEqual([201, gatewayToken.parse(body)])
  return gatewayToken.parse(body)
}
const known = async (token: string) => {
  const answer = await resolve(registry.deps, { key_digest: digestKey(token) ?? '', slug: null })
  return answer.caller && { ...answer.caller, servers: answer.servers.map(({ id }) => id) }
}

describe('a token of one’s own', () => {
  test('is taken by gateways as its person for five minutes, and by nobody else', async () => {
    const server = await addServer(registry.deps, workspace.id, {})
    const person = await signIn(registry, workspace, { role: 'member' })
    const made = await tokenOf(person)
    expect(made).toMatchObject({ as: null, servers: null })
    const about = { key_id: made.id, kind: 'user', user_id: person.userId, servers: [server.id] }
    expect(await known(made.token)).toMatchObject({
      ...about,
      permissions: ['mcp-servers:read', 'mcp-servers:invoke'],
    })
    const atRegistry = await fetch(`${registry.url}/v1/me`, { headers: { 'x-api-key': made.token } })
    expect([atRegistry.status, await atRegistry.text()]).toEqual([403, '{"error":"Forbidden"}'])
    expect((await tokenOf(person)).id).toBe(made.id)
    laterMs = 5 * 60_000
    expect(await known(made.token)).toBeNull()
  })

  test('is audited without the token, and in no list of keys', async () => {
    const person = await signIn(registry, workspace, { role: 'owner' })
    const made = await tokenOf(person)
    const { events } = await registry.deps.db.inWorkspace(workspace.id, async (tx) => ({
      events: await tx.auditEvent.findMany({ where: { action: 'gateway-token.created' } }),
    }))
    expect(events.map(({ objectId, after }) => [objectId, after])).toEqual([
      [made.id, expect.objectContaining({ as: null, expires_at: made.expires_at })],
    ])
    const list = await person.get('/v1/api-keys', { 'x-workspace-id': workspace.id })
    for (const text of [
      JSON.stringify(events, (_, v) => (typeof v === 'bigint' ? `${v}` : v)),
      registry.logged(),
    ])
      expect(text).not.toContain(made.token.slice(-49))
    expect(await list.json()).toEqual({ data: [], next_cursor: null })
    expect(await verifyChain(registry.deps.db, workspace.id)).toMatchObject({ ok: true })
  })

  test('has what its person’s role has now', async () => {
    const person = await signIn(registry, workspace, { role: 'member' })
    const { token } = await tokenOf(person)
    await setRole(person, 'auditor')
    expect((await known(token))?.permissions).toEqual(['mcp-servers:read'])
    expect(await ask(person)).toMatchObject({ status: 403 })
  })

  test('is for people: a key is told to sign in', async () => {
    const { key } = await workspace.key()
    const response = await fetch(`${registry.url}/v1/gateway-tokens`, {
      method: 'POST',
      headers: { 'x-api-key': key },
    })
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'session_required' }])
  })
})

describe('a token as a key', () => {
  test('has that key’s permissions and servers, less what the person lacks', async () => {
    const reached = await addServer(registry.deps, workspace.id, {})
    await addServer(registry.deps, workspace.id, {})
    const person = await signIn(registry, workspace, { role: 'admin' })
    const service = await workspace.key({ permissions: rolePermissions.owner, servers: [reached.id] })
    const made = await tokenOf(person, service.id)
    const about = { kind: 'service', user_id: null, servers: [reached.id] }
    expect(await known(made.token)).toMatchObject({
      ...about,
      permissions: ['mcp-servers:read', 'mcp-servers:invoke'],
    })
    expect(made.id).not.toBe((await tokenOf(person)).id)
    const reader = await workspace.key({ role: 'member', permissions: ['mcp-servers:read'] })
    const narrow = await known((await tokenOf(person, reader.id)).token)
    expect(narrow).toMatchObject({ kind: 'user', user_id: person.userId, permissions: ['mcp-servers:read'] })
    await setRole(person, 'auditor')
    expect((await known(made.token))?.permissions).toEqual(['mcp-servers:read'])
  })

  test('of somebody else, of another workspace or unknown is refused alike', async () => {
    const person = await signIn(registry, workspace, { role: 'member' })
    const foreign = await (await registry.workspace('B')).key()
    for (const as of [(await workspace.key()).id, foreign.id, uuidv7()])
      expect(await ask(person, { as })).toMatchObject({ status: 404, body: { code: 'api_key_not_found' } })
  })

  test('ends with that key, when its deletion is answered', async () => {
    const person = await signIn(registry, workspace, { role: 'owner' })
    const as = await workspace.key()
    const { id, token } = await tokenOf(person, as.id)
    const gateway = await connectGateway(registry.deps, { acknowledges: true })
    const admin = await workspace.key()
    const gone = await fetch(`${registry.url}/v1/api-keys/${as.id}`, {
      method: 'DELETE',
      headers: { 'x-api-key': admin.key },
    })
    expect(gone.status).toBe(204)
    expect(gateway.told.map(({ subjectId }) => subjectId)).toEqual([id, as.id])
    expect(await known(token)).toBeNull()
    await gateway.leave()
  })
})

describe('the end of the session', () => {
  test('is answered when every gateway has heard that its tokens are gone', async () => {
    const person = await signIn(registry, workspace)
    const { id, token } = await tokenOf(person)
    const gateway = await connectGateway(registry.deps)
    let answered = false
    const signedOut = person.post('/api/auth/sign-out', {}).finally(() => {
      answered = true
    })
    await expect.poll(() => gateway.told.map(({ subjectId }) => subjectId)).toEqual([id])
    expect([await known(token), answered]).toEqual([null, false])
    await gateway.acknowledge(gateway.told.at(-1)?.revision ?? 0)
    expect((await signedOut).status).toBe(200)
    await gateway.leave()
  })

  test('ends them however it came, also for credentials that a gateway asks for', async () => {
    const server = await addServer(registry.deps, workspace.id, {})
    const person = await signIn(registry, workspace)
    const { id, token } = await tokenOf(person)
    const credentials = () =>
      fetch(`${registry.internalUrl}/internal/credentials`, {
        method: 'POST',
        headers: { authorization: `Bearer ${registry.gatewayToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ key_id: id, workspace_id: workspace.id, server_id: server.id }),
      })
    expect((await credentials()).status).toBe(200)
    await person.post('/api/auth/sign-out', {})
    expect((await credentials()).status).toBe(404)
    const again = await signIn(registry, workspace, { userId: person.userId })
    const other = await tokenOf(again)
    await registry.deps.db.asSystem((tx) => tx.session.deleteMany({ where: { userId: person.userId } }))
    expect([await known(token), await known(other.token)]).toEqual([null, null])
  })

  test('leaves the key of its calls as long as there are records of them', async () => {
    const { id } = await tokenOf(await signIn(registry, workspace))
    const rows = () => registry.deps.db.inWorkspace(workspace.id, (tx) => tx.apiKey.count({ where: { id } }))
    const days = registry.deps.config.GATEHOUSE_CALL_RECORD_DAYS
    const past = (more: number) =>
      registry.deps.db.asSystem((tx) =>
        tx.apiKey.updateMany({
          where: { id },
          data: { expiresAt: new Date(Date.now() - more * 86_400_000) },
        }),
      )
    await past(days)
    await removeExpired(registry.deps)
    expect(await rows()).toBe(1)
    await past(days + 2)
    await removeExpired(registry.deps)
    expect(await rows()).toBe(0)
  })
})

const setRole = (person: TestPerson, role: string) =>
  registry.deps.db.asSystem((tx) =>
    tx.membership.updateMany({ where: { userId: person.userId }, data: { role } }),
  )
