// Every public operation, from the table of operations: what it says about another workspace's things, who may use it, and what
// it writes into the audit trail. An operation that nothing here knows fails.

import { operations, type Permission, type Role, role } from '@gatehouse/registry-api'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { testBrowser } from '../testing/browser.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { makeThings, send, type Things } from '../testing/requests.ts'

let registry: TestRegistry
let ours: TestWorkspace
let theirs: TestWorkspace
beforeAll(async () => {
  registry = await startTestRegistry()
  ours = await registry.workspace('Ours')
  theirs = await registry.workspace('Theirs')
})
afterAll(() => registry.stop())

const unknown = (): Things => ({
  ...{ serverId: uuidv7(), serverUrl: `https://${uuidv7()}.test/mcp`, keyId: uuidv7() },
  ...{ callId: uuidv7(), connectionId: uuidv7(), accountServerId: uuidv7(), providerId: uuidv7() },
  ...{ authSessionId: uuidv7(), connectToken: uuidv7(), claimToken: uuidv7(), signInToken: uuidv7() },
  ...{ memberId: uuidv7(), invitationId: uuidv7(), invitationToken: uuidv7() },
})
const named = operations.map((operation) => [operation.id, operation] as const)
/** Those that look at a key or a session. */
const withCaller = named.filter(([, { permission }]) => permission !== undefined)

describe('with the ids of another workspace', () => {
  let things: Things
  let key: string
  beforeAll(async () => {
    // Their ids are younger than our key, as unknown ones are: in lists by age they stand in the same place.
    key = (await ours.key()).key
    things = await makeThings(registry, theirs)
  })

  test.each(withCaller)(
    '%s answers as for unknown ids, and changes nothing there',
    async (_id, operation) => {
      const before = await contentOf(theirs.id)
      const headers = { 'x-api-key': key }
      const nobodys = unknown()
      const strange = await send(registry.url, operation, nobodys, headers)
      const foreign = await send(registry.url, operation, things, headers)
      const comparable = [
        'createMcpServer',
        'createInvitation',
        'importWorkspace',
        'verifyAudit',
        'probeServer',
      ].includes(operation.id)
        ? [strange.status, '']
        : [strange.status, nameless(strange.text, nobodys)]
      expect([foreign.status, comparable[1] === '' ? '' : nameless(foreign.text, things)]).toEqual(comparable)
      for (const text of [strange.text, foreign.text]) expect(text).not.toContain(theirs.id)
      expect(await contentOf(theirs.id)).toEqual(before)
    },
  )
})

describe('in a session of a person who is no member', () => {
  let cookie: string
  let things: Things
  beforeAll(async () => {
    things = await makeThings(registry, theirs)
    const { signInToken: token } = await makeThings(registry, ours)
    const browser = testBrowser(registry)
    await browser.post('/v1/sign-in-link', { token })
    cookie = browser.cookie() ?? expect.fail('not signed in')
  })

  test.each(withCaller)(
    '%s answers as in an unknown workspace, and changes nothing',
    async (_id, operation) => {
      const before = await contentOf(theirs.id)
      const origin = new URL(registry.deps.config.CONSOLE_PUBLIC_URL).origin
      const ask = (workspaceId: string) =>
        send(registry.url, operation, things, { cookie, origin, 'x-workspace-id': workspaceId })
      const strange = await ask(uuidv7())
      expect([strange.status, await ask(theirs.id)]).toEqual([403, strange])
      expect(await contentOf(theirs.id)).toEqual(before)
    },
  )
})

describe('roles', () => {
  test.each(role.options)('%s may do what the table says, and nothing else', async (one) => {
    const { key } = await ours.key({ role: one })
    const told: Record<string, boolean> = {}
    const expected: Record<string, boolean> = {}
    for (const [id, operation] of withCaller) {
      const { status, text } = await send(registry.url, operation, unknown(), { 'x-api-key': key })
      told[id] = !(status === 403 && text.includes('"Forbidden"'))
      expected[id] = operation.permission === null || table[operation.permission ?? 'none'].includes(one)
    }
    expect(told).toEqual(expected)
  })

  test('without a credential nothing answers but what needs none', async () => {
    for (const [id, operation] of withCaller) {
      const { status, text } = await send(registry.url, operation, unknown(), {})
      expect([id, status, text]).toEqual([id, 401, '{"error":"Unauthorized"}'])
    }
  })
})

describe('the audit trail', () => {
  const changing = named.filter(
    ([id, { method }]) => method !== 'get' && !silent.includes(id) && !visiting.includes(id),
  )

  test.each(changing)('%s writes exactly one event', async (_id, operation) => {
    const workspace = await registry.workspace('Audited')
    const things = await makeThings(registry, workspace)
    const credential: Record<string, string> =
      operation.permission === undefined ? {} : { 'x-api-key': (await workspace.key()).key }
    const { status, text } = await send(registry.url, operation, things, credential)
    expect([status < 300, text]).toEqual([true, text])
    expect(await verifyChain(registry.deps.db, workspace.id)).toEqual({ ok: true, events: 1 })
    await send(registry.url, operation, unknown(), {
      'x-api-key': (await workspace.key({ permissions: [] })).key,
    })
    expect(await verifyChain(registry.deps.db, workspace.id)).toEqual({ ok: true, events: 1 })
  })

  test.each(named.filter(([id, { method }]) => method === 'get' || silent.includes(id)))(
    '%s, which changes nothing, writes none',
    async (_id, operation) => {
      const workspace = await registry.workspace('Read')
      const { key } = await workspace.key()
      await send(
        registry.url,
        operation,
        unknown(),
        operation.permission === undefined ? {} : { 'x-api-key': key },
      )
      expect(await verifyChain(registry.deps.db, workspace.id)).toEqual({ ok: true, events: 0 })
    },
  )
})

/** Posts that only ask. */
const silent = ['findServerEras', 'probeServer', 'testServer', 'checkLink', 'checkInvitation']
/**
 * Their events are shown where there is an authorization server, and a browser that visits it: oauth/*.test.ts; or somebody who is
 * signed in: gateway-tokens/gateway-tokens.test.ts.
 */
const visiting = [
  ...['registerOAuthProvider', 'createOAuthProvider', 'followConnectLink', 'finishConnect'],
  'createGatewayToken',
]

const everybody: readonly Role[] = role.options
const workers: readonly Role[] = ['owner', 'admin', 'operator', 'member']
const keepers: readonly Role[] = ['owner', 'admin', 'operator']
/** The documentation's table, written down once more. */
const table: Readonly<Record<Permission | 'none', readonly Role[]>> = {
  'mcp-servers:read': everybody,
  'mcp-servers:invoke': workers,
  'mcp-servers:create': keepers,
  'mcp-servers:update': keepers,
  'mcp-servers:delete': keepers,
  'api-keys:own': workers,
  'api-keys:all': ['owner', 'admin'],
  'users:act-as': [],
  'calls:own': everybody,
  'calls:all': ['owner', 'admin', 'operator', 'auditor'],
  // A signed-in auditor's alone, whoever a key stands for: capture/capture.test.ts.
  'calls:read-bodies': [],
  'audit:read': ['owner', 'admin', 'auditor'],
  'members:manage': ['owner', 'admin'],
  'settings:manage': ['owner'],
  none: [],
}

/** The answer without the ids that were asked about. */
const nameless = (text: string, things: Things) =>
  Object.entries(things).reduce((left, [name, value]) => left.replaceAll(value, name), text)

/** Every row of a workspace in every table, as text. */
async function contentOf(workspaceId: string): Promise<readonly string[]> {
  const { prisma } = registry.deps.db
  const tables = await prisma.$queryRaw<{ name: string }[]>`
    SELECT table_name::text AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'workspace_id' ORDER BY 1`
  const each = tables.map(
    ({ name }) =>
      `SELECT '${name} ' || to_jsonb(t)::text AS row FROM ${pg.escapeIdentifier(name)} t WHERE workspace_id = '${workspaceId}'`,
  )
  const rows = await prisma.$queryRawUnsafe<{ row: string }[]>(`${each.join(' UNION ALL ')} ORDER BY 1`)
  return rows.map(({ row }) => row)
}
