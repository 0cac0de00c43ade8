// Registry and gateway as two processes on an embedded database, and what tests of the wire need around them.

import { freePort, spawnApp } from '@gatehouse/testkit'
import { alone } from './alone.ts'
import { api, dataFolder } from './product.ts'
import { startBalancer } from './round-robin.ts'

export type Stack = Awaited<ReturnType<typeof startStack>>

/**
 * @param gatewayEnv more settings of the gateway
 * @param replicas more than one: that many gateways behind a balancer that sends each request to another than the last
 * @param registryEnv more settings of the registry
 */
export async function startStack(
  gatewayEnv: Readonly<Record<string, string>> = {},
  replicas = 1,
  registryEnv: Readonly<Record<string, string>> = {},
) {
  const data = dataFolder()
  const apps = await alone({ embedded: data.folder })
  const registry = await spawnApp('registry', { ...apps.registryEnv, ...registryEnv })
  const ports = replicas === 1 ? [Number(apps.gatewayEnv.PORT)] : await freePorts(replicas)
  const gateways = await Promise.all(
    ports.map((port) => spawnApp('gateway', { ...apps.gatewayEnv, ...gatewayEnv, PORT: String(port) })),
  )
  const [gateway] = gateways
  if (gateway === undefined) throw new Error('a stack has a gateway')
  const balancer = replicas === 1 ? undefined : await startBalancer(Number(apps.gatewayEnv.PORT), ports)
  const key = String(registry.ready.api_key)
  const ask = (method: string, path: string, body?: unknown) =>
    api(apps.registryUrl + path, key, method, body)
  let count = 0
  return {
    ...apps,
    key,
    registry,
    gateway,
    gateways,
    balancer,
    ask,
    /** Registers a server and returns its address at the gateway. */
    async register(url: string, headers: readonly (readonly [string, string])[] = []) {
      count += 1
      const slug = `s${count}`
      const stored = headers.map(([name, value]) => ({ key: name, value }))
      const made = await ask('POST', '/v1/deepagents/mcp-servers', { name: slug, slug, url, headers: stored })
      if (made.status !== 201)
        throw new Error(`registering answered ${made.status}: ${JSON.stringify(made.body)}`)
      const { id } = made.body as { id: string }
      return { id, slug, address: `${apps.gatewayUrl}/mcp/${slug}` }
    },
    /** Another key of the same workspace. */
    async otherKey(body: Readonly<Record<string, unknown>> = {}) {
      const made = await ask('POST', '/v1/api-keys', { name: 'other', kind: 'service', ...body })
      return made.body as { id: string; key: string }
    },
    async stop() {
      await balancer?.close()
      await Promise.all(gateways.map((one) => one.stop()))
      await registry.stop()
      data.remove()
    },
  }
}

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  return ports
}

export const modernHeaders = (method: string, name?: string) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  ...(name !== undefined && { 'mcp-name': name }),
})

export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** One POST as an MCP client makes it. */
export function post(
  address: string,
  key: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  signal: AbortSignal | null = null,
) {
  return fetch(address, {
    signal,
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  })
}
