// The fault proxy itself: each fault as both sides of a connection meet it.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { waitFor } from './wait-for.ts'

let server: Server
let proxy: FaultProxy
/** The server's ends, in the order of their connections. */
let accepted: Peer[]

/** One end of a connection and what it has met. */
class Peer {
  readonly socket: Socket
  got = ''
  ended = false
  closed = false
  error: string | undefined
  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.got += chunk.toString()
    })
    socket.on('end', () => {
      this.ended = true
    })
    socket.on('close', () => {
      this.closed = true
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code
    })
  }
}

beforeEach(async () => {
  accepted = []
  server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(new Peer(socket)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await startFaultProxy((server.address() as AddressInfo).port) // a TCP server has an AddressInfo
})
afterEach(async () => {
  await proxy.close()
  for (const { socket } of accepted) socket.destroy()
  server.close()
})

/** A client and the server's end of the same connection, both proved to work. */
async function pair(): Promise<{ client: Peer; far: Peer }> {
  const before = accepted.length
  const client = new Peer(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }))
  await waitFor(() => accepted.length > before)
  const far = accepted.at(-1)
  if (far === undefined) throw new Error('nothing was accepted')
  client.socket.write('>')
  far.socket.write('<')
  await waitFor(() => far.got === '>' && client.got === '<')
  far.got = client.got = ''
  return { client, far }
}

/** A round trip on a connection of its own: what passed until then has had its time. */
async function roundTrip() {
  const { client } = await pair()
  client.socket.destroy()
}

test('without a fault bytes, ends and resets pass both ways', async () => {
  const { client, far } = await pair()
  const much = 'x'.repeat(1_000_000)
  far.socket.write(much)
  client.socket.end('bye')
  await waitFor(() => client.got.length === much.length && far.got === 'bye' && far.ended)
  expect(client.ended).toBe(false)
  far.socket.resetAndDestroy()
  await waitFor(() => client.error === 'ECONNRESET')
  await waitFor(() => proxy.connections() === 0)
})

test('latency delays everything by as much, not each piece by more', async () => {
  const { client, far } = await pair()
  await proxy.set({ toClient: { latencyMs: 150 } })
  const from = performance.now()
  far.socket.write('a')
  await waitFor(() => performance.now() - from > 20)
  far.socket.write('b')
  await waitFor(() => client.got === 'ab')
  const took = performance.now() - from
  expect(took).toBeGreaterThanOrEqual(150)
  expect(took).toBeLessThan(290)
})

test('what is stalled arrives when the stall is lifted', async () => {
  const { client, far } = await pair()
  await proxy.set({ toClient: { stall: true } })
  far.socket.write('late')
  client.socket.write('passes')
  await waitFor(() => far.got === 'passes')
  far.socket.end()
  expect(client.got).toBe('')
  await proxy.set({})
  await waitFor(() => client.got === 'late' && client.ended)
})

test('a black hole takes bytes and ends for good, and only of the connections it met', async () => {
  const { client, far } = await pair()
  await proxy.set({ toClient: { blackHole: true } })
  far.socket.write('lost')
  client.socket.write('passes')
  await waitFor(() => far.got === 'passes')
  await proxy.set({})
  far.socket.end('also lost')
  await roundTrip()
  expect([client.got, client.ended, client.closed]).toEqual(['', false, false])
})

test('the connection is reset on both sides after exactly so many bytes', async () => {
  const { client, far } = await pair()
  await proxy.set({ toClient: { resetAfter: 3 } })
  far.socket.write('abcdef')
  await waitFor(() => client.error === 'ECONNRESET' && far.error === 'ECONNRESET')
  expect('abc'.startsWith(client.got)).toBe(true)
})

test('a half close ends one direction after exactly so many bytes, and the other goes on', async () => {
  const { client, far } = await pair()
  await proxy.set({ toClient: { halfCloseAfter: 3 } })
  far.socket.write('abcdef')
  await waitFor(() => client.ended)
  expect(client.got).toBe('abc')
  client.socket.write('still there')
  await waitFor(() => far.got === 'still there')
})

test('bandwidth bounds how fast bytes arrive, until it is lifted', async () => {
  const { client, far } = await pair()
  await proxy.set({ toClient: { bytesPerSecond: 10_000 } })
  const from = performance.now()
  far.socket.write('x'.repeat(1_000_000))
  await waitFor(() => client.got.length >= 2_000)
  expect(performance.now() - from).toBeGreaterThan(150)
  await proxy.set({})
  await waitFor(() => client.got.length === 1_000_000)
})

test('refused connections fail at once while open ones go on', async () => {
  const { client, far } = await pair()
  await proxy.set({ refuse: true })
  const other = new Peer(connect({ port: proxy.port, host: '127.0.0.1' }))
  await waitFor(() => other.error === 'ECONNREFUSED')
  client.socket.write('goes on')
  await waitFor(() => far.got === 'goes on')
  await proxy.set({})
  await roundTrip()
})

test('a reset takes every open connection, and new ones pass', async () => {
  const { client, far } = await pair()
  proxy.reset()
  await waitFor(() => client.error === 'ECONNRESET' && far.error === 'ECONNRESET')
  await roundTrip()
})
