// A TCP proxy that spoils what passes, for tests of how the two sides bear it: slow, stalled, swallowed, cut, refused. Faults are
// switched while connections are open. How one direction of a connection is spoilt: fault-pump.ts.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type Fault, pump } from './fault-pump.ts'

export interface Faults {
  /** What clients send. */
  readonly toServer?: Fault
  /** What the server sends. */
  readonly toClient?: Fault
  /** Nobody listens; what is open stays open. */
  readonly refuse?: boolean
}

export interface FaultProxy {
  readonly port: number
  readonly origin: string
  /** Takes the place of all faults so far, for open connections too; `{}` heals. Byte counts begin anew. */
  set(faults: Faults): Promise<void>
  /** Resets every open connection, towards both sides. */
  reset(): void
  /** How many are open now. */
  connections(): number
  close(): Promise<void>
}

/** @param target a port of the loopback interface */
export async function startFaultProxy(target: number): Promise<FaultProxy> {
  let faults: Faults = {}
  let changed = Promise.withResolvers<void>()
  const pairs = new Set<readonly [client: Socket, server: Socket]>()

  const accept = (client: Socket) => {
    const server = connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true })
    const pair = [client, server] as const
    pairs.add(pair)
    const over = () => {
      if (client.destroyed && server.destroyed) pairs.delete(pair)
    }
    for (const socket of pair) {
      socket.on('error', () => {}) // the pumps see it
      socket.once('close', over)
    }
    const switched = () => changed.promise
    void pump({ from: client, to: server, fault: () => faults.toServer ?? none, switched })
    void pump({ from: server, to: client, fault: () => faults.toClient ?? none, switched })
  }

  const open = async (port: number): Promise<Server> => {
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, accept).listen(port, '127.0.0.1')
    await once(listener, 'listening')
    return listener
  }
  let listener: Server | undefined = await open(0)
  const { port } = listener.address() as AddressInfo // a TCP server that listens has one

  const reset = () => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy()
  }
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    async set(next) {
      faults = next
      changed.resolve()
      changed = Promise.withResolvers()
      if (next.refuse) {
        listener?.close()
        listener = undefined
      } else listener ??= await open(port)
    },
    reset,
    connections: () => pairs.size,
    async close() {
      const closed = listener && once(listener, 'close')
      listener?.close()
      for (const pair of pairs) for (const socket of pair) socket.destroy()
      changed.resolve()
      await closed
    },
  }
}

const none: Fault = {}
