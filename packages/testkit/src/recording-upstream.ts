// A plain HTTP server that keeps every byte it is sent, and answers as a script says. Scripts are in scripts.ts.

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Recorded {
  readonly method: string
  readonly url: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** Which connection it came on, from 1. */
  readonly connection: number
  /** All values of a header, whatever its case. */
  header(name: string): string[]
  /** The body as JSON; undefined where it is none. */
  json(): unknown
  /** Resolves when the connection or the answer is over; `aborted` when that was before our end. */
  readonly over: Promise<{ aborted: boolean }>
}

/** Answers one request, at once or later. */
export type Script = (request: Recorded, response: ServerResponse) => void | Promise<void>

export interface RecordingUpstream {
  /** Of its MCP endpoint; every path is answered. */
  readonly url: string
  readonly origin: string
  readonly requests: Recorded[]
  /** Connections accepted so far. */
  connections(): number
  /** Replaces the script for requests from now on. */
  answer(script: Script): void
  /** Drops every open connection with a reset. */
  reset(): void
  close(): Promise<void>
}

export async function startRecordingUpstream(script: Script): Promise<RecordingUpstream> {
  let current = script
  let accepted = 0
  const requests: Recorded[] = []
  const sockets = new Map<Socket, number>()
  const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const over = new Promise<{ aborted: boolean }>((resolve) => {
      response.once('close', () => resolve({ aborted: !response.writableFinished }))
    })
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return // the sender broke off: nothing to record
    }
    const { method = '', url = '', rawHeaders } = request
    const body = Buffer.concat(chunks)
    const recorded: Recorded = {
      method,
      url,
      rawHeaders,
      body,
      connection: sockets.get(request.socket) ?? 0,
      header: (name) =>
        rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name.toLowerCase()),
      json: () => parse(body),
      over,
    }
    requests.push(recorded)
    await current(recorded, response)
  })
  server.on('connection', (socket) => {
    sockets.set(socket, ++accepted)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has an AddressInfo

  return {
    origin,
    url: `${origin}/mcp`,
    requests,
    connections: () => accepted,
    answer(next) {
      current = next
    },
    reset() {
      for (const socket of sockets.keys()) socket.resetAndDestroy()
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
