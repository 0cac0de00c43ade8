// Two registries and two gateways on one PostgreSQL, with a fault proxy on each way between them.

import { type App, freePort, spawnApp, startFaultProxy } from '@gatehouse/testkit'
import { createDatabase, startPostgres } from '@gatehouse/testkit/databases'
import { alone } from './alone.ts'
import { ownerKey } from './owner-key.ts'
import { api } from './product.ts'

export type FaultyCluster = Awaited<ReturnType<typeof startFaultyCluster>>

/** Gateway 0 holds on to registry 0, gateway 1 to registry 1. */
export async function startFaultyCluster(
  settings: { gateway?: Readonly<Record<string, string>>; registry?: Readonly<Record<string, string>> } = {},
) {
  const postgres = await startPostgres({ keepsCommits: true })
  const database = new URL(await createDatabase(postgres.adminUrl))
  const apps = await alone({ postgresql: database.href })
  const nodes = [await startNode(), await startNode()] as const

  async function startNode() {
    const toDatabase = await startFaultProxy(Number(new URL(postgres.adminUrl).port))
    const url = new URL(database)
    url.port = String(toDatabase.port)
    const [port, internal, gatewayPort] = [await freePort(), await freePort(), await freePort()]
    const registryUrl = `http://localhost:${port}`
    const registryEnv = {
      ...apps.registryEnv,
      GATEHOUSE_DATABASE_TIMEOUT_MS: '1700',
      ...settings.registry,
      PORT: String(port),
      INTERNAL_PORT: String(internal),
      PUBLIC_URL: registryUrl,
      DATABASE_URL: url.href,
    }
    const registry = await spawnApp('registry', registryEnv)
    const toRegistry = await startFaultProxy(internal)
    const gatewayUrl = `http://localhost:${gatewayPort}`
    const gateway = await spawnApp('gateway', {
      ...apps.gatewayEnv,
      ...settings.gateway,
      PORT: String(gatewayPort),
      PUBLIC_URL: gatewayUrl,
      REGISTRY_URL: toRegistry.origin,
    })
    return { toDatabase, toRegistry, registry, registryUrl, registryEnv, gateway, gatewayUrl }
  }

  const key = await ownerKey({ ...apps, ...nodes[0] })
  const ask = (node: 0 | 1, method: string, path: string, body?: unknown) =>
    api(nodes[node].registryUrl + path, key, method, body)
  let count = 0
  return {
    postgres,
    nodes,
    key,
    /** A request to one of the registries. */
    ask,
    /** Registers a server; `address(n)` is its address at gateway n. */
    async register(url: string, headers: readonly (readonly [string, string])[] = []) {
      count += 1
      const slug = `s${count}`
      const stored = headers.map(([name, value]) => ({ key: name, value }))
      const body = { name: slug, slug, url, headers: stored }
      const made = await ask(0, 'POST', '/v1/deepagents/mcp-servers', body)
      if (made.status !== 201)
        throw new Error(`registering answered ${made.status}: ${JSON.stringify(made.body)}`)
      const { id } = made.body as { id: string } // as registered
      return { id, slug, address: (node: 0 | 1) => `${nodes[node].gatewayUrl}/mcp/${slug}` }
    },
    /** @throws Error with the output of an app that had ended by itself */
    async stop() {
      const all: App[] = nodes.flatMap(({ gateway, registry }) => [gateway, registry])
      const fallen = all.find(({ child }) => child.exitCode)
      await Promise.all(
        nodes.flatMap(({ toDatabase, toRegistry }) => [toDatabase.set({}), toRegistry.set({})]),
      )
      for (const { child } of all) child.kill('SIGCONT')
      await Promise.all(nodes.map(({ gateway }) => gateway.stop()))
      await Promise.all(nodes.map(({ registry }) => registry.stop()))
      await Promise.all(
        nodes.flatMap(({ toDatabase, toRegistry }) => [toDatabase.close(), toRegistry.close()]),
      )
      await postgres.stop()
      if (fallen) throw new Error(`an app ended by itself:\n${fallen.output()}`)
    },
  }
}
