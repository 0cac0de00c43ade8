import { createEgress } from '@gatehouse/egress'
import { type RecordingUpstream, type Script, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { createLease } from '../registry/lease.ts'
import { createPools, Superseded } from './pools.ts'

const circuit = { failures: 5, openMs: 1_000, monotonic: () => 0 }
const egress = createEgress({ allow: ['127.0.0.0/8'] })
const [before, after] = ['01900000-0000-7000-8000-00000000000a', '01900000-0000-7000-8000-00000000000b']

async function setUp(script: Script = scripts.json({})) {
  const upstream = await startRecordingUpstream(script)
  const lease = createLease(() => 0)
  lease.granted(0, 60_000)
  const pools = createPools({ egress, connectTimeoutMs: 1_000, lease, circuit })
  onTestFinished(async () => {
    await pools.close()
    await upstream.close()
  })
  return { upstream, pools, lease, server: serverAt(upstream) }
}

const serverAt = ({ url }: Pick<RecordingUpstream, 'url'>, id = 's') => ({ id, url })
const request = { path: '/mcp', method: 'POST', body: '{}' } as const

test('a request that still waits for its connection when the credential is replaced is never sent', async () => {
  const { upstream, pools, server } = await setUp()
  const waiting = pools.take('w', server, before).request({ ...request, origin: upstream.origin })
  pools.drop('w')
  await expect(waiting).rejects.toBeInstanceOf(Superseded)
  expect(upstream.requests).toEqual([])
  const answer = await pools.take('w', server, after).request({ ...request, origin: upstream.origin })
  expect(answer.statusCode).toBe(200)
  await answer.body.dump()
})

test('a request that still waits for its connection when the lease ends is never sent, nor is one after it', async () => {
  const { upstream, pools, lease, server } = await setUp()
  const ask = () => pools.take('w', server, before).request({ ...request, origin: upstream.origin })
  const waiting = ask()
  lease.end()
  await expect(waiting).rejects.toMatchObject({ code: 'registry_unreachable' })
  await expect(ask()).rejects.toMatchObject({ code: 'registry_unreachable' })
  expect(upstream.requests).toEqual([])
})

test('who holds a pool across several requests hears that it was replaced, not that the server is unreachable', async () => {
  const { upstream, pools, server } = await setUp()
  const held = pools.take('w', server, before)
  await (await held.request({ ...request, origin: upstream.origin })).body.dump()
  pools.drop('w')
  await expect(held.request({ ...request, origin: upstream.origin })).rejects.toBeInstanceOf(Superseded)
  expect(upstream.requests).toHaveLength(1)
})

test('a change of another server of the workspace keeps the connections', async () => {
  const { upstream, pools, server } = await setUp()
  const ask = async (workspace: string) => {
    const answer = await pools
      .take(workspace, server, before)
      .request({ ...request, origin: upstream.origin })
    await answer.body.dump()
  }
  await ask('w')
  await ask('v')
  pools.drop('w', 'other')
  await ask('w')
  await ask('v')
  pools.drop('w', server.id)
  await ask('w')
  await ask('v')
  expect(upstream.requests.map(({ connection }) => connection)).toEqual([1, 2, 1, 2, 3, 2])
})

test('an answer that is on the wire when the credential is replaced is finished', async () => {
  let go = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const { upstream, pools, server } = await setUp(scripts.sse(['data: 1\n\n', gate, 'data: 2\n\n']))
  const answer = await pools.take('w', server, before).request({ ...request, origin: upstream.origin })
  pools.drop('w')
  go()
  expect(await answer.body.text()).toBe('data: 1\n\ndata: 2\n\n')
})

test('neither two workspaces nor two credentials share a connection', async () => {
  const { upstream, pools, server } = await setUp()
  for (const [workspace, generation] of [
    ['w', before],
    ['w', after],
    ['v', before],
    ['w', before],
  ] as const) {
    const answer = await pools
      .take(workspace, server, generation)
      .request({ ...request, origin: upstream.origin })
    await answer.body.dump()
  }
  expect(upstream.requests.map(({ connection }) => connection)).toEqual([1, 2, 3, 1])
})

test("a change of one's account keeps the sockets of all others", async () => {
  const { upstream, pools, server } = await setUp()
  const ask = async (generation: string, ownerId?: string | null) => {
    const account = ownerId === undefined ? undefined : { ownerId, mayBeStale: true }
    const answer = await pools
      .take('w', server, generation, account)
      .request({ ...request, origin: upstream.origin })
    await answer.body.dump()
    return upstream.requests.at(-1)?.connection
  }
  const all = async () => [
    await ask('ada', 'a'),
    await ask('bob', 'b'),
    await ask('service', null),
    await ask('stored'),
  ]
  expect(await all()).toEqual([1, 2, 3, 4])
  pools.dropAccounts('v', 'a')
  expect(await all()).toEqual([1, 2, 3, 4])
  pools.dropAccounts('w', 'a')
  expect(await all()).toEqual([5, 2, 6, 4])
  pools.dropAccounts('w', server.id)
  expect(await all()).toEqual([7, 8, 9, 4])
})

test('a request of an account that still waits for its connection when that is taken away is never sent', async () => {
  const { upstream, pools, server } = await setUp()
  const waiting = pools
    .take('w', server, before, { ownerId: 'a', mayBeStale: true })
    .request({ ...request, origin: upstream.origin })
  pools.dropAccounts('w', 'a')
  await expect(waiting).rejects.toBeInstanceOf(Superseded)
  expect(upstream.requests).toEqual([])
})

test('tokens that ran out open no circuit, refused fresh ones do', async () => {
  const { upstream, pools, server } = await setUp(scripts.status(401))
  const ask = async (mayBeStale: boolean) => {
    const answer = await pools
      .take('w', server, before, { ownerId: 'a', mayBeStale })
      .request({ ...request, origin: upstream.origin })
    await answer.body.dump()
  }
  for (let i = 0; i < 20; i += 1) await ask(true)
  for (let i = 0; i < circuit.failures; i += 1) await ask(false)
  await expect(ask(true)).rejects.toMatchObject({ code: 'upstream_auth_failed' })
  expect(pools.circuits().credential.open).toBe(1)
})

test("an address that is not allowed is the server's fault, in its literal form and behind a name", async () => {
  const strict = createPools({
    egress: createEgress({ allow: [] }),
    connectTimeoutMs: 1_000,
    lease: createLease(() => 0),
    circuit,
  })
  onTestFinished(() => strict.close())
  const literal = serverAt({ url: 'https://127.0.0.1:9/mcp' })
  expect(() => strict.take('w', literal, before)).toThrow(
    expect.objectContaining({ code: 'upstream_unreachable' }),
  )
  const named = strict.take('w', serverAt({ url: 'https://localhost:9/mcp' }), before)
  await expect(named.request({ ...request, origin: 'https://localhost:9' })).rejects.toMatchObject({
    code: 'upstream_unreachable',
  })
})
