// Two gateways on one registry, and a client of the first whose request the second has to answer.

import { once } from 'node:events'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RecordingUpstream, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadGatewayConfig } from '../config.ts'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import type { Call } from './call.ts'
import { peerHeader } from './peers.ts'
import { createSealing } from './sealing.ts'

let one: TestGateway
let two: TestGateway
let upstream: RecordingUpstream
let front: Server
let frontUrl: string
let key: string
/** Who the front hands requests over to; what came of it. */
let holder: () => string
let handed: (boolean | 'told')[] = []

const list = '{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/list"}'

beforeEach(async () => {
  one = await startGateway()
  two = await startGateway({}, one.registry)
  upstream = await startRecordingUpstream(scripts.json({ jsonrpc: '2.0', id: 1, result: {} }))
  one.registry.addServer({ slug: 'one', url: upstream.url, era: 'legacy' })
  key = one.registry.addKey().key
  holder = () => two.deps.peers.self
  handed = []
  front = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding was set
    const body = chunks.length === 0 ? undefined : Buffer.concat(chunks)
    const call = { request, response } as Call // what is looked at
    if (holder() === 'all') {
      await one.deps.peers.tellAll(call, body ?? Buffer.of())
      handed.push('told')
      response.end()
      return
    }
    const went = await one.deps.peers.handOver(call, holder(), body)
    handed.push(went)
    if (!went) response.writeHead(410).end()
  })
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  frontUrl = `http://127.0.0.1:${(front.address() as AddressInfo).port}` // a TCP server has an AddressInfo
})
afterEach(async () => {
  front.close()
  front.closeAllConnections()
  await upstream.close()
  await two.close()
  await one.close()
})

/** With a Host header of one's own, which fetch does not send. */
function send(url: string, headers: Record<string, string>, body = list) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const request = httpRequest(`${url}/mcp/one`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      })
      request.once('error', reject)
      request.once('response', async (response) => {
        let text = ''
        try {
          for await (const chunk of response) text += chunk
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        } catch (error) {
          reject(error)
        }
      })
      request.end(body)
    },
  )
}

const passFor = (gateway: TestGateway, expiresInMs: number) =>
  createSealing(one.deps.knowledge, Date.now, 'gatehouse peer pass v1').seal(
    String(Date.now() + expiresInMs),
    gateway.deps.peers.self,
  )

test('a request that is handed over is answered as it came, its Host and Origin checked once', async () => {
  const answer = await send(frontUrl, {
    'x-api-key': key,
    host: 'public.example',
    origin: 'https://app.example',
    'mcp-protocol-version': '2025-11-25',
    via: one.deps.via(),
  })
  expect([answer.status, handed]).toEqual([200, [true]])
  expect(JSON.parse(answer.text)).toMatchObject({ result: {} })
  expect(answer.headers['cache-control']).toBe('no-store, no-transform')
  expect(upstream.requests.length).toBe(1)
  expect(upstream.requests[0]?.body.toString()).toBe(list)
  expect(upstream.requests[0]?.header('mcp-protocol-version')).toEqual(['2025-11-25'])
  await waitFor(() => one.registry.records.length > 0)
})

test('neither the pass nor the key goes to the server', async () => {
  await send(frontUrl, { 'x-api-key': key })
  await send(two.url, { 'x-api-key': key, [peerHeader]: passFor(two, 30_000) })
  expect(upstream.requests.length).toBe(2)
  for (const request of upstream.requests) {
    expect(request.header(peerHeader)).toEqual([])
    expect(request.header('x-api-key')).toEqual([])
  }
})

test('what the receiver streams is piped as it comes, and ends there when the client leaves', async () => {
  let goOn = () => {}
  const gate = new Promise<void>((resolve) => {
    goOn = resolve
  })
  upstream.answer(scripts.sse(['data: 1\n\n', gate, 'data: 2\n\n']))
  const whole = await fetch(`${frontUrl}/mcp/one`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: list,
  })
  const reader = whole.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toBe('data: 1\n\n')
  goOn()
  expect((await reader?.read())?.value).toBe('data: 2\n\n')
  expect((await reader?.read())?.done).toBe(true)

  const forever = new Promise<never>(() => {})
  upstream.answer(scripts.sse(['data: 1\n\n', forever]))
  const leaving = new AbortController()
  const left = await fetch(`${frontUrl}/mcp/one`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: list,
    signal: leaving.signal,
  })
  expect(left.status).toBe(200)
  leaving.abort()
  await waitFor(() => handed.length === 2)
  await waitFor(() => one.registry.records.length === 2)
})

const altered = (pass: string) => (pass.startsWith('A') ? 'B' : 'A') + pass.slice(1)

test.each([
  ['none', () => ({})],
  ['one for another replica', () => ({ [peerHeader]: passFor(one, 30_000) })],
  ['an old one', () => ({ [peerHeader]: passFor(two, -1) })],
  ['an altered one', () => ({ [peerHeader]: altered(passFor(two, 30_000)) })],
  ['text', () => ({ [peerHeader]: 'yes' })],
])('with %s for a pass the request is like any other', async (_what, headers) => {
  const extra = headers()
  expect((await send(two.url, { 'x-api-key': key, host: 'public.example', ...extra })).status).toBe(421)
  expect((await send(two.url, { 'x-api-key': key, origin: 'https://app.example', ...extra })).status).toBe(
    403,
  )
  expect((await send(two.url, { 'x-api-key': key, via: two.deps.via(), ...extra })).status).toBe(508)
  expect((await send(two.url, { 'x-api-key': key, ...extra })).status).toBe(200)
})

test('a valid pass is no key', async () => {
  const pass = { [peerHeader]: passFor(two, 30_000) }
  expect((await send(two.url, pass)).status).toBe(401)
  expect((await send(two.url, { ...pass, host: 'public.example', 'x-api-key': key })).status).toBe(200)
})

test('a replica that is gone, unknown or oneself is told so, before anything is answered', async () => {
  const { self } = two.deps.peers
  for (const id of [one.deps.peers.self, '01900000-0000-7000-8000-00000000dead']) {
    holder = () => id
    expect((await send(frontUrl, { 'x-api-key': key })).status).toBe(410)
  }
  holder = () => self
  expect((await send(frontUrl, { 'x-api-key': key })).status).toBe(200)
  await two.close()
  expect((await send(frontUrl, { 'x-api-key': key })).status).toBe(410)
  two = await startGateway({}, one.registry)
  expect((await send(frontUrl, { 'x-api-key': key })).status).toBe(410)
  expect(handed).toEqual([false, false, true, false, false])
})

test('what may be held anywhere is told to every other replica, and to the teller not', async () => {
  const three = await startGateway({}, one.registry)
  holder = () => 'all'
  await send(frontUrl, { 'x-api-key': key })
  expect(handed).toEqual(['told'])
  expect(upstream.requests.length).toBe(2)
  await three.close()
})

test('a gateway off loopback that was told no address of its own is no peer', async () => {
  const far = await startGateway(
    { GATEHOUSE_HOST: '0.0.0.0', PUBLIC_URL: 'https://gateway.example' },
    one.registry,
  )
  const named = await startGateway(
    {
      GATEHOUSE_HOST: '0.0.0.0',
      PUBLIC_URL: 'https://gateway.example',
      GATEHOUSE_PEER_URL: 'https://10.0.0.7:7400',
    },
    one.registry,
  )
  const addresses = (await one.deps.registry.peers()).map((peer) => peer.address)
  expect(addresses.sort()).toEqual([one.url, two.url, 'https://10.0.0.7:7400'].sort())
  await far.close()
  await named.close()
})

test('an address over plain http off loopback is refused at the start, unless the network is private', () => {
  const env = {
    REGISTRY_URL: 'http://127.0.0.1:7403',
    GATEWAY_TOKEN: 'a-token-of-a-test-gateway-0123456789abcdef',
    CONSOLE_PUBLIC_URL: 'http://localhost:7402',
    GATEHOUSE_PEER_URL: 'http://10.0.0.7:7400',
  }
  expect(() => loadGatewayConfig(env)).toThrow('GATEHOUSE_PEER_URL: secrets would travel over plain http')
  const { GATEHOUSE_PEER_URL } = loadGatewayConfig({ ...env, GATEHOUSE_INTERNAL_INSECURE: '1' })
  expect(GATEHOUSE_PEER_URL).toBe('http://10.0.0.7:7400')
})
