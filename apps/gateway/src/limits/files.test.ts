// A gateway that may hold few files open, and more connections than that: it turns away, goes on with what it has, and is well again
// as soon as they are gone.

import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { type RecordingUpstream, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type GatewayProcess, startGatewayProcess } from '../testing/gateway-process.ts'

const files = 120
let gateway: GatewayProcess
let upstream: RecordingUpstream
let key: string

beforeAll(async () => {
  gateway = await startGatewayProcess({ GATEHOUSE_CIRCUIT_OPEN_MS: '200' }, { files })
  upstream = await startRecordingUpstream(scripts.legacyServer())
  for (const slug of ['one', 'two']) gateway.registry.addServer({ slug, url: upstream.url, era: 'legacy' })
  key = gateway.registry.addKey().key
})
afterAll(async () => {
  await gateway.stop()
  await upstream.close()
})

const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}'

/** The status, by a connection that stays open or one of its own; 0 where it broke. */
const call = (slug: string, by?: Agent): Promise<number> =>
  new Promise((resolve) => {
    const asked = request(`${gateway.url}/mcp/${slug}`, {
      method: 'POST',
      agent: by ?? false,
      timeout: 3_000,
      headers: { 'x-api-key': key, 'content-type': 'application/json', 'content-length': body.length },
    })
    asked.on('response', (response) => {
      response.resume()
      response.on('close', () => resolve(response.statusCode ?? 0))
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(0))
    asked.end(body)
  })

test('more connections than it may hold: what is open goes on, and all is well once they are gone', async () => {
  expect([await call('one', agent), await call('two', agent)]).toEqual([200, 200])
  const crowd: Socket[] = []
  const leave = () => {
    for (const socket of crowd.splice(0)) socket.destroy()
  }
  onTestFinished(leave)
  for (let round = 0; round < 3; round += 1) {
    let refused = 0
    for (let i = 0; i < 3 * files; i += 1) {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
      socket.on('error', () => {})
      socket.once('close', () => (refused += 1))
      crowd.push(socket)
    }
    await waitFor(() => refused > files)
    // By a connection of before, over a connection of before.
    for (let i = 0; i < 5; i += 1) expect(await call('one', agent)).toBe(200)
    // What would need another file is refused, with an answer or without.
    expect([0, 502, 503]).toContain(await call('two'))
    expect(gateway.isAlive()).toBe(true)
    leave()
    await waitFor(async () => (await call('two')) === 200 && (await call('one')) === 200, {
      deadlineMs: 5_000,
    })
  }
  gateway.registry.addServer({ slug: 'new', url: upstream.url, era: 'legacy' })
  await waitFor(async () => (await call('new')) === 200)
  expect(gateway.output()).not.toMatch(/unexpected|unhandled|uncaught/i)
}, 60_000)
