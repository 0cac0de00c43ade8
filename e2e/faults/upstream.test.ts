// Servers behind broken wires: whatever happens to the connection, the client gets its own answer, an error with the code for what
// happened, or a broken connection; a tool runs at most once; and another server's calls don't notice.

import {
  type FaultProxy,
  type Faults,
  type RecordingUpstream,
  type Script,
  scripts,
  startFaultProxy,
  startRecordingUpstream,
} from '@gatehouse/testkit'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Caller, legacyCaller } from '../src/callers.ts'
import { post, type Stack, startStack } from '../src/stack.ts'
import { runTraffic, startTraffic, type Traffic } from '../src/traffic.ts'

const mib = 1024 * 1024

let stack: Stack
let upstream: RecordingUpstream
let proxy: FaultProxy
let other: RecordingUpstream
let address: string
let otherAddress: string
let bystanders: Traffic

beforeAll(async () => {
  stack = await startStack({
    GATEHOUSE_CALL_TIMEOUT_MS: '1500',
    GATEHOUSE_FIRST_BYTE_TIMEOUT_MS: '1500',
    GATEHOUSE_CIRCUIT_OPEN_MS: '1000',
  })
  upstream = await startRecordingUpstream(scripts.legacyServer())
  proxy = await startFaultProxy(Number(new URL(upstream.url).port))
  address = (await stack.register(`${proxy.origin}/mcp`)).address
  other = await startRecordingUpstream(scripts.legacyServer())
  otherAddress = (await stack.register(other.url)).address
  bystanders = runTraffic({ callers: callers(otherAddress, 4), upstreams: [other] })
})
afterEach(async () => {
  await proxy.set({})
  upstream.answer(scripts.legacyServer())
})
afterAll(async () => {
  const { failures, slowestMs } = await bystanders.stop()
  await stack.stop()
  await Promise.all([proxy.close(), upstream.close(), other.close()])
  expect(failures).toEqual({})
  expect(slowestMs).toBeLessThan(2_000)
})

const callers = (to: string, count: number): Caller[] =>
  Array.from({ length: count }, () => legacyCaller({ address: () => to, key: stack.key }))

/** One call as a stream of two events, the second of them its answer. */
const inTwoEvents: Script = (request, response) => {
  const { id, params } = request.json() as { id: number; params: { arguments: unknown } } // of a caller
  const text = JSON.stringify(params.arguments)
  const progress = {
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken: 1, progress: 1 },
  }
  const answer = { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } }
  return scripts.sse([scripts.event(progress), scripts.event(answer)])(request, response)
}

const cases: { name: string; faults: Faults; expected: string[]; script?: Script }[] = [
  { name: 'refused connections', faults: { refuse: true }, expected: ['502 1003'] },
  { name: 'a stalled answer', faults: { toClient: { stall: true } }, expected: ['504 1004'] },
  { name: 'a stalled request', faults: { toServer: { stall: true } }, expected: ['504 1004'] },
  { name: 'an answer that is swallowed', faults: { toClient: { blackHole: true } }, expected: ['504 1004'] },
  { name: 'a reset before the answer', faults: { toClient: { resetAfter: 0 } }, expected: ['502 1003'] },
  { name: 'a reset within the head', faults: { toClient: { resetAfter: 40 } }, expected: ['502 1003'] },
  // The head is some 140 bytes: the client has it by then, and only the end of the connection is honest.
  {
    name: 'a reset within a JSON answer',
    faults: { toClient: { resetAfter: 260 } },
    expected: ['cut'],
  },
  {
    name: 'a half close within a JSON answer',
    faults: { toClient: { halfCloseAfter: 260 } },
    expected: ['cut'],
  },
  {
    name: 'a reset within an event',
    faults: { toClient: { resetAfter: 330 } },
    expected: ['cut', '200 1003'],
    script: inTwoEvents,
  },
  {
    name: 'a half close within an event',
    faults: { toClient: { halfCloseAfter: 330 } },
    expected: ['cut', '200 1003'],
    script: inTwoEvents,
  },
  { name: 'a dripping answer', faults: { toClient: { bytesPerSecond: 100 } }, expected: ['504 1004', 'cut'] },
]

test.each(cases)('$name', async ({ faults, expected, script }) => {
  upstream.answer(script ?? scripts.legacyServer())
  const traffic = startTraffic({ callers: callers(address, 6), upstreams: [upstream] })
  await traffic.flows()
  await proxy.set(faults)
  if (faults.refuse) proxy.reset() // or calls would go on over open connections
  await expect.poll(() => sum(traffic.failures), { timeout: 8_000 }).toBeGreaterThanOrEqual(12)
  await proxy.set({})
  proxy.reset() // what lost bytes never speaks again
  await traffic.heals(5_000)
  // What fails again and again is left alone for a second, and that is said.
  await traffic.stop([...expected, '502 1003'])
})

const sum = (failures: ReadonlyMap<string, number>) => [...failures.values()].reduce((a, b) => a + b, 0)

test('latency delays answers and loses none', async () => {
  const traffic = startTraffic({ callers: callers(address, 6), upstreams: [upstream] })
  await proxy.set({ toClient: { latencyMs: 200 }, toServer: { latencyMs: 200 } })
  await traffic.flows(24)
  await traffic.stop()
})

test('a huge answer is broken off at 16 MiB, and the gateway keeps nothing of it', async () => {
  const memory = async () => {
    const text = await (await fetch(`${stack.gatewayUrl}/metrics`)).text()
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1])
  }
  const before = await memory()
  const endless: Script = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(mib)));
    }
    response.on('drain', more)
    more()
  }
  upstream.answer(endless)
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const sizes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      let size = 0
      try {
        const answer = await post(address, stack.key, list)
        for await (const chunk of answer.body ?? []) size += (chunk as Uint8Array).length
      } catch {
        return size
      }
      throw new Error('a whole answer')
    }),
  )
  for (const size of sizes) expect(size).toBeLessThan(18 * mib)
  await expect.poll(async () => ((await memory()) - before) / mib, { timeout: 5_000 }).toBeLessThan(96)
})
