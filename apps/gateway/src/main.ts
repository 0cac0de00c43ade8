// The gateway as a process: settings, the registry's first word, a listener, and a stop that finishes its calls. The order of a
// request is in mcp/route.ts.

import { ConfigError } from '@gatehouse/config'
import { drain, listen, onStop } from '@gatehouse/http-kit'
import { collectDefaultMetrics } from 'prom-client'
import { createGatewayServer } from './app.ts'
import { loadGatewayConfig } from './config.ts'
import { openDeps } from './deps.ts'
import { registerMetrics } from './metrics.ts'

try {
  await start()
} catch (error) {
  const expected = error instanceof ConfigError || (error instanceof Error && error.name === 'Error')
  console.error(expected ? error.message : error)
  process.exit(1)
}

async function start(): Promise<void> {
  const config = loadGatewayConfig(process.env)
  const { deps, firstHello, listening, endStreams, close } = openDeps(config)
  collectDefaultMetrics({ register: deps.metrics })
  registerMetrics(deps)
  let stopping = false
  const server = createGatewayServer(deps, () => stopping)
  const port = await listen(server, config.PORT, config.GATEHOUSE_HOST)
  listening(port)
  const times = { settleMs: config.GATEHOUSE_SETTLE_MS, drainMs: config.GATEHOUSE_DRAIN_MS }
  onStop(async () => {
    stopping = true
    await new Promise((resolve) => setTimeout(resolve, times.settleMs))
    endStreams()
    await drain(server, times.drainMs)
    await close()
  }, times)
  await firstHello
  deps.log.info({ port }, 'ready')
  process.send?.({ kind: 'ready', port })
}
