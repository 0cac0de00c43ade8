// One gateway: what it keeps, a listener, and a stop that finishes its calls. Where a process runs several, each is a thread of its
// own and a gateway like any other to the registry: threads/threads.ts.

import { drain, listen } from '@gatehouse/http-kit'
import { collectDefaultMetrics } from 'prom-client'
import { createGatewayServer } from './app.ts'
import type { Config } from './config.ts'
import { openDeps } from './deps.ts'
import { registerMetrics } from './metrics.ts'
import { shareMetrics } from './threads/share-metrics.ts'

export interface Running {
  readonly port: number
  /** Resolves with the registry's first word. */
  readonly ready: Promise<void>
  stop(): Promise<void>
}

/** Its place among the threads of the process. */
export interface Place {
  readonly index: number
  readonly threads: number
  /** That all of them listen on. */
  readonly port: number
}

/** Resolves when it listens. @param place where it is one of several */
export async function runGateway(config: Config, place?: Place): Promise<Running> {
  const { deps, firstHello, listening, endStreams, close } = openDeps(config)
  collectDefaultMetrics({ register: deps.metrics })
  registerMetrics(deps)
  const metrics = shareMetrics(deps.metrics, place)
  let stopping = false
  const newServer = () => createGatewayServer(deps, () => stopping, metrics)
  const server = newServer()
  const port = await listen(server, place?.port ?? config.PORT, config.GATEHOUSE_HOST, place !== undefined)
  const own = place && newServer()
  listening(port, own && (await listen(own, ownPort(config, place), config.GATEHOUSE_HOST)))
  return {
    port,
    ready: firstHello.then(() => deps.log.info({ port }, 'ready')),
    async stop() {
      stopping = true
      await new Promise((resolve) => setTimeout(resolve, config.GATEHOUSE_SETTLE_MS))
      endStreams()
      await Promise.all([server, own].map((one) => one && drain(one, config.GATEHOUSE_DRAIN_MS)))
      await close()
      metrics.close()
    },
  }
}

/** Where other gateways reach this thread and no other: the ports after the one that all share; on loopback any. */
const ownPort = ({ GATEHOUSE_PEER_URL }: Config, { port, index }: Place) =>
  GATEHOUSE_PEER_URL === undefined ? 0 : port + 1 + index
