import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createProxy } from 'node:http'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parseAllow } from './allow.ts'
import { guardedConnector } from './connector.ts'
import { createEgress, type EgressSettings } from './index.ts'
import { createPolicy } from './policy.ts'
import { type Moment, reachBy } from './reach.ts'
import { authority, certificate, privateKey } from './tls.fixture.ts'

let folder: string
let server: Server
let port: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'egress-'))
  writeFileSync(join(folder, 'ca.pem'), authority)
  server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    const socket = request.socket as TLSSocket // requests of an https server come on one
    response.end(`${request.headers.host} ${socket.servername} ${request.httpVersion}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
})

const loopback = async () => [{ address: '127.0.0.1', family: 4 }]

function egress(settings: Partial<EgressSettings> = {}) {
  return createEgress(
    { allow: ['127.0.0.1'], caFile: join(folder, 'ca.pem'), ...settings },
    { lookup: loopback },
  )
}

const text = async (host: string, from = egress(), headers = {}) =>
  (await from.fetch(`https://${host}/`, { headers })).text()

test('TLS is made for the host of the URL, with the operator’s authority', async () => {
  expect(await text(`tls.example:${port}`)).toBe(`tls.example:${port} tls.example 1.1`)
  expect(await text(`127.0.0.1:${port}`)).toBe(`127.0.0.1:${port} false 1.1`)
})

test('without that authority, or for another name, there is no connection', async () => {
  await expect(text(`tls.example:${port}`, egress({ caFile: undefined }))).rejects.toMatchObject({
    code: 'upstream_unreachable',
    message: expect.stringContaining('trusted authority'),
  })
  await expect(text(`other.example:${port}`)).rejects.toThrow('its certificate is for another host')
})

test('a Host header of the request does not choose the certificate that is accepted', async () => {
  await expect(text(`other.example:${port}`, egress(), { host: 'tls.example' })).rejects.toThrow(
    'its certificate is for another host',
  )
})

test('through an egress proxy, TLS still ends at the upstream', async () => {
  const tunnels: (string | undefined)[] = []
  const proxy = createProxy().on('connect', (request, socket) => {
    tunnels.push(request.url)
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const onward = connect(port, '127.0.0.1')
    socket.pipe(onward).pipe(socket)
    socket.on('error', () => onward.destroy())
    onward.on('error', () => socket.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port: proxyPort } = proxy.address() as AddressInfo // a TCP server that listens has one
  const proxied = egress({ proxy: { reveal: () => `http://127.0.0.1:${proxyPort}` } })
  expect(await text('tls.example', proxied)).toBe('tls.example tls.example 1.1')
  await expect(text('other.example', proxied)).rejects.toThrow('its certificate is for another host')
  expect(tunnels).toEqual(['tls.example:443', 'other.example:443'])
  proxy.closeAllConnections()
  proxy.close()
})

test('how far a connection comes is told in order, also where it fails', async () => {
  const way = async (host: string, from: ReturnType<typeof egress>) => {
    const seen: string[] = []
    const end = await from.reach(`https://${host}:${port}/`, (moment) => seen.push(moment)).catch(String)
    return [...seen, end]
  }
  const named = (allow: string) => egress({ allow: [allow, '127.0.0.1'] })
  const whole = ['looked-up', 'connected', 'secured', undefined]
  expect(await way('tls.example', named('tls.example'))).toEqual(whole)
  expect(await way('127.0.0.1', egress())).toEqual(['connected', 'secured', undefined])
  expect(await way('other.example', named('other.example'))).toEqual([
    ...['looked-up', 'connected', expect.stringContaining('for another host')],
  ])
  expect(await way('tls.example', egress({ allow: [] }))).toEqual([
    expect.stringContaining('public internet'),
  ])
})

test('a name that is found only after the time-out is told to nobody', async () => {
  const found = Promise.withResolvers<LookupAddress[]>()
  const parts = { policy: createPolicy(parseAllow(['tls.example'])), lookup: () => found.promise }
  const late = vi.fn()
  const connectorWith = (watch: (moment: Moment) => void) =>
    guardedConnector({ ...parts, watch, tunnel: undefined, ca: undefined }, 50)
  const way = reachBy(connectorWith, new URL(`https://tls.example:${port}/`), late)
  await expect(way).rejects.toMatchObject({ code: 'upstream_timeout' })
  found.resolve([{ address: '127.0.0.1', family: 4 }])
  await new Promise(setImmediate)
  expect(late).not.toHaveBeenCalled()
})

test('a name with several addresses is reached at the one that answers', async () => {
  const lookup = async () => [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]
  const both = createEgress({ allow: ['tls.example'], caFile: join(folder, 'ca.pem') }, { lookup })
  expect(await text(`tls.example:${port}`, both)).toContain('tls.example')
})

test('localhost is reached by name where the operator allows it', async () => {
  const named = createEgress({ allow: ['localhost'], caFile: join(folder, 'ca.pem') })
  await expect(text(`localhost:${port}`, named)).rejects.toThrow('its certificate is for another host')
})

test('a fixed origin from configuration is reached without the guard', async () => {
  const pool = egress({ allow: [] }).internalClient(`https://127.0.0.1:${port}`)
  const { statusCode, body } = await pool.request({ path: '/', method: 'GET' })
  expect([statusCode, await body.text()]).toEqual([200, `127.0.0.1:${port} false 1.1`])
  await pool.destroy()
})

test('an authority file that is missing or is none stops the start', () => {
  expect(() => egress({ caFile: join(folder, 'none.pem') })).toThrow(/can not be read: ENOENT/)
  writeFileSync(join(folder, 'empty.pem'), 'hello')
  expect(() => egress({ caFile: join(folder, 'empty.pem') })).toThrow(/holds no PEM certificate/)
})
