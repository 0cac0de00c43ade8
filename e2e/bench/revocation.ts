// How long a deletion takes: two registries and eight gateways on one PostgreSQL, all of them busy with the server that goes. Says
// when the last call reached it, when the deletion was answered, and how many calls began after that and still reached it.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { waitFor } from '@gatehouse/testkit'
import { startReplicas } from '../src/replicas.ts'
import { post } from '../src/stack.ts'
import { percentile } from './percentile.ts'

const { values } = parseArgs({
  options: {
    deletions: { type: 'string', default: '300' },
    /** Calls per second, over all gateways. */
    rate: { type: 'string', default: '300' },
  },
})
const deletions = Number(values.deletions)
const loopsPerGateway = 2
const everyMs = (8 * loopsPerGateway * 1_000) / Number(values.rate)
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x', arguments: {} } }
const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [] } })

/** When a request with the stored header last came for each path. */
const lastUse = new Map<string, number>()
const upstream = createServer((request, response) => {
  if (request.headers['x-stored'] !== undefined) lastUse.set(request.url ?? '', performance.now())
  request.resume()
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer))
})
await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` // a TCP server has an AddressInfo

const all = await startReplicas({
  gateways: [4, 4],
  gatewayEnv: { GATEHOUSE_SETTLE_MS: '0', GATEHOUSE_LOG_LEVEL: 'error' },
  registryEnv: { GATEHOUSE_LOG_LEVEL: 'error' },
})
const servers = []
for (let i = 0; i < deletions; i += 1) {
  const path = `/mcp/${i}`
  servers.push({ path, ...(await all.register(origin + path, [['X-Stored', 'canary']])) })
}

const toLastUse: number[] = []
const toAnswer: number[] = []
let calls = 0
let lateUses = 0
for (const [round, { path, id, addresses }] of servers.entries()) {
  let answered = false
  const reached = new Set<string>()
  const loops = addresses.flatMap((address) =>
    Array.from({ length: loopsPerGateway }, async () => {
      for (let late = false; !late; ) {
        late = answered
        const next = pause(everyMs)
        const { status } = await post(address, all.key, call)
        calls += 1
        if (status === 200) reached.add(address)
        if (status === 200 && late) lateUses += 1
        await next
      }
    }),
  )
  await waitFor(() => reached.size === addresses.length)
  const from = performance.now()
  const { status } =
    (await all.registries[round % 2]?.ask('DELETE', `/v1/deepagents/mcp-servers/${id}`)) ?? {}
  if (status !== 204) throw new Error(`DELETE answered ${status}`)
  answered = true
  toAnswer.push(performance.now() - from)
  await Promise.all(loops)
  toLastUse.push(Math.max(0, (lastUse.get(path) ?? 0) - from))
}
await all.stop()
upstream.close()

const at = (times: readonly number[], share: number) => percentile(times, share).toFixed(1)
const row = (name: string, times: readonly number[]) =>
  `${name.padEnd(24)} p50 ${at(times, 0.5)} ms   p99 ${at(times, 0.99)} ms   most ${at(times, 1)} ms`
console.log(
  `${deletions} deletions, ${all.gateways.length} gateways, 2 registries, ${calls} calls at ${values.rate} a second`,
)
console.log(row('from DELETE to last use', toLastUse))
console.log(row('from DELETE to answer', toAnswer))
console.log(`uses by calls that began after the answer: ${lateUses}`)
process.exit(lateUses === 0 ? 0 : 1)
