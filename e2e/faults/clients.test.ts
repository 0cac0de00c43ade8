// Clients by the hundred that send slowly, read nothing or break off, while others are served as if they weren't there.

import { connect, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import {
  type RecordingUpstream,
  type Script,
  scripts,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { legacyCaller } from '../src/callers.ts'
import { type Stack, startStack } from '../src/stack.ts'
import { startTraffic } from '../src/traffic.ts'

const mib = 1024 * 1024

let stack: Stack
let upstream: RecordingUpstream
let big: RecordingUpstream
let addresses: { plain: string; big: string }

beforeAll(async () => {
  stack = await startStack({
    GATEHOUSE_HEADER_TIMEOUT_MS: '2000',
    GATEHOUSE_BODY_TIMEOUT_MS: '2000',
    GATEHOUSE_READER_TIMEOUT_MS: '2000',
  })
  upstream = await startRecordingUpstream(scripts.legacyServer())
  big = await startRecordingUpstream(eightMib)
  addresses = {
    plain: (await stack.register(upstream.url)).address,
    big: (await stack.register(big.url)).address,
  }
})
afterAll(async () => {
  await stack.stop()
  await Promise.all([upstream.close(), big.close()])
})

const piece = 'x'.repeat(64 * 1024)

/** With backpressure, so that what nobody reads is held nowhere. */
const eightMib: Script = async (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const pieces = Array.from({ length: 128 }, () => piece)
  await pipeline(['"', ...pieces, '"'], response).catch(() => {}) // the gateway breaks off
}

/** Many raw connections, each of which has sent `text` and reads nothing. */
function crowd(many: number, text: string): Socket[] {
  const { port } = new URL(stack.gatewayUrl)
  const sockets = Array.from({ length: many }, () => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {}) // being dropped is what the tests wait for
    socket.on('connect', () => void socket.write(text))
    socket.pause()
    return socket
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  return sockets
}

const head = (address: string, length: number) =>
  [
    `POST ${new URL(address).pathname} HTTP/1.1`,
    `Host: ${new URL(stack.gatewayUrl).host}`,
    `X-Api-Key: ${stack.key}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n')

const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })

const crowds = [
  {
    name: 'stop within the headers',
    many: 300,
    text: () => head(addresses.plain, 10).slice(0, 60),
    timed: true,
  },
  {
    name: 'stop within the body',
    many: 300,
    text: () => `${head(addresses.plain, list.length)}${list.slice(0, 9)}`,
    timed: true,
  },
  {
    name: 'read nothing of a large answer',
    many: 100, // what the system's own buffers take of it is a gigabyte as it is
    text: () => `${head(addresses.big, list.length)}${list}`,
    timed: true,
  },
  { name: 'say nothing at all', many: 1_000, text: () => '', timed: false },
]

test.each(crowds)('$name', async ({ many, text, timed }) => {
  const callers = Array.from({ length: 8 }, () =>
    legacyCaller({ address: () => addresses.plain, key: stack.key }),
  )
  const traffic = startTraffic({ callers, upstreams: [upstream] })
  await traffic.flows()
  const before = await memory()
  const sockets = crowd(many, text())
  await waitFor(() => sockets.every(({ connecting }) => !connecting))
  await traffic.flows(160)
  const held = (await memory()) - before
  if (!timed) for (const socket of sockets) socket.destroy()
  await waitFor(async () => (await openConnections()) < 40, { deadlineMs: 15_000, what: 'all are dropped' })
  await traffic.flows(80)
  const { failures, slowestMs } = await traffic.stop()
  expect(failures).toEqual({})
  expect(slowestMs).toBeLessThan(5_000)
  expect(held / mib).toBeLessThan(250)
})

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${stack.gatewayUrl}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
}

const memory = () => metric('process_resident_memory_bytes')
const openConnections = () => metric('nodejs_active_resources{type="TCPSocketWrap"}')
