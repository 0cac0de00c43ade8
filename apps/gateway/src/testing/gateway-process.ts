// A gateway as a process of its own, with an internal listener in the test's: for what is measured or limited per process.

import { freePort, type ProcessLimits, spawnApp } from '@gatehouse/testkit'
import { type InternalListener, startInternalListener } from './internal-listener.ts'

export interface GatewayProcess {
  readonly url: string
  readonly registry: InternalListener
  /** All it printed so far. */
  output(): string
  isAlive(): boolean
  /** Bytes that its heap and its buffers hold, garbage collected. */
  memory(): Promise<number>
  /** Resolves with its exit code; null where it had to be killed. */
  stop(): Promise<number | null>
}

// Asked by the test, it collects garbage and says what is left.
const measure = `process.on('message', (what) => {
  if (what !== 'measure') return
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  process.send({ kind: 'measured', bytes: heapUsed + external })
})
process.channel?.unref()`

/**
 * @param env settings beyond those that a test gateway needs anyway
 * @param limits what the system lets it have
 */
export async function startGatewayProcess(
  env: NodeJS.ProcessEnv = {},
  limits: ProcessLimits = {},
): Promise<GatewayProcess> {
  const registry = await startInternalListener()
  const port = await freePort()
  const app = await spawnApp(
    'gateway',
    {
      PORT: String(port),
      REGISTRY_URL: registry.url,
      GATEWAY_TOKEN: 'a-token-of-a-test-gateway-0123456789abcdef',
      CONSOLE_PUBLIC_URL: 'http://localhost:7402',
      GATEHOUSE_EGRESS_ALLOW: '127.0.0.0/8,localhost',
      GATEHOUSE_SETTLE_MS: '0',
      GATEHOUSE_DRAIN_MS: '1000',
      NODE_OPTIONS: `--expose-gc --import "data:text/javascript,${encodeURIComponent(measure)}"`,
      ...env,
    },
    { limits },
  )
  return {
    url: `http://127.0.0.1:${port}`,
    registry,
    output: app.output,
    isAlive: () => app.child.exitCode === null && app.child.signalCode === null,
    memory: () =>
      new Promise((resolve) => {
        const take = (message: { kind?: string; bytes?: number }) => {
          if (message.kind !== 'measured') return
          app.child.off('message', take)
          resolve(message.bytes ?? 0)
        }
        app.child.on('message', take)
        app.child.send('measure')
      }),
    async stop() {
      const late = setTimeout(() => app.child.kill('SIGKILL'), 10_000)
      const code = await app.stop()
      clearTimeout(late)
      await registry.close()
      return code
    },
  }
}
