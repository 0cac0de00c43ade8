// The promise of a deletion, over two registries and several gateways on one PostgreSQL: after its answer nobody uses what was
// taken away, also not a gateway that was frozen, or one whose registry is gone.

import { type RecordingUpstream, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Replicas, startReplicas } from '../src/replicas.ts'
import { post } from '../src/stack.ts'

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const ok = scripts.json({ jsonrpc: '2.0', id: 1, result: {} })
const quick = { GATEHOUSE_SETTLE_MS: '0', GATEHOUSE_DRAIN_MS: '5000' }
const servers = '/v1/deepagents/mcp-servers'
/** Longer than a deletion waits. */
const [leaseMs, waitMs] = [15_000, 5_000]

let all: Replicas
beforeAll(async () => {
  all = await startReplicas({
    gateways: [2, 2],
    gatewayEnv: quick,
    registryEnv: { GATEHOUSE_LEASE_MS: String(leaseMs), GATEHOUSE_REVOCATION_WAIT_MS: String(waitMs) },
  })
}, 120_000)
afterAll(() => all.stop())

async function register(value: string) {
  const upstream = await startRecordingUpstream(ok)
  onTestFinished(() => upstream.close())
  return { upstream, ...(await all.register(upstream.url, [['X-Stored', value]])) }
}

const call = async (address: string) => (await post(address, all.key, list)).status
const registry = (at: number) => {
  const found = all.registries[at]
  if (!found) throw new Error(`no registry ${at}`)
  return found
}
const values = ({ requests }: RecordingUpstream) => requests.flatMap((one) => one.header('x-stored'))

test('no use after the 204, with two registries and four gateways under load', async () => {
  for (let round = 0; round < 6; round += 1) {
    const { upstream, addresses, id } = await register(`v${round}`)
    let deleted = false
    const late: number[] = []
    const callers = addresses.flatMap((address) =>
      Array.from({ length: 4 }, async () => {
        for (let after = 0; after < 5; ) {
          const begunLate = deleted
          const status = await call(address)
          if (begunLate) after = late.push(status) && after + 1
        }
      }),
    )
    await waitFor(() => upstream.requests.length > 40)
    expect((await registry(round % 2).ask('DELETE', `${servers}/${id}`)).status).toBe(204)
    deleted = true
    await Promise.all(callers)
    expect(late.length).toBe(80)
    expect(new Set(late)).toEqual(new Set([404]))
  }
}, 60_000)

test('a frozen gateway makes it 503 until its lease is over, then 204; it wakes with 503 and sends nothing old', async () => {
  const doomed = await register('doomed')
  const rotated = await register('old')
  for (const address of [...doomed.addresses, ...rotated.addresses]) expect(await call(address)).toBe(200)
  const frozen = all.gateways[3]
  if (!frozen) throw new Error('there are four gateways')
  const at = [doomed, rotated].map(({ addresses }) => addresses[3] ?? '')
  frozen.app.child.kill('SIGSTOP')
  const frozenAt = performance.now()

  const take = () =>
    Promise.all([
      registry(0).ask('DELETE', `${servers}/${doomed.id}`),
      registry(1).ask('PATCH', `${servers}/${rotated.id}`, { headers: [{ key: 'X-Stored', value: 'new' }] }),
    ])
  const first = await take()
  expect(first.map(({ status, body }) => [status, (body as { code: string }).code])).toEqual([
    [503, 'revocation_pending'],
    [503, 'revocation_pending'],
  ])
  const done = async () => {
    const statuses = (await take()).map(({ status }) => status)
    if (statuses.includes(503)) return false
    expect(statuses).toEqual([204, 200])
    return true
  }
  await waitFor(done, { deadlineMs: leaseMs + waitMs })
  expect(performance.now() - frozenAt).toBeGreaterThan(leaseMs / 2)
  const before = [doomed, rotated].map(({ upstream }) => upstream.requests.length)

  const waiting = [...at, ...at, ...at].map(call)
  frozen.app.child.kill('SIGCONT')
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([503]))
  await waitFor(async () => (await call(at[1] ?? '')) === 200)
  expect(await call(at[0] ?? '')).toBe(404)
  expect(doomed.upstream.requests.length).toBe(before[0])
  expect(new Set(values(rotated.upstream).slice(before[1]))).toEqual(new Set(['new']))
}, 90_000)

test('where a registry is gone its gateways go on to the end of their lease, and a deletion at another one waits for that', async () => {
  const own = await startReplicas({
    gateways: [1, 1],
    gatewayEnv: quick,
    registryEnv: { GATEHOUSE_LEASE_MS: '6000' },
  })
  onTestFinished(() => own.stop())
  const upstream = await startRecordingUpstream(ok)
  onTestFinished(() => upstream.close())
  const [doomed, kept] = [await own.register(upstream.url), await own.register(upstream.url)]
  const [cutOff, connected] = [0, 1]
  const ask = async (server: typeof doomed, at: number) =>
    (await post(server.addresses[at] ?? '', own.key, list)).status
  for (const at of [cutOff, connected])
    expect([await ask(doomed, at), await ask(kept, at)]).toEqual([200, 200])

  await own.registries[0]?.app.stop('SIGKILL')
  expect(await ask(doomed, cutOff)).toBe(200)
  let deleted = false
  const late: number[] = []
  const caller = (async () => {
    while (late.length < 5) {
      const begunLate = deleted
      const status = await ask(doomed, cutOff)
      if (begunLate) late.push(status)
    }
  })()
  expect((await own.registries[1]?.ask('DELETE', `${servers}/${doomed.id}`))?.status).toBe(204)
  deleted = true
  await caller
  expect(late).toEqual([503, 503, 503, 503, 503])
  expect([await ask(kept, cutOff), await ask(kept, connected)]).toEqual([503, 200])

  await own.registries[0]?.restart()
  await waitFor(async () => (await ask(kept, cutOff)) === 200)
  expect(await ask(doomed, cutOff)).toBe(404)
}, 90_000)
