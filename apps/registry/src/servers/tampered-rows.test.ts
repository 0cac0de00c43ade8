// Sealed rows that somebody changed in the database: none of them opens, the server says so with one error, and every other
// server goes on as if nothing had happened.

import { randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Tx } from '../db.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer, type TestServer } from '../testing/server.ts'

const canary = 'canary-5e77'

let registry: TestRegistry
let here: TestWorkspace
let there: TestWorkspace
let keys: Map<string, string>
let target: TestServer
let other: TestServer
let foreign: TestServer
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  here = await registry.workspace('Here')
  there = await registry.workspace('There')
  keys = new Map()
  for (const workspace of [here, there]) keys.set(workspace.id, (await workspace.key()).id)
  const headers = [
    ['X-A', `${canary}-a`],
    ['X-B', `${canary}-b`],
  ] as const
  target = await addServer(registry.deps, here.id, { headers })
  other = await addServer(registry.deps, here.id, { headers })
  foreign = await addServer(registry.deps, there.id, { headers })
})

async function credentials(workspace: TestWorkspace, server: TestServer) {
  const body = { key_id: keys.get(workspace.id), workspace_id: workspace.id, server_id: server.id }
  const response = await fetch(`${registry.internalUrl}/internal/credentials`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${registry.gatewayToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, text: await response.text() }
}

const within = <T>(work: (tx: Tx) => Promise<T>) => registry.deps.db.inWorkspace(here.id, work)
const rowOf = (tx: Tx, server: TestServer, position = 0) =>
  tx.serverHeader.findFirstOrThrow({ where: { serverId: server.id, position } })
const put = (
  tx: Tx,
  position: number,
  data: { sealed?: Uint8Array<ArrayBuffer>; dataKeyId?: string; key?: string },
  server = target,
) => tx.serverHeader.updateMany({ where: { serverId: server.id, position }, data })

const cut = (at: (length: number) => [number, number]) => async (tx: Tx) => {
  const { sealed } = await rowOf(tx, target)
  await put(tx, 0, { sealed: sealed.slice(...at(sealed.length)) })
}
const flip = (at: (length: number) => number) => async (tx: Tx) => {
  const { sealed } = await rowOf(tx, target)
  const place = at(sealed.length)
  sealed[place] = (sealed[place] ?? 0) ^ 0x80
  await put(tx, 0, { sealed })
}

/** A row of the other workspace and its key, read there. */
const readForeign = () =>
  registry.deps.db.inWorkspace(there.id, async (tx) => ({
    row: await rowOf(tx, foreign),
    key: await tx.dataKey.findFirstOrThrow(),
  }))
type Foreign = Awaited<ReturnType<typeof readForeign>>

const changes: Record<string, (tx: Tx, foreign: Foreign) => Promise<unknown>> = {
  'two headers of a server are swapped': async (tx) => {
    const [a, b] = [await rowOf(tx, target, 0), await rowOf(tx, target, 1)]
    await put(tx, 0, { sealed: b.sealed })
    await put(tx, 1, { sealed: a.sealed })
  },
  'a header is renamed': (tx) => put(tx, 0, { key: 'X-C' }),
  'the row of another server is put in': async (tx) =>
    put(tx, 0, { sealed: (await rowOf(tx, other)).sealed }),
  'the row of another workspace is put in': (tx, { row }) => put(tx, 0, { sealed: row.sealed }),
  'the row of another workspace is put in with the id of its key': (tx, { row }) =>
    put(tx, 0, { sealed: row.sealed, dataKeyId: row.dataKeyId }),
  'the row of another workspace is put in with its key': async (tx, { row, key }) => {
    await tx.dataKey.create({ data: { ...key, workspaceId: here.id, retiredAt: new Date() } })
    await put(tx, 0, { sealed: row.sealed, dataKeyId: row.dataKeyId })
  },
  'it names a key that is not there': (tx) => put(tx, 0, { dataKeyId: randomUUID() }),
  'the generation of the credential is another one': (tx) =>
    tx.mcpServer.updateMany({ where: { id: target.id }, data: { credentialGeneration: uuidv7() } }),
  'it is empty': (tx) => put(tx, 0, { sealed: Buffer.of() }),
  'its last byte is cut off': cut((length) => [0, length - 1]),
  'its first byte is cut off': cut((length) => [1, length]),
  'only its head is left': cut(() => [0, 13]),
  'half of it is left': cut((length) => [0, length >> 1]),
  'its version is changed': flip(() => 0),
  'its nonce is changed': flip(() => 5),
  'its text is changed': flip(() => 14),
  'its tag is changed': flip((length) => length - 1),
}

async function expectUnreadable(): Promise<void> {
  const { status, text } = await credentials(here, target)
  expect([status, JSON.parse(text)]).toMatchObject([500, { code: 'credential_unreadable' }])
  expect(text + registry.logged()).not.toContain(canary)
  for (const [workspace, server] of [
    [here, other],
    [there, foreign],
  ] as const)
    expect((await credentials(workspace, server)).status).toBe(200)
}

describe('the stored headers of a server do not open when', () => {
  test.each(Object.keys(changes))('%s', async (name) => {
    expect((await credentials(here, target)).status).toBe(200)
    const theirs = await readForeign() // the embedded database runs one transaction at a time
    await within(async (tx) => changes[name]?.(tx, theirs))
    await expectUnreadable()
  })

  test('a row of an older generation is put back', async () => {
    const old = await within((tx) => rowOf(tx, target))
    const { key } = await here.key()
    const changed = await fetch(`${registry.url}/v1/deepagents/mcp-servers/${target.id}`, {
      method: 'PATCH',
      headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' },
      body: JSON.stringify({ headers: [{ key: 'X-A', value: 'the new one' }] }),
    })
    expect(changed.status).toBe(200)
    expect((await credentials(here, target)).text).toContain('the new one')
    await within((tx) => put(tx, 0, { sealed: old.sealed, dataKeyId: old.dataKeyId }))
    await expectUnreadable()
  })

  test('they are broken, and are set again all the same', async () => {
    const { key } = await here.key()
    await within((tx) => put(tx, 0, { sealed: Buffer.of(1) }))
    const ask = (method: string, path: string, body?: unknown) =>
      fetch(`${registry.url}/v1/deepagents/${path}`, {
        method,
        headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    const shown = await ask('GET', `mcp-servers/${target.id}`)
    expect(shown.status).toBe(200)
    const set = await ask('PATCH', `mcp-servers/${target.id}`, { headers: [{ key: 'X-A', value: 'again' }] })
    expect(set.status).toBe(200)
    expect((await credentials(here, target)).text).toContain('again')
  })
})
