// A registry whose disk is full, and one that may hold few files open: nothing that was acknowledged is lost, and all is well as soon as
// there is room again.

import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import {
  type RecordingUpstream,
  scripts,
  spawnApp,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { alone } from '../src/alone.ts'
import { api, dataFolder } from '../src/product.ts'
import { post } from '../src/stack.ts'

const servers = '/v1/deepagents/mcp-servers'
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

let data: ReturnType<typeof dataFolder>
let apps: Awaited<ReturnType<typeof alone>>
let upstream: RecordingUpstream
beforeEach(async () => {
  data = dataFolder()
  apps = await alone({ embedded: data.folder })
  upstream = await startRecordingUpstream(scripts.legacyServer())
})
afterEach(async () => {
  await upstream.close()
  data.remove()
})

test('a full disk ends it with one sentence; what was acknowledged is there at the next start', async () => {
  await (await spawnApp('registry', apps.registryEnv)).stop()
  // What it has so far is smaller; the log of its changes soon is not.
  const registry = await spawnApp('registry', apps.registryEnv, { limits: { fileKiB: 12 * 1024 } })
  const first = String(registry.ready.api_key)
  const ask = (key: string, method: string, path: string, body?: unknown) =>
    api(apps.registryUrl + path, key, method, body)
  const gateway = await spawnApp('gateway', apps.gatewayEnv)
  // The key of the start itself is another one after the next start.
  const made = await ask(first, 'POST', '/v1/api-keys', { name: 'k', kind: 'service' })
  const { key } = made.body as { key: string } // as created
  const known = await ask(first, 'POST', servers, { name: 'known', slug: 'known', url: upstream.url })
  const acknowledged = new Set([String((known.body as { id: string }).id)])
  const call = async () => (await post(`${apps.gatewayUrl}/mcp/known`, key, list)).status
  expect(await call()).toBe(200)

  const refused: number[] = []
  const headers = Array.from({ length: 30 }, (_, i) => ({ key: `x-${i}`, value: 'v'.repeat(1_000) }))
  for (let i = 0; i < 400 && registry.child.exitCode === null; i += 1) {
    const slug = `s${i}`
    const body = { name: slug, slug, url: `https://${slug}.example/mcp`, headers }
    const answer = await Promise.race([
      ask(first, 'POST', servers, body).catch(() => undefined), // it is gone
      setTimeout(10_000, { status: 'late', body: undefined }),
    ])
    expect(answer?.status).not.toBe('late')
    if (answer?.status === 201) acknowledged.add(String((answer.body as { id: string }).id))
    else if (answer) refused.push(Number(answer.status))
  }
  expect(await registry.ended).toBe(1)
  expect(registry.output()).toContain('has stopped, most likely because its disk is full: make room')
  expect(new Set(refused)).toEqual(new Set([503]))
  expect(acknowledged.size).toBeGreaterThan(10)
  // Every change makes a gateway ask again: it says to come again, and nothing wrong.
  expect([200, 503]).toContain(await call())

  const again = await spawnApp('registry', apps.registryEnv)
  const next = String(again.ready.api_key)
  const found = (await ask(next, 'GET', servers)).body as { id: string }[] // the list
  expect(found.map(({ id }) => id).sort()).toEqual([...acknowledged].sort())
  expect((await ask(next, 'GET', '/v1/audit/verify')).status).toBe(200)
  await waitFor(async () => (await call()) === 200)
  await gateway.stop()
  await again.stop()
}, 180_000)

test('with more connections than it may hold it turns away, and is well once they are gone', async () => {
  const registry = await spawnApp('registry', apps.registryEnv, { limits: { files: 320 } })
  const gateway = await spawnApp('gateway', apps.gatewayEnv)
  const key = String(registry.ready.api_key)
  const made = await api(apps.registryUrl + servers, key, 'POST', { name: 'a', slug: 'a', url: upstream.url })
  expect(made.status).toBe(201)
  const call = async () => (await post(`${apps.gatewayUrl}/mcp/a`, key, list)).status
  expect(await call()).toBe(200)
  const crowd: Socket[] = []
  let closed = 0
  for (let i = 0; i < 600; i += 1) {
    const socket = connect(Number(new URL(apps.registryUrl).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.once('close', () => (closed += 1))
    crowd.push(socket)
  }
  await waitFor(() => closed > 100)
  expect(await call()).toBe(200)
  expect(registry.child.exitCode).toBeNull()
  for (const socket of crowd) socket.destroy()
  const create = (slug: string) =>
    api(apps.registryUrl + servers, key, 'POST', { name: slug, slug, url: upstream.url })
  await waitFor(async () => (await create('b')).status !== 0, { deadlineMs: 5_000 })
  expect((await create('c')).status).toBe(201)
  expect(await call()).toBe(200)
  await gateway.stop()
  expect(await registry.stop()).toBe(0)
}, 120_000)
