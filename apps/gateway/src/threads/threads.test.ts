import { request } from 'node:http'
import { peersAnswer } from '@gatehouse/registry-api/internal'
import { scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { startGatewayProcess } from '../testing/gateway-process.ts'

/** Over a connection of its own: those are what is dealt out among the threads. */
const ask = (url: string, headers: Record<string, string> = {}, body?: string) =>
  new Promise<{ status: number | undefined; thread: string; text: string }>((resolve, reject) => {
    const asking = request(url, { agent: false, method: body ? 'POST' : 'GET', headers }, async (answer) => {
      const chunks: Buffer[] = await answer.toArray()
      // Request ids begin with what their thread drew.
      const thread = String(answer.headers['x-request-id']).slice(0, 12)
      resolve({ status: answer.statusCode, thread, text: Buffer.concat(chunks).toString() })
    })
    asking.on('error', reject).end(body)
  })

const numbers = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? ([\\d.]+)$`, 'gm'))].map(([, value]) => Number(value))

test('two threads share a port and its calls, count as one, are reached one by one, and stop together', async () => {
  const gateway = await startGatewayProcess({ GATEHOUSE_THREADS: '2' })
  const { registry } = gateway
  const upstream = await startRecordingUpstream(scripts.json({ jsonrpc: '2.0', id: 1, result: {} }))
  onTestFinished(() => upstream.close())
  const { key } = registry.addKey()
  registry.addServer({ slug: 'one', url: upstream.url, era: 'legacy' })
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  const threads = new Set<string>()
  for (let i = 0; i < 40; i += 1) {
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    const { status, thread } = await ask(`${gateway.url}/mcp/one`, headers, body)
    expect(status).toBe(200)
    threads.add(thread)
  }
  expect(threads.size).toBe(2)

  const told = await fetch(`${registry.url}/internal/peers`, { method: 'POST', body: 'null' })
  const addresses = peersAnswer.parse(await told.json()).map(({ address }) => address)
  expect(new Set([gateway.url, ...addresses]).size).toBe(3)
  for (const url of [gateway.url, ...addresses]) {
    const { text } = await ask(`${url}/metrics`)
    expect(numbers(text, 'gatehouse_gateway_calls_total')).toEqual([40])
    expect(numbers(text, 'process_start_time_seconds')).toHaveLength(1)
    expect(numbers(text, 'gatehouse_gateway_registry_revision')).toEqual([registry.acknowledged()])
  }

  await gateway.stop()
  expect(new Set(registry.returned).size).toBe(2)
  expect(registry.records).toHaveLength(40)
})
