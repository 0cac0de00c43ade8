// The three apps as processes of their own, so that one of them can die while the others go on.

import { spawnApp } from '@gatehouse/testkit'
import { alone } from './alone.ts'
import { dataFolder } from './product.ts'

/** Nothing is registered; the registry has made its one-time link and a key, as under `npm start`. */
export async function startApart() {
  const data = dataFolder()
  const apps = await alone({ embedded: data.folder })
  const registryEnv = { ...apps.registryEnv, GATEHOUSE_HEALTH_INTERVAL_MS: '60000' }
  const first = await spawnApp('registry', registryEnv)
  const others = [await spawnApp('gateway', apps.gatewayEnv), await spawnApp('console', apps.consoleEnv)]
  let registry = first
  return {
    gateway_url: apps.gatewayUrl,
    registry_url: apps.registryUrl,
    console_url: apps.consoleUrl,
    console_link: String(first.ready.console_link),
    api_key: String(first.ready.api_key),
    registry: {
      /** Without a goodbye. */
      kill: () => registry.stop('SIGKILL'),
      async restart() {
        registry = await spawnApp('registry', registryEnv)
      },
    },
    async stop() {
      await Promise.all(others.map((app) => app.stop('SIGKILL')))
      await registry.stop()
      data.remove()
    },
  }
}
