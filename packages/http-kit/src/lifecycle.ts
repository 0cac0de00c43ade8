// Listening, and stopping without losing a request.

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Binds and resolves with the port; a busy port rejects with one clear sentence.
 * @param shared others of this process may listen there too
 */
export function listen(server: Server, port: number, host: string, shared = false): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const sentence =
        error.code === 'EADDRINUSE'
          ? `Port ${port} on ${host} is in use: stop the other program or set another port`
          : error.code === 'EACCES'
            ? `Port ${port} on ${host} needs more rights: choose one above 1023`
            : error.message
      reject(new Error(sentence, { cause: error }))
    })
    server.listen({ port, host, reusePort: shared }, () => resolve((server.address() as AddressInfo).port))
  })
}

export interface DrainTimes {
  /** Not ready, but still accepting, so that balancers notice. */
  readonly settleMs: number
  /** Longest wait for requests in flight. */
  readonly drainMs: number
}

/** Stops accepting, lets requests in flight finish for at most `drainMs`, then closes what is left. */
export async function drain(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // Node closes the connections that are idle now; those that become idle later would stay for their keep-alive time.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const timer = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearInterval(sweep)
  clearTimeout(timer)
}

/** Runs `stop` once on SIGTERM or SIGINT, or when a parent that holds a channel to us is gone. A second signal exits at once. */
export function onStop(stop: (times: DrainTimes) => Promise<void>, times: DrainTimes): void {
  let stopping = false
  const begin = () => {
    if (stopping) return
    stopping = true
    stop(times).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  const handle = () => {
    if (stopping) process.exit(1)
    begin()
  }
  process.on('SIGTERM', handle)
  process.on('SIGINT', handle)
  process.once('disconnect', begin)
}
