import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import { AppError } from '@gatehouse/errors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllow } from './allow.ts'
import { guardedConnector } from './connector.ts'
import { createEgress, type EgressParts, type EgressSettings } from './egress.ts'
import { createPolicy } from './policy.ts'

let inside: Server
let port: number
let requests = 0
let connections = 0

beforeAll(async () => {
  inside = createServer((request, response) => {
    requests++
    if (request.url === '/redirect') response.writeHead(307, { location: 'http://169.254.169.254/' }).end()
    else if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
    else if (request.url === '/large') response.end('x'.repeat(2_000))
    else if (request.url === '/silent') return
    else if (request.url === '/reset') request.socket.resetAndDestroy()
    else
      response
        .writeHead(200, { 'x-seen': request.headers['accept-encoding'] })
        .end(`hello ${request.headers.host}`)
  })
  inside.on('connection', () => connections++)
  await new Promise<void>((done) => inside.listen(0, '127.0.0.1', done))
  port = (inside.address() as AddressInfo).port
})

afterAll(() => {
  inside.closeAllConnections()
  inside.close()
})

const answers = (...addresses: string[]) => ({
  lookup: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
})

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'answered'
  } catch (error) {
    return error instanceof AppError ? error.code : `not an AppError: ${error}`
  }
}

/** Every kind of request that leads inside, through one egress; the outcomes are what the guard is for. */
async function attack(settings: EgressSettings, parts: EgressParts) {
  const before = connections
  const egress = createEgress(settings, parts)
  const outcomes: string[] = []
  for (const host of [`rebound.example:${port}`, `127.0.0.1:${port}`, `[::ffff:127.0.0.1]:${port}`]) {
    outcomes.push(await codeOf(egress.fetch(`https://${host}/`, { timeoutMs: 3_000 })))
  }
  return { outcomes, reached: connections - before }
}

describe('names', () => {
  test.each([
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['10.0.0.1'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['fe80::1'],
  ])('a name that resolves to %s is refused before anything is connected', async (address) => {
    const before = connections
    const egress = createEgress({ allow: [] }, answers(address))
    expect(await codeOf(egress.fetch(`https://rebound.example:${port}/`))).toBe('url_not_allowed')
    expect(connections).toBe(before)
  })

  test('one denied answer among good ones refuses all of them', async () => {
    const egress = createEgress({ allow: [] }, answers('8.8.8.8', '127.0.0.1'))
    expect(await codeOf(egress.fetch(`https://mixed.example:${port}/`))).toBe('url_not_allowed')
  })

  test('a name is resolved once per connection, so a second answer can not differ', async () => {
    let asked = 0
    const lookup = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }]
    const egress = createEgress({ allow: ['127.0.0.0/8', 'once.example'] }, { lookup })
    const response = await egress.fetch(`http://once.example:${port}/`)
    expect([await response.text(), asked]).toEqual([`hello once.example:${port}`, 1])
  })

  test('a refusal does not tell what an internal name resolves to', async () => {
    const egress = createEgress({ allow: [] }, answers('10.11.12.13'))
    await expect(egress.fetch('https://secret.example/')).rejects.toThrow(
      /^(?!.*10\.11).*secret\.example does not lead/,
    )
  })

  test('an unknown name, and a name without addresses, are unreachable', async () => {
    const unknown = { lookup: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) }
    expect(await codeOf(createEgress({ allow: [] }, unknown).fetch('https://a.example/'))).toBe(
      'upstream_unreachable',
    )
    expect(await codeOf(createEgress({ allow: [] }, answers()).fetch('https://a.example/'))).toBe(
      'upstream_unreachable',
    )
  })

  test('a name that leads to our own port is refused although loopback is allowed', async () => {
    const settings = { allow: ['127.0.0.0/8', 'own.example'], ownOrigins: [`http://localhost:${port}`] }
    const egress = createEgress(settings, answers('127.0.0.1'))
    expect(await codeOf(egress.fetch(`http://own.example:${port}/`))).toBe('url_not_allowed')
  })
})

describe('the guard', () => {
  test('lets nothing inside', async () => {
    expect(await attack({ allow: [] }, answers('127.0.0.1'))).toEqual({
      outcomes: ['url_not_allowed', 'url_not_allowed', 'url_not_allowed'],
      reached: 0,
    })
  })

  test('is what does it: with the guard off, the same requests arrive', async () => {
    const off = {
      checkUrl: (text: string) => new URL(text),
      checkAddress: () => undefined,
      isAllowed: () => true,
    }
    const { outcomes, reached } = await attack({ allow: [] }, { ...answers('127.0.0.1'), policy: off })
    expect(outcomes).not.toContain('url_not_allowed')
    expect(reached).toBe(3)
  })

  test('looks at literals in a pool too, where undici asks no lookup', () => {
    const egress = createEgress({ allow: [] })
    expect(() => egress.upstreamPool('https://2130706433')).toThrow(/not an address of the public internet/)
  })

  test('checks the peer of the connection', async () => {
    // the policy changes its mind after the look-up, as if the kernel had connected elsewhere
    let calls = 0
    const policy = {
      checkUrl: (text: string) => new URL(text),
      isAllowed: () => true,
      checkAddress: () => {
        if (++calls > 1) throw new AppError('url_not_allowed')
      },
    }
    const before = requests
    const egress = createEgress({ allow: [] }, { ...answers('127.0.0.1'), policy })
    expect(await codeOf(egress.fetch(`http://peer.example:${port}/`))).toBe('url_not_allowed')
    expect(requests).toBe(before)
  })
})

describe('the connector by itself', () => {
  test.each([
    ['a literal inside', 'https:', '127.0.0.1', /does not lead to the public internet/],
    ['a mapped literal', 'https:', '::ffff:7f00:1', /does not lead to the public internet/],
    ['plain http to a name', 'http:', 'public.example', /plain http/],
  ])('refuses %s, whatever was checked before', async (_what, protocol, hostname, reason) => {
    const before = connections
    const connector = guardedConnector(
      {
        policy: createPolicy(parseAllow([])),
        lookup: answers('8.8.8.8').lookup,
        tunnel: undefined,
        ca: undefined,
      },
      1_000,
    )
    const error = await new Promise<Error | null>((resolve) => {
      connector({ protocol, hostname, port: String(port) }, (...[failure]) => resolve(failure))
    })
    expect(error?.message).toMatch(reason)
    expect(connections).toBe(before)
  })
})

test('a tunnel on which TLS can not even begin is a connection that failed', async () => {
  const tunnel = async () => ({}) as Socket // no socket at all
  const policy = createPolicy(parseAllow([]))
  const connector = guardedConnector({ policy, lookup: answers().lookup, tunnel, ca: undefined }, 1_000)
  const error = await new Promise<Error | null>((resolve) => {
    connector({ protocol: 'https:', hostname: 'a.example', port: '443' }, (...[failure]) => resolve(failure))
  })
  expect(error).toBeInstanceOf(Error)
})

describe('answers', () => {
  const open = () => createEgress({ allow: ['127.0.0.1'] })

  test('a redirect is an error and is not followed', async () => {
    expect(await codeOf(open().fetch(`http://127.0.0.1:${port}/redirect`))).toBe('upstream_invalid')
  })

  test('identity is asked for, and a compressed answer refused', async () => {
    const response = await open().fetch(`http://127.0.0.1:${port}/`, { headers: { 'Accept-Encoding': 'br' } })
    expect(response.headers.get('x-seen')).toBe('identity')
    expect(await codeOf(open().fetch(`http://127.0.0.1:${port}/gzip`))).toBe('upstream_invalid')
  })

  test('size and time are limited', async () => {
    expect(await codeOf(open().fetch(`http://127.0.0.1:${port}/large`, { maxBytes: 1_999 }))).toBe(
      'upstream_invalid',
    )
    expect(await codeOf(open().fetch(`http://127.0.0.1:${port}/large`, { maxBytes: 2_000 }))).toBe('answered')
    expect(await codeOf(open().fetch(`http://127.0.0.1:${port}/silent`, { timeoutMs: 50 }))).toBe(
      'upstream_timeout',
    )
  })

  test('a reset is unreachable, and the caller’s own abort stays the caller’s', async () => {
    expect(await codeOf(open().fetch(`http://127.0.0.1:${port}/reset`))).toBe('upstream_unreachable')
    const gone = AbortSignal.abort(new Error('the client is gone'))
    await expect(open().fetch(`http://127.0.0.1:${port}/`, { signal: gone })).rejects.toThrow(
      'the client is gone',
    )
  })
})

describe('an egress proxy', () => {
  test('gets the name unresolved, with its login; what the operator allows goes direct', async () => {
    const tunnels: string[] = []
    const proxy = createServer()
    proxy.on('connect', (request, socket) => {
      tunnels.push(`${request.url} ${request.headers['proxy-authorization']}`)
      if (request.url === 'refused.example:443') return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const onward = connect(port, '127.0.0.1')
      socket.pipe(onward).pipe(socket)
      socket.on('error', () => onward.destroy())
      onward.on('error', () => socket.destroy())
    })
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
    const proxyPort = (proxy.address() as AddressInfo).port
    const lookup = () => Promise.reject(new Error('nothing is to be resolved here'))
    const egress = createEgress(
      { allow: ['127.0.0.1'], proxy: { reveal: () => `http://us%20er:pw@127.0.0.1:${proxyPort}` } },
      { lookup },
    )
    expect(await codeOf(egress.fetch('https://refused.example/'))).toBe('upstream_unreachable')
    // the server behind the tunnel speaks no TLS, so this one fails after the tunnel was made
    expect(await codeOf(egress.fetch('https://far.example:8443/'))).toBe('upstream_unreachable')
    expect(await codeOf(egress.fetch(`http://127.0.0.1:${port}/`))).toBe('answered')
    const login = `Basic ${Buffer.from('us er:pw').toString('base64')}`
    expect(tunnels).toEqual([`refused.example:443 ${login}`, `far.example:8443 ${login}`])
    proxy.closeAllConnections()
    proxy.close()
  })
})
