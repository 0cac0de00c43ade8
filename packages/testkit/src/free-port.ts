// A port for a process that takes it by a setting. Not one of those that the system gives to outgoing connections and to
// whoever listens on port 0: such a one may be taken again before the process is up.

import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Nobody listens on it now, and nobody gets it by chance. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000) // Linux gives from 32768 on by itself, others from 49152
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue
      throw error
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
