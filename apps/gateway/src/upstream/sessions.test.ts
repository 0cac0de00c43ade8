// Two gateways on one registry, and a legacy server that counts its sessions.

import { digestKey } from '@gatehouse/registry-api/key-format'
import {
  type RecordingUpstream,
  type Script,
  scripts,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Bearer } from '../mcp/session-token.ts'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import type { TestKey } from '../testing/internal-listener.ts'

let one: TestGateway
let two: TestGateway
let upstream: RecordingUpstream
let key: TestKey
let server: string
/** Sessions that the server has not been told the end of. */
let alive: Set<string>
let opened = 0

type Message = { id?: unknown; method?: string; params?: { capabilities?: unknown; level?: string } }

const methods = (method: string) =>
  upstream.requests.filter((request) => (request.json() as Message | undefined)?.method === method)
const deletes = () => upstream.requests.filter((request) => request.method === 'DELETE')
const endedIds = () => deletes().map((request) => request.header('mcp-session-id')[0])

/** Gives every handshake a session of its own. */
const counting: Script = (request, response) => {
  const { id, method } = (request.json() ?? {}) as Message // what a gateway sends
  if (request.method === 'DELETE') {
    alive.delete(request.header('mcp-session-id')[0] ?? '')
    return scripts.status(405)(request, response)
  }
  if (id === undefined) return scripts.status(202)(request, response)
  if (method !== 'initialize') return scripts.json({ jsonrpc: '2.0', id, result: {} })(request, response)
  const session = `s-${++opened}`
  alive.add(session)
  const result = {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {}, logging: {} },
    serverInfo: { name: 'counting', version: '1' },
    instructions: 'count',
  }
  return scripts.json({ jsonrpc: '2.0', id, result }, { headers: { 'mcp-session-id': session } })(
    request,
    response,
  )
}

const env = { GATEHOUSE_FIRST_BYTE_TIMEOUT_MS: '3000' }
beforeEach(async () => {
  alive = new Set()
  opened = 0
  one = await startGateway(env)
  two = await startGateway(env, one.registry)
  upstream = await startRecordingUpstream(counting)
  server = one.registry.addServer({ slug: 'one', url: upstream.url, headers: [['x-stored', 'v1']] })
  key = one.registry.addKey()
})
afterEach(async () => {
  await two.close()
  await one.close()
  await upstream.close()
})

const acknowledged = ({ registry, deps }: Pick<TestGateway, 'registry' | 'deps'>, revision: number) =>
  waitFor(() => registry.acknowledged(deps.peers.self) >= revision)

async function bearerAt({ deps, registry }: TestGateway, with_ = key): Promise<Bearer> {
  await acknowledged({ deps, registry }, registry.acknowledged())
  const known = await deps.knowledge.resolve(digestKey(with_.key) ?? '', 'one')
  const [found] = known.servers
  if (known.caller === null || found === undefined) throw new Error('nobody is known')
  return { caller: known.caller, server: found, generation: found.credential_generation }
}

const plain = { capabilities: {} }
async function open(
  gateway: TestGateway,
  declared: { capabilities: Record<string, unknown>; logLevel?: string } = plain,
  with_ = key,
) {
  const session = await gateway.deps.upstreamSessions.open(await bearerAt(gateway, with_), declared)
  if (session === undefined) throw new Error('something changed')
  return session
}

describe('open', () => {
  test('many calls on both gateways at once open one session, and declare what they were told to', async () => {
    const declared = { capabilities: { elicitation: { form: {} }, sampling: {} } }
    const found = await Promise.all(Array.from({ length: 20 }, (_, i) => open(i % 2 ? one : two, declared)))
    expect(new Set(found.map(({ sessionId }) => sessionId))).toEqual(new Set(['s-1']))
    expect(found[0]).toMatchObject({
      protocolVersion: '2025-06-18',
      capabilities: { tools: {}, logging: {} },
      serverInfo: { name: 'counting' },
      instructions: 'count',
    })
    expect(found[1]).toMatchObject({ ...found[0], nextId: expect.any(Function) })
    expect(methods('initialize').map((request) => (request.json() as Message).params?.capabilities)).toEqual([
      declared.capabilities,
    ])
    expect(methods('initialize')[0]?.header('x-stored')).toEqual(['v1'])
    expect(methods('notifications/initialized')[0]?.header('mcp-session-id')).toEqual(['s-1'])
    const ids = found.flatMap((session) => [session.nextId(), session.nextId()])
    expect(new Set(ids).size).toBe(40)
  })

  test('an open session is used without asking the registry', async () => {
    const { sessionId } = await open(one)
    one.registry.fail(true)
    expect((await open(one)).sessionId).toBe(sessionId)
    one.registry.fail(false)
  })

  test('another caller, other capabilities and another log level have sessions of their own', async () => {
    const other = one.registry.addKey()
    const ids = [
      await open(one),
      await open(one, { capabilities: { roots: {} } }),
      await open(one, { capabilities: {}, logLevel: 'debug' }),
      await open(one, plain, other),
      await open(two, { capabilities: { roots: {} } }),
    ].map(({ sessionId }) => sessionId)
    expect(ids).toEqual(['s-1', 's-2', 's-3', 's-4', 's-2'])
    const levels = methods('logging/setLevel')
    expect(
      levels.map((request) => [request.header('mcp-session-id')[0], (request.json() as Message).params]),
    ).toEqual([['s-3', { level: 'debug' }]])
  })

  test('a handshake that fails fails those who wait, and the next one tries again at once', async () => {
    upstream.answer(scripts.status(500))
    await expect(open(one)).rejects.toMatchObject({ code: 'upstream_unreachable' })
    upstream.answer(scripts.never)
    const slow = Promise.allSettled([open(one), open(one)])
    expect((await slow).map((one_) => one_.status)).toEqual(['rejected', 'rejected'])
    upstream.answer(counting)
    expect((await open(two)).sessionId).toBe('s-1')
  })

  test('what another gateway fails at is tried here', async () => {
    upstream.answer(scripts.inTurn(scripts.status(500), counting))
    const [a, b] = await Promise.allSettled([open(one), open(two)])
    expect([a.status, b.status].sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('a server that keeps no sessions is never sent an end', async () => {
    upstream.answer(scripts.legacyServer())
    expect((await open(one)).sessionId).toBeUndefined()
    expect((await open(two)).sessionId).toBeUndefined()
    expect(methods('initialize')).toHaveLength(1)
    one.registry.changeServer(server, { headers: [['x-stored', 'v2']] })
    await two.close()
    two = await startGateway(env, one.registry)
    expect(deletes()).toEqual([])
  })

  test('where server or credential change during the handshake nothing is kept and nothing more is sent', async () => {
    let answer = () => {}
    const gate = new Promise<void>((resolve) => {
      answer = resolve
    })
    upstream.answer(async (request, response) => {
      await gate
      await counting(request, response)
    })
    const bearer = await bearerAt(one)
    const waiting = one.deps.upstreamSessions.open(bearer, plain)
    await waitFor(() => upstream.requests.length === 1)
    const revision = one.registry.changeServer(server, { headers: [['x-stored', 'v2']] })
    await acknowledged(one, revision)
    answer()
    expect(await waiting).toBeUndefined()
    expect(upstream.requests.filter((request) => request.header('x-stored')[0] === 'v1')).toHaveLength(1)
    upstream.answer(counting)
    expect((await open(one)).sessionId).toBe('s-2')
    expect((await open(two)).sessionId).toBe('s-2')
  })

  test('without the registry a gateway opens one of its own, and ends it at the stop', async () => {
    await open(one)
    const bearer = await bearerAt(one)
    one.registry.fail(true)
    const session = await one.deps.upstreamSessions.open(bearer, { capabilities: { roots: {} } })
    expect(session?.sessionId).toBe('s-2')
    expect(await one.deps.upstreamSessions.open(bearer, { capabilities: { roots: {} } })).toBe(session)
    await one.deps.upstreamSessions.close()
    expect(endedIds()).toEqual(['s-2'])
    one.registry.fail(false)
  })
})

describe('forget', () => {
  test('a session that the server forgot is replaced on both gateways, once', async () => {
    const [at1, at2] = [await open(one), await open(two)]
    await one.deps.upstreamSessions.forget(await bearerAt(one), at1)
    expect((await open(one)).sessionId).toBe('s-2')
    expect((await open(two)).sessionId).toBe('s-1')
    await two.deps.upstreamSessions.forget(await bearerAt(two), at2)
    expect((await open(two)).sessionId).toBe('s-2')
    await two.deps.upstreamSessions.forget(await bearerAt(two), at2)
    expect((await open(two)).sessionId).toBe('s-2')
    expect(methods('initialize')).toHaveLength(2)
    expect(deletes()).toEqual([])
  })
})

describe('the end', () => {
  test.each([
    ['the server is deleted', () => one.registry.removeServer(server)],
    [
      'its credential is replaced',
      () => one.registry.changeServer(server, { headers: [['x-stored', 'v2']] }),
    ],
    ['the key is revoked', () => one.registry.removeKey(key)],
  ])('when %s, before that is acknowledged, with the headers it was opened with', async (_what, change) => {
    await open(one)
    const revision = change()
    await acknowledged(one, revision)
    expect(endedIds()).toEqual(['s-1'])
    expect(deletes()[0]?.header('mcp-protocol-version')).toEqual(['2025-06-18'])
    expect(deletes()[0]?.header('x-stored')).toEqual(['v1'])
  })

  test('a server that does not answer holds up the acknowledgement for about a second', async () => {
    await open(one)
    upstream.answer(scripts.never)
    const started = performance.now()
    const revision = one.registry.removeServer(server)
    await acknowledged(one, revision)
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(endedIds()).toEqual(['s-1'])
  })

  test('a change of another server ends nothing', async () => {
    await open(one)
    const revision =
      one.registry.addKey() &&
      one.registry.removeServer(one.registry.addServer({ slug: 'two', url: upstream.url }))
    await acknowledged(one, revision)
    expect((await open(one)).sessionId).toBe('s-1')
    expect(deletes()).toEqual([])
  })

  test('a gateway that stops leaves what another one uses to that one, and ends the rest', async () => {
    await open(one)
    await open(two)
    await open(two, { capabilities: { roots: {} } })
    await two.close()
    expect(endedIds()).toEqual(['s-2'])
    two = await startGateway(env, one.registry)
    await one.deps.upstreamSessions.close()
    expect(endedIds()).toEqual(['s-2', 's-1'])
  })

  test('after a gap all is forgotten here and nothing is sent; what the registry has is used on', async () => {
    await open(one)
    const bearer = await bearerAt(one)
    const own = await one.deps.upstreamSessions.openOwn(bearer, plain)
    one.deps.upstreamSessions.gap()
    await own?.end()
    expect(deletes()).toEqual([])
    expect((await open(one)).sessionId).toBe('s-1')
  })
})

describe('idle', () => {
  const quick = { ...env, GATEHOUSE_SESSION_IDLE_MS: '400' }

  test('a session that no gateway uses is ended once, also when the one that opened it is gone', async () => {
    const third = await startGateway(env, one.registry)
    await open(third)
    const sweeping = [await startGateway(quick, one.registry), await startGateway(quick, one.registry)]
    await waitFor(() => alive.size === 0)
    expect(endedIds()).toEqual(['s-1'])
    expect(deletes()[0]?.header('x-stored')).toEqual(['v1'])
    for (const gateway of [...sweeping, third]) await gateway.close()
  })

  test('one that is used, or kept for a long call, stays', async () => {
    const fourth = await startGateway(quick, one.registry)
    const kept = await open(fourth)
    const used = await open(fourth, { capabilities: { roots: {} } })
    const idle = await open(fourth, { capabilities: { sampling: {} } })
    const release = fourth.deps.upstreamSessions.keep(kept)
    await waitFor(async () => {
      await open(fourth, { capabilities: { roots: {} } })
      return !alive.has(idle.sessionId ?? '')
    })
    expect([...alive].sort()).toEqual([kept.sessionId, used.sessionId])
    release()
    await waitFor(() => alive.size === 0)
    expect(endedIds()).toHaveLength(3)
    await fourth.close()
  })
})

describe('a session of one’s own', () => {
  test('is shared with nobody and ended by whoever asked for it, once', async () => {
    const bearer = await bearerAt(one)
    const own = await one.deps.upstreamSessions.openOwn(bearer, plain)
    const other = await one.deps.upstreamSessions.openOwn(bearer, plain)
    expect([own?.sessionId, other?.sessionId, (await open(one)).sessionId]).toEqual(['s-1', 's-2', 's-3'])
    await own?.end()
    await own?.end()
    expect(endedIds()).toEqual(['s-1'])
  })

  test('is sent nothing more once the server has forgotten it', async () => {
    const bearer = await bearerAt(one)
    const own = await one.deps.upstreamSessions.openOwn(bearer, plain)
    if (own === undefined) throw new Error('something changed')
    await one.deps.upstreamSessions.forget(bearer, own)
    await own.end()
    expect(deletes()).toEqual([])
  })

  test('ends with its server before that is acknowledged, and at the stop', async () => {
    const bearer = await bearerAt(one)
    await one.deps.upstreamSessions.openOwn(bearer, plain)
    const revision = one.registry.changeServer(server, { headers: [['x-stored', 'v2']] })
    await acknowledged(one, revision)
    expect(endedIds()).toEqual(['s-1'])
    await one.deps.upstreamSessions.openOwn(await bearerAt(one), plain)
    await one.deps.upstreamSessions.close()
    expect(endedIds()).toEqual(['s-1', 's-2'])
    expect(deletes()[1]?.header('x-stored')).toEqual(['v2'])
  })
})
