// Several registries, each with gateways of its own, as processes on one PostgreSQL.

import { type App, freePort, spawnApp } from '@gatehouse/testkit'
import { createDatabase, startPostgres } from '@gatehouse/testkit/databases'
import { alone } from './alone.ts'
import { ownerKey } from './owner-key.ts'
import { api } from './product.ts'

export type Replicas = Awaited<ReturnType<typeof startReplicas>>

interface Gateway {
  readonly app: App
  readonly url: string
}

interface Registry {
  readonly internalUrl: string
  /** The process that runs now. */
  readonly app: App
  /** A request with the key. */
  ask(method: string, path: string, body?: unknown): ReturnType<typeof api>
  /** Starts it again on the same ports. */
  restart(): Promise<void>
}

interface Options {
  /** How many gateways each registry has. */
  readonly gateways: readonly number[]
  readonly registryEnv?: Readonly<Record<string, string>>
  readonly gatewayEnv?: Readonly<Record<string, string>>
}

export async function startReplicas({ gateways: counts, registryEnv, gatewayEnv }: Options) {
  const postgres = await startPostgres()
  const databaseUrl = await createDatabase(postgres.adminUrl)
  const apps = await alone({ postgresql: databaseUrl })
  let key = ''

  const startRegistry = async (port: number, internal: number): Promise<Registry> => {
    const url = `http://localhost:${port}`
    const own = { PORT: String(port), INTERNAL_PORT: String(internal), PUBLIC_URL: url }
    const env = { ...apps.registryEnv, ...registryEnv, ...own }
    const registry = {
      internalUrl: `http://127.0.0.1:${internal}`,
      app: await spawnApp('registry', env),
      ask: (method: string, path: string, body?: unknown) => api(url + path, key, method, body),
      async restart() {
        registry.app = await spawnApp('registry', env)
      },
    }
    return registry
  }

  const startGateway = async ({ internalUrl }: Registry): Promise<Gateway> => {
    const port = String(await freePort())
    const url = `http://localhost:${port}`
    const own = { PORT: port, PUBLIC_URL: url, REGISTRY_URL: internalUrl }
    return { app: await spawnApp('gateway', { ...apps.gatewayEnv, ...gatewayEnv, ...own }), url }
  }

  const { PORT, INTERNAL_PORT } = apps.registryEnv
  const registries = [await startRegistry(Number(PORT), Number(INTERNAL_PORT))]
  key = await ownerKey(apps)
  while (registries.length < counts.length)
    registries.push(await startRegistry(await freePort(), await freePort()))
  const gateways: Gateway[] = []
  for (const [at, registry] of registries.entries())
    for (let i = 0; i < (counts[at] ?? 0); i += 1) gateways.push(await startGateway(registry))

  let count = 0
  return {
    ...{ key, databaseUrl, registryUrl: apps.registryUrl, consoleUrl: apps.consoleUrl },
    registries,
    gateways,
    /** @returns its id, and its address at each gateway */
    async register(url: string, stored: readonly (readonly [string, string])[] = []) {
      count += 1
      const slug = `s${count}`
      const headers = stored.map(([name, value]) => ({ key: name, value }))
      const body = { name: slug, slug, url, headers }
      const made = await registries[0]?.ask('POST', '/v1/deepagents/mcp-servers', body)
      if (made?.status !== 201)
        throw new Error(`registering answered ${made?.status}: ${JSON.stringify(made?.body)}`)
      const { id } = made.body as { id: string }
      return { id, addresses: gateways.map((gateway) => `${gateway.url}/mcp/${slug}`) }
    },
    async stop() {
      for (const { app } of gateways) app.child.kill('SIGCONT') // a frozen one would not hear
      await Promise.all(gateways.map(({ app }) => app.stop()))
      await Promise.all(registries.map(({ app }) => app.stop()))
      await postgres.stop()
    },
  }
}
