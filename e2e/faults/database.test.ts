// PostgreSQL behind broken wires and across restarts, under two registries and two gateways: calls go on by what is known, writes
// are made or refused in time, what was acknowledged stays, and everything is well again by itself.

import { type RecordingUpstream, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { legacyCaller } from '../src/callers.ts'
import { type FaultyCluster, startFaultyCluster } from '../src/faulty-cluster.ts'
import { startTraffic } from '../src/traffic.ts'
import { startWriters } from '../src/writers.ts'

const quick = { GATEHOUSE_SETTLE_MS: '0', GATEHOUSE_DRAIN_MS: '5000' }

let cluster: FaultyCluster
let upstream: RecordingUpstream
let server: Awaited<ReturnType<FaultyCluster['register']>>

beforeAll(async () => {
  cluster = await startFaultyCluster({ gateway: quick, registry: quick })
  upstream = await startRecordingUpstream(scripts.legacyServer())
  server = await cluster.register(upstream.url, [['X-Stored', 'v']])
}, 120_000)
afterAll(async () => {
  await cluster.stop()
  await upstream.close()
})

/** Both gateways. */
const traffic = () =>
  startTraffic({
    callers: ([0, 1, 0, 1] as const).map((node) =>
      legacyCaller({ address: () => server.address(node), key: cluster.key }),
    ),
    upstreams: [upstream],
  })

const databases = () => cluster.nodes.map(({ toDatabase }) => toDatabase)

/** A change made at one registry, after which no gateway may use what was before it. */
async function expectDeletionHolds() {
  const own = await startRecordingUpstream(scripts.legacyServer())
  try {
    const doomed = await cluster.register(own.url, [['X-Stored', 'doomed']])
    const calls = ([0, 1] as const).map((node) =>
      legacyCaller({ address: () => doomed.address(node), key: cluster.key }),
    )
    for (const call of calls) expect(await call('before')).toEqual({ kind: 'ok' })
    await expect
      .poll(async () => (await cluster.ask(0, 'DELETE', `/v1/deepagents/mcp-servers/${doomed.id}`)).status, {
        timeout: 15_000,
      })
      .toBe(204)
    const { length } = own.requests
    for (const call of calls) expect(await call('after')).toEqual({ kind: 'refused', code: '404 flat' })
    expect(own.requests.length).toBe(length)
  } finally {
    await own.close()
  }
}

const faults: { name: string; strike: () => Promise<unknown>; heal?: () => Promise<unknown> }[] = [
  {
    name: 'every connection reset',
    strike: async () => {
      for (const proxy of databases()) proxy.reset()
    },
  },
  {
    name: 'stalled',
    strike: () => Promise.all(databases().map((proxy) => proxy.set({ toClient: { stall: true } }))),
    heal: () => Promise.all(databases().map((proxy) => proxy.set({}))),
  },
  {
    name: 'gone',
    strike: async () => {
      await Promise.all(databases().map((proxy) => proxy.set({ refuse: true })))
      for (const proxy of databases()) proxy.reset()
    },
    heal: () => Promise.all(databases().map((proxy) => proxy.set({}))),
  },
  { name: 'restarted', strike: () => cluster.postgres.restart('SIGINT') },
  { name: 'crashed and restarted', strike: () => cluster.postgres.restart('SIGQUIT') },
]

test.each(faults)(
  '$name: no call of what is known fails, a write is made or 503 in time, all is well within 5 s',
  async ({ strike, heal }) => {
    const calls = traffic()
    await calls.heals(10_000) // each gateway knows what it needs
    if (heal) onTestFinished(async () => void (await heal()))
    await strike()
    await calls.flows(40)
    await heal?.()
    await calls.heals(5_000)
    expect((await calls.stop()).failures).toEqual({})

    const writes = startWriters(cluster)
    const changing = traffic()
    await writes.flows()
    await strike()
    if (heal) {
      await expect.poll(() => writes.refused(), { timeout: 8_000 }).toBeGreaterThan(3)
      await heal()
    }
    await writes.heals(5_000)
    await changing.heals(5_000)
    await writes.stop()
    // Every write makes the gateways ask again: who asks while nobody can answer is refused.
    await changing.stop(['503 1005', '503 flat'])
    await expectDeletionHolds()
  },
  60_000,
)
