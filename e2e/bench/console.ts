// How fast the console's lists are where much has happened: a million call records in 30 days and 10,000 tools on PostgreSQL, one
// registry, asked over HTTP as the console asks it. Says the percentiles of each question; --check fails where one is too slow.

import { parseArgs } from 'node:util'
import { scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { startReplicas } from '../src/replicas.ts'
import { type Seeded, seedCalls } from './console/seed.ts'
import { percentile } from './percentile.ts'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    /** Of each of 20 servers. */
    tools: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '30' },
    /** Fails where a list takes more than 500 ms or usage more than 1 s, each at the 95th percentile. */
    check: { type: 'boolean', default: false },
  },
})
const [calls, toolsOfServer, rounds] = [values.calls, values.tools, values.rounds].map(Number) as [
  number,
  number,
  number,
] // three in, three out

const tools = Array.from({ length: toolsOfServer }, (_, i) => ({
  name: `tool-${i}`,
  description: `Does number ${i} of the things that this server can do for whoever asks it to.`,
  inputSchema: { type: 'object', properties: { text: { type: 'string' }, count: { type: 'integer' } } },
}))
const upstream = await startRecordingUpstream(scripts.legacyServer({ tools }))
const all = await startReplicas({ gateways: [0], registryEnv: { GATEHOUSE_LOG_LEVEL: 'error' } })
const [registry] = all.registries
if (registry === undefined) throw new Error('there is a registry')

const servers: string[] = []
for (let i = 0; i < 20; i += 1) servers.push((await all.register(`${upstream.url}?server=${i}`)).id)
for (const id of servers) await ask(`/v1/servers/${id}/tools?force_refresh=true`)
const seedFrom = performance.now()
const seeded = await seedCalls(all.databaseUrl, calls, servers, toolsOfServer)
const seedS = (performance.now() - seedFrom) / 1_000
console.log(
  `${calls} call records, ${servers.length * toolsOfServer} tools, seeded and counted in ${seedS.toFixed(0)} s; ${rounds} rounds`,
)

let tooSlow = 0
await measure('calls, first page', 500, firstPages(seeded))
await measure('usage', 1_000, usages(seeded))
await measure(
  'tools of a server',
  500,
  servers.map((id) => `/v1/servers/${id}/tools`),
)
await measure(
  'tools of all servers by name',
  500,
  ['', 'q=tool-1', 'q=tool-499', 'q=tool+never', 'q=5&limit=200'].map((query) => `/v1/tools?${query}`),
)
await all.stop()
await upstream.close()
process.exit(values.check && tooSlow > 0 ? 1 : 0)

/** Every question in each round, so that what else the machine does meets all of them. */
async function measure(what: string, limitMs: number, paths: readonly string[]): Promise<void> {
  const times = new Map(paths.map((path) => [path, [] as number[]]))
  for (let round = 0; round < rounds; round += 1)
    for (const [path, taken] of times) {
      const from = performance.now()
      await ask(path)
      taken.push(performance.now() - from)
    }
  console.log(`\n${what}: at most ${limitMs} ms at p95`)
  for (const [path, taken] of times) {
    const p95 = percentile(taken, 0.95)
    if (p95 > limitMs) tooSlow += 1
    const figures = [percentile(taken, 0.5), p95, percentile(taken, 1)].map((ms) => ms.toFixed(0).padStart(6))
    console.log(
      `${p95 > limitMs ? 'SLOW' : 'ok  '} p50${figures[0]}  p95${figures[1]}  most${figures[2]} ms  ${path}`,
    )
  }
  const together = [...times.values()].flat()
  console.log(
    `     all: p50 ${percentile(together, 0.5).toFixed(0)} ms, p95 ${percentile(together, 0.95).toFixed(0)} ms`,
  )
}

async function ask(path: string): Promise<void> {
  const answer = await registry?.ask('GET', path)
  if (answer?.status !== 200)
    throw new Error(`${path} answered ${answer?.status}: ${JSON.stringify(answer?.body)}`)
}

/** Each column with what is common, rare and never there, and some of them together. */
function firstPages({ requestId }: Seeded): string[] {
  const day = (ago: number) => encodeURIComponent(new Date(Date.now() - ago * 86_400_000).toISOString())
  const [busy, quiet] = [servers[0], servers.at(-1)]
  const [eager, idle] = [seeded.keys[0], seeded.keys.at(-1)]
  return [
    '',
    ...[`server=${busy}`, `server=${quiet}`, 'server=00000000-0000-4000-8000-000000000000'],
    ...['tool=tool-0', `tool=tool-${toolsOfServer - 1}`, 'tool=never'],
    ...[`key=${eager}`, `key=${idle}`, 'key=00000000-0000-4000-8000-000000000000'],
    ...['method=tools/call', 'method=prompts/get', 'method=never'],
    ...['outcome=ok', 'outcome=tool_error', 'outcome=input_required', 'outcome=unknown'],
    ...['http_status=200', 'http_status=502', 'http_status=418'],
    ...['error_code=unauthorized', 'error_code=never', `request_id=${requestId}`, 'request_id=never'],
    ...['duration_ms_min=10', 'duration_ms_min=2000', 'duration_ms_min=1000000', 'duration_ms_max=1'],
    ...['upstream_ms_min=2000', 'upstream_ms_max=1', 'request_bytes_min=2190', 'request_bytes_min=100000'],
    ...['response_bytes_min=50000', 'response_bytes_min=1000000'],
    ...[`until=${day(20)}`, `until=${day(400)}`, `since=${day(0)}`, `since=${day(3)}&until=${day(2)}`],
    `server=${busy}&outcome=upstream_error&duration_ms_min=500`,
    `server=${quiet}&key=${idle}&tool=tool-1`,
    `tool=tool-0&method=tools/call&http_status=200&response_bytes_min=1000000`,
    `key=${eager}&outcome=refused&until=${day(10)}`,
  ].map((query) => `/v1/calls?${query}`)
}

function usages({ keys }: Seeded): string[] {
  const ranges = ['1h', '6h', '24h', '7d', '30d', '90d']
  return [
    ...ranges.flatMap((range) => ['server', 'tool', 'key'].map((by) => `range=${range}&by=${by}`)),
    `range=90d&by=tool&server=${servers[0]}`,
    `range=90d&by=key&tool=tool-0`,
    `range=30d&by=server&key=${keys[0]}&limit=50`,
  ].map((query) => `/v1/usage?${query}`)
}
