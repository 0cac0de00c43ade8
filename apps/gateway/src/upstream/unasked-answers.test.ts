// A server that sends more answers than it was asked for: what nobody asked for never reaches the next caller, however it lies on
// the kept-alive connection.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ GATEHOUSE_CIRCUIT_FAILURES: '100000' })
})
afterAll(() => gateway.close())

const planted = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"planted"}]}}'
const answer = (body: string, more = '') =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`
const extra = answer(planted)

/** How a server goes on after what it has to say. */
interface Way {
  readonly name: string
  /** Instead of the plain right answer. */
  readonly own?: (body: string) => string
  /** On a connection that is open and has said nothing. */
  readonly first?: string
  /** Sent with the answer itself. */
  readonly same?: string
  /** Sent once the answer is through. */
  readonly later?: string
}
const chunked = (body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
const event = (body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${(body.length + 8).toString(16)}\r\ndata: ${body}\n\n\r\n0\r\n\r\n`

const ways: readonly Way[] = [
  { name: 'with the answer', same: extra },
  { name: 'many with the answer', same: extra.repeat(50) },
  { name: 'with a chunked answer', own: chunked, same: extra },
  { name: 'with an event stream', own: event, same: extra },
  { name: 'a piece with the answer, the rest later', same: extra.slice(0, 30), later: extra.slice(30) },
  { name: 'later', later: extra },
  { name: 'many later', later: extra.repeat(50) },
  { name: 'interim ones later', later: `HTTP/1.1 100 Continue\r\n\r\n${extra}` },
  { name: 'before anything was asked', first: extra },
  {
    name: 'behind a body that is longer than it says',
    own: (body) =>
      answer(body).replace(/\d+\r\n\r\n/, (length) => `${Number.parseInt(length, 10) - 1}\r\n\r\n`),
    same: extra,
  },
]

/** Speaks just enough HTTP, over connections that stay open. */
async function startServer(way: Way) {
  const sockets = new Set<Socket>()
  const asked: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    if (way.first) socket.write(way.first)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      const end = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
      if (end < 0 || text.length < end + 4 + length) return
      const message = JSON.parse(text.slice(end + 4, end + 4 + length))
      text = text.slice(end + 4 + length)
      const token = String(message.params?.arguments?.token)
      asked.push(token)
      const result = { content: [{ type: 'text', text: token }] }
      const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result })
      socket.write((way.own ?? answer)(body) + (way.same ?? ''), () => {
        if (way.later) setImmediate(() => socket.writable && socket.write(way.later ?? ''))
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number } // a TCP server has one
  return { url: `http://127.0.0.1:${port}/mcp`, asked, open: () => sockets.size }
}

let count = 0
test.each(ways)('unasked answers: $name', async (way) => {
  const { url, asked, open } = await startServer(way)
  count += 1
  const slug = `u${count}`
  gateway.registry.addServer({ slug, url, era: 'legacy' })
  const keys = [gateway.registry.addKey().key, gateway.registry.addKey().key]
  for (let round = 0; round < 6; round += 1) {
    const token = `own-${round}`
    const text = await call(slug, keys[round % 2] ?? '', token).catch(() => 'cut')
    // A server may say what it likes to the first request of a connection.
    if (!way.first) expect(text).not.toContain('planted')
    // Its own answer or none: never that of another round.
    for (const other of asked.filter((one) => one !== token)) expect(text).not.toContain(other)
    // Whoever says more than it was asked is not asked again on that connection.
    await waitFor(() => open() === 0)
  }
  expect(asked.length).toBe(6)
})

async function call(slug: string, key: string, token: string): Promise<string> {
  const params = { name: 't', arguments: { token } }
  const answer = await fetch(`${gateway.url}/mcp/${slug}`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    signal: AbortSignal.timeout(5_000),
  })
  return answer.text()
}
