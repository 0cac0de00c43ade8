// Real clients against real servers in every combination that exists, on one server's address and on the one for all, through
// two gateways that take turns.

import { type Everything, type FixtureServer, startEverything, startFixtureServer } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectV1, connectV2, textOf } from '../src/clients.ts'
import { connectThroughMcpRemote, inspect } from '../src/command-clients.ts'
import { dataFolder } from '../src/product.ts'
import { type Stack, startStack } from '../src/stack.ts'

interface Peer {
  readonly tool: string
  readonly args: Readonly<Record<string, string>>
  readonly says: string
}

const fixture: Peer = { tool: 'test_simple_text', args: {}, says: 'simple text' }
const peers: Readonly<Record<string, Peer>> = {
  'a legacy server': fixture,
  'a modern server': fixture,
  'a server of both eras': fixture,
  'server-everything': { tool: 'echo', args: { message: 'hello there' }, says: 'hello there' },
}

const data = dataFolder()
const slugs = new Map<string, string>()
let stack: Stack
let running: (FixtureServer | Everything)[]

beforeAll(async () => {
  stack = await startStack({}, 2)
  running = await Promise.all([
    startFixtureServer({ eras: 'legacy' }),
    startFixtureServer({ eras: 'modern' }),
    startFixtureServer({ eras: 'both' }),
    startEverything(),
  ])
  for (const [at, name] of Object.keys(peers).entries())
    slugs.set(name, (await stack.register(running[at]?.url ?? '')).slug)
}, 120_000)
afterAll(async () => {
  expect(Math.min(...(stack?.balancer?.counts ?? []))).toBeGreaterThan(0)
  await Promise.all(running?.map((server) => server.close()) ?? [])
  await stack?.stop()
  data.remove()
})

describe.each(Object.keys(peers))('%s', (name) => {
  const peer = peers[name] as Peer // of the keys above
  const slugOf = () => slugs.get(name) ?? ''
  const places = [
    { where: 'its own address', address: () => `${stack.gatewayUrl}/mcp/${slugOf()}`, tool: () => peer.tool },
    {
      where: 'the address for all',
      address: () => `${stack.gatewayUrl}/mcp/`,
      tool: () => `${slugOf()}__${peer.tool}`,
    },
  ]

  for (const { where, address, tool } of places) {
    test(`answers the SDK v1 client on ${where}`, async () => {
      const client = await connectV1(address(), stack.key)
      expect((await client.listTools()).tools.map((one) => one.name)).toContain(tool())
      expect(textOf(await client.callTool({ name: tool(), arguments: peer.args }))).toContain(peer.says)
      await client.close()
    })

    for (const mode of ['auto', 'legacy', { pin: '2026-07-28' }] as const) {
      test(`answers the SDK v2 client (${JSON.stringify(mode)}) on ${where}`, async () => {
        const client = await connectV2(address(), stack.key, mode)
        expect((await client.listTools()).tools.map((one) => one.name)).toContain(tool())
        expect(textOf(await client.callTool({ name: tool(), arguments: peer.args }))).toContain(peer.says)
        await client.close()
      })
    }

    test(`answers the inspector's command line in its three ways on ${where}`, async () => {
      const args = Object.entries(peer.args).flatMap(([key, value]) => ['--tool-arg', `${key}=${value}`])
      const call = ['--method', 'tools/call', '--tool-name', tool(), ...args]
      for (const era of ['legacy', 'auto', 'modern'] as const)
        expect(JSON.stringify(await inspect(data.folder, address(), stack.key, era, ...call))).toContain(
          peer.says,
        )
    })

    test(`answers a stdio client through mcp-remote on ${where}`, async () => {
      const client = await connectThroughMcpRemote(data.folder, address(), stack.key)
      expect((await client.listTools()).tools.map((one) => one.name)).toContain(tool())
      expect(textOf(await client.callTool({ name: tool(), arguments: peer.args }))).toContain(peer.says)
      await client.close()
    })
  }
})
