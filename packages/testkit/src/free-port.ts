// For programs that can't be told port 0. Everything of our own takes port 0 and says what it got.

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** A port that was free on loopback a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  server.close()
  await once(server, 'close')
  return port
}
