// Binds both listeners to their apps, and stops them without losing a request.

import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { isLoopback } from '@gatehouse/config'
import { type Allowed, allowed, type DrainTimes, drain, listen } from '@gatehouse/http-kit'
import { internalApp, publicApp } from './app.ts'
import type { Config } from './config.ts'
import type { Deps } from './deps.ts'

export interface Serving {
  readonly port: number
  readonly internalPort: number
  /** Not ready for a while, then no new connection, then the rest is cut. */
  stop(times: DrainTimes): Promise<void>
}

/** @throws Error with one sentence for a busy port */
export async function serve(deps: Deps): Promise<Serving> {
  const { config } = deps
  const standing = { stopping: false, allowed: allowedHere(config, config.PORT) }
  const open = toServer(
    config,
    publicApp(deps, () => standing),
  )
  const internal = toServer(config, internalApp(deps))
  const port = await listen(open, config.PORT, config.GATEHOUSE_HOST)
  standing.allowed = allowedHere(config, port)
  try {
    const internalPort = await listen(internal, config.INTERNAL_PORT, config.GATEHOUSE_HOST)
    return {
      port,
      internalPort,
      async stop({ settleMs, drainMs }) {
        standing.stopping = true
        await new Promise((resolve) => setTimeout(resolve, settleMs))
        const drained = Promise.all([drain(open, drainMs), drain(internal, drainMs)])
        for (const stream of [...deps.streams]) stream.end()
        await drained
      },
    }
  } catch (error) {
    open.close()
    throw error
  }
}

/** The console passes browsers' requests on from its own origin. */
const allowedHere = (config: Config, port: number): Allowed => {
  const own = {
    publicUrls: [config.PUBLIC_URL],
    loopback: isLoopback(config.GATEHOUSE_HOST),
    port,
    hosts: config.GATEHOUSE_ALLOWED_HOSTS,
    origins: [new URL(config.CONSOLE_PUBLIC_URL).origin, ...config.GATEHOUSE_ALLOWED_ORIGINS],
  }
  return allowed(own)
}

function toServer(config: Config, app: RequestListener): Server {
  const { TLS_CERT_FILE, TLS_KEY_FILE } = config
  const limits = { headersTimeout: 10_000, requestTimeout: 60_000, maxHeaderSize: 64 * 1024 }
  if (TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined) return createServer(limits, app)
  return createTlsServer(
    { ...limits, cert: readFileSync(TLS_CERT_FILE), key: readFileSync(TLS_KEY_FILE) },
    app,
  )
}
