// A gateway in this process on a port of its own, with an internal listener behind it.

import { once } from 'node:events'
import { listen } from '@gatehouse/http-kit'
import { createGatewayServer } from '../app.ts'
import { loadGatewayConfig } from '../config.ts'
import { type Deps, openDeps } from '../deps.ts'
import { type InternalListener, startInternalListener } from './internal-listener.ts'

export interface TestGateway {
  /** Base URL without a trailing slash. */
  readonly url: string
  readonly deps: Deps
  readonly registry: InternalListener
  /** As at the beginning of a stop. */
  endStreams(): void
  close(): Promise<void>
}

/**
 * @param env settings beyond those that a test gateway needs anyway
 * @param shared the registry of another gateway, which then closes it
 */
export async function startGateway(
  env: NodeJS.ProcessEnv = {},
  shared?: InternalListener,
): Promise<TestGateway> {
  const registry = shared ?? (await startInternalListener())
  const config = loadGatewayConfig({
    PORT: '0',
    REGISTRY_URL: registry.url,
    GATEWAY_TOKEN: 'a-token-of-a-test-gateway-0123456789abcdef',
    CONSOLE_PUBLIC_URL: 'http://localhost:7402',
    GATEHOUSE_EGRESS_ALLOW: '127.0.0.0/8,localhost',
    GATEHOUSE_LOG_LEVEL: 'silent',
    // The tests share this event loop, and the machine with others.
    GATEHOUSE_MAX_EVENT_LOOP_DELAY_MS: '3600000',
    ...env,
  })
  const opened = openDeps(config)
  const server = createGatewayServer(opened.deps, () => false)
  const port = await listen(server, 0, '127.0.0.1')
  opened.listening(port)
  await opened.firstHello
  return {
    url: `http://127.0.0.1:${port}`,
    deps: opened.deps,
    registry,
    endStreams: opened.endStreams,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await opened.close()
      if (registry !== shared) await registry.close()
    },
  }
}
