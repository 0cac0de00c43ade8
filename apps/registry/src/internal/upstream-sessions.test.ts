// Sessions at servers that all gateways share: opened once, forgotten exactly, ended by one of them.

import { randomBytes, randomUUID } from 'node:crypto'
import {
  collectedSessions,
  type OpenSessionAnswer,
  openSessionAnswer,
  putSessionAnswer,
  type UpstreamSession,
} from '@gatehouse/registry-api/internal'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'

let registry: TestRegistry
let a: TestWorkspace
let b: TestWorkspace
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
beforeEach(async () => {
  a = await registry.workspace('A')
  b = await registry.workspace('B')
})

async function post(path: string, body: unknown) {
  const response = await fetch(`${registry.internalUrl}/internal/upstream-sessions/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${registry.gatewayToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
}

const [one, two] = [randomUUID(), randomUUID()]
const session = (id: string, url = 'https://upstream.example/mcp'): UpstreamSession => ({
  url,
  session_id: id,
  protocol_version: '2025-11-25',
  capabilities: { tools: {} },
  server_info: { name: 'canary-12\u0000\ud800' },
  instructions: null,
})

/** A place at a new server, as the gateways ask for it. */
async function place(workspace = a) {
  const url = 'https://upstream.example/mcp'
  const { id, generation } = await addServer(registry.deps, workspace.id, { url })
  const where = {
    workspace_id: workspace.id,
    key_id: randomUUID(),
    server_id: id,
    variant: randomBytes(32).toString('hex'),
  }
  return {
    where,
    url,
    async ask(gateway: string, claim: string = randomUUID()): Promise<OpenSessionAnswer> {
      const { status, body } = await post('open', { ...where, generation, gateway_id: gateway, claim })
      expect(status).toBe(200)
      return openSessionAnswer.parse(body)
    },
    async put(gateway: string, claim: string, put: UpstreamSession): Promise<boolean> {
      const { status, body } = await post('put', { ...where, gateway_id: gateway, claim, session: put })
      expect(status).toBe(200)
      return putSessionAnswer.parse(body).kept
    },
    forget: async (id_: string) => expect((await post('forget', { ...where, id: id_ })).status).toBe(204),
    /** As if so much time had gone by. */
    age: (seconds: number) =>
      registry.deps.db.inWorkspace(
        workspace.id,
        (tx) => tx.$executeRaw`
          UPDATE upstream_session SET used_at = used_at - make_interval(secs => ${seconds}::float8),
            opening_until = opening_until - make_interval(secs => ${seconds}::float8)
          WHERE key_id = ${where.key_id}::uuid`,
      ),
    row: () =>
      registry.deps.db.inWorkspace(workspace.id, (tx) =>
        tx.upstreamSession.findFirst({ where: { keyId: where.key_id } }),
      ),
  }
}

async function collect(body: object) {
  const answer = await post('collect', body)
  expect(answer.status).toBe(200)
  return collectedSessions.parse(answer.body).sessions
}

describe('open', () => {
  test('of many who ask at once one opens it, and all others get what it opened', async () => {
    const { ask, put, url } = await place()
    const claims = Array.from({ length: 8 }, () => randomUUID())
    const states = await Promise.all(claims.map(async (claim) => (await ask(one, claim)).state))
    expect(states.filter((state) => state === 'yours')).toHaveLength(1)
    expect(states.filter((state) => state === 'opening')).toHaveLength(7)
    const claim = claims[states.indexOf('yours')] ?? ''
    expect(await put(one, claim, session('s-1', url))).toBe(true)
    expect(await ask(two)).toEqual({ state: 'open', id: claim, session: session('s-1', url) })
  })

  test('a claim lasts as long as it is renewed; then the next one opens, and the late one keeps nothing', async () => {
    const { ask, put, age } = await place()
    const [first, second] = [randomUUID(), randomUUID()]
    expect((await ask(one, first)).state).toBe('yours')
    await age(4)
    expect((await ask(one, first)).state).toBe('yours')
    await age(4)
    expect((await ask(two, second)).state).toBe('opening')
    await age(2)
    expect((await ask(two, second)).state).toBe('yours')
    expect(await put(one, first, session('late'))).toBe(false)
    expect(await put(two, second, session('s-2'))).toBe(true)
    expect(await put(two, second, session('again'))).toBe(false)
    expect(await ask(one, first)).toMatchObject({ state: 'open', id: second, session: { session_id: 's-2' } })
  })

  test('a failed attempt makes room at once', async () => {
    const { ask, forget } = await place()
    const claim = randomUUID()
    expect((await ask(one, claim)).state).toBe('yours')
    await forget(claim)
    expect((await ask(two)).state).toBe('yours')
  })

  test('another caller, server, variant or workspace has another session', async () => {
    const [mine, theirs] = [await place(), await place(b)]
    const claim = randomUUID()
    await mine.ask(one, claim)
    await mine.put(one, claim, session('s-1'))
    expect((await theirs.ask(one)).state).toBe('yours')
    const generation = (await mine.row())?.generation
    for (const other of [{ key_id: randomUUID() }, { variant: randomBytes(32).toString('hex') }]) {
      const body = { ...mine.where, ...other, generation, gateway_id: one, claim: randomUUID() }
      expect((await post('open', body)).body).toEqual({ state: 'yours' })
    }
    const foreign = { ...mine.where, workspace_id: b.id, generation, gateway_id: one, claim: randomUUID() }
    expect((await post('open', foreign)).status).toBe(404)
  })

  test('404 where the server is of another generation, disabled or gone', async () => {
    const { where, row, ask } = await place()
    await ask(one)
    const generation = (await row())?.generation
    const body = { ...where, gateway_id: one, claim: randomUUID() }
    expect((await post('open', { ...body, generation: randomUUID() })).status).toBe(404)
    const at = { workspaceId_id: { workspaceId: a.id, id: where.server_id } }
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      tx.mcpServer.update({ where: at, data: { enabled: false }, select: { id: true } }),
    )
    expect((await post('open', { ...body, generation })).status).toBe(404)
    await registry.deps.db.inWorkspace(a.id, (tx) => tx.mcpServer.delete({ where: at, select: { id: true } }))
    expect((await post('open', { ...body, generation })).status).toBe(404)
    expect(await row()).toBeNull()
  })

  test('nothing of it can be read in the database, and a row that was copied does not open', async () => {
    const [mine, other] = [await place(), await place()]
    for (const it of [mine, other]) {
      const claim = randomUUID()
      await it.ask(one, claim)
      await it.put(one, claim, session(`s-${claim}`))
    }
    const row = await mine.row()
    expect(Buffer.from(row?.sealed ?? []).toString('latin1')).not.toContain('s-')
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      tx.upstreamSession.updateMany({
        where: { keyId: other.where.key_id },
        data: { sealed: row?.sealed ?? null },
      }),
    )
    expect((await other.ask(one)).state).toBe('yours')
  })
})

describe('forget', () => {
  test('exactly this session: a later one stays', async () => {
    const { ask, put, forget } = await place()
    const [first, second] = [randomUUID(), randomUUID()]
    await ask(one, first)
    await put(one, first, session('s-1'))
    await forget(first)
    await ask(two, second)
    await put(two, second, session('s-2'))
    await forget(first)
    expect(await ask(one)).toMatchObject({ state: 'open', id: second })
  })
})

describe('collect', () => {
  test('what nobody has used for so long is given to one gateway to end', async () => {
    const idle = await place()
    const used = await place(b)
    for (const it of [idle, used]) {
      const claim = randomUUID()
      await it.ask(one, claim)
      await it.put(one, claim, session(`s-${it.where.server_id}`, it.url))
      await it.age(61)
    }
    await used.ask(two)
    const answers = await Promise.all(
      [one, two, two].map((id) => collect({ gateway_id: id, idle_ms: 60_000 })),
    )
    const ended = answers.flat().filter(({ workspace_id }) => [a.id, b.id].includes(workspace_id))
    expect(ended).toMatchObject([
      {
        key_id: idle.where.key_id,
        server: { id: idle.where.server_id, url: idle.url },
        session_id: `s-${idle.where.server_id}`,
        protocol_version: '2025-11-25',
      },
    ])
    expect((await idle.ask(one)).state).toBe('yours')
    expect((await used.ask(one)).state).toBe('open')
  })

  test('a gateway that stops ends what it alone has used, and leaves the rest', async () => {
    const [alone, shared] = [await place(), await place(b)]
    const [leaver, stayer] = [randomUUID(), randomUUID()]
    for (const it of [alone, shared]) {
      const claim = randomUUID()
      await it.ask(leaver, claim)
      await it.put(leaver, claim, session(`s-${it.where.server_id}`, it.url))
    }
    await shared.ask(stayer)
    const ended = await collect({ gateway_id: leaver, leaving: true })
    expect(ended.map(({ server }) => server.id)).toEqual([alone.where.server_id])
    expect((await shared.ask(stayer)).state).toBe('open')
    expect((await alone.ask(stayer)).state).toBe('yours')
    const rest = await collect({ gateway_id: stayer, leaving: true })
    expect(rest.map(({ server }) => server.id)).toEqual([shared.where.server_id])
  })

  test('what has no session id, another address or another credential by now goes without a word', async () => {
    const [none, moved, rotated] = [await place(), await place(), await place()]
    for (const it of [none, moved, rotated]) {
      const claim = randomUUID()
      await it.ask(one, claim)
      const open = session('s', it === moved ? 'https://before.example/mcp' : it.url)
      await it.put(one, claim, it === none ? { ...open, session_id: null } : open)
      await it.age(61)
    }
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      tx.mcpServer.updateMany({
        where: { id: rotated.where.server_id },
        data: { credentialGeneration: randomUUID() },
      }),
    )
    const ended = await collect({ gateway_id: one, idle_ms: 60_000 })
    expect(ended.filter(({ workspace_id }) => workspace_id === a.id)).toEqual([])
    expect(await none.row()).toBeNull()
  })
})
