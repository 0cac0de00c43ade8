// What browsers get at the console's own address, over real sockets: a service behind it, the pages left out.

import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type Config, loadConsoleConfig } from '../config.ts'
import { allowedHere } from './allowed.ts'
import { consoleApp } from './app.ts'
import { createForward } from './forward.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  ends.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The console before a service that is both registry and gateway. */
async function start(service: RequestListener | string, env: Record<string, string> = {}) {
  const url = typeof service === 'string' ? service : await serve(service)
  const config: Config = loadConsoleConfig({ PORT: '0', REGISTRY_URL: url, GATEWAY_URL: url, ...env })
  const forward = createForward(config)
  ends.push(() => forward.close())
  const standing = { allowed: allowedHere(config, 0) }
  const pages = async (req: IncomingMessage, res: Parameters<RequestListener>[1]) =>
    void res.end(String(req.headers['x-nonce']))
  const at = await serve((req, res) => consoleApp({ config, forward, render: pages, standing })(req, res))
  standing.allowed = allowedHere(config, Number(new URL(at).port))
  return { at, forward }
}

const seen = (req: IncomingMessage) =>
  JSON.stringify({ method: req.method, url: req.url, headers: req.headers })
const post = (url: string, headers: Record<string, string>, body = '{}') =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

describe('passing on', () => {
  test('path, query, method, body and cookies arrive; each cookie of the answer comes back by itself', async () => {
    const { at } = await start((req, res) => {
      res.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; HttpOnly'])
      let body = ''
      req.on('data', (chunk) => (body += chunk)).on('end', () => res.end(seen(req) + body))
    })
    const answer = await post(
      `${at}/api/registry/v1/x?a=%2F&b`,
      { origin: at, cookie: 'gatehouse=s' },
      '{"n":1}',
    )
    const text = await answer.text()
    expect(text).toContain('"method":"POST","url":"/v1/x?a=%2F&b"')
    expect(text).toContain('"cookie":"gatehouse=s"')
    expect(text.endsWith('{"n":1}')).toBe(true)
    expect(answer.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; HttpOnly'])
  })

  test('what a client says about itself and its connection stays here', async () => {
    const { at } = await start((req, res) => res.end(seen(req)))
    const headers = {
      'x-forwarded-for': '9.9.9.9',
      'x-forwarded-host': 'evil',
      forwarded: 'for=9.9.9.9',
      'x-nonce': 'n',
    }
    const body = await new Promise<string>((resolve, reject) => {
      const path = `${at}/api/registry/v1/x`
      request(
        path,
        { headers: { ...headers, connection: 'close, x-mine', 'x-mine': '1', te: 'trailers' } },
        (res) => {
          let text = ''
          res.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text))
        },
      )
        .on('error', reject)
        .end()
    })
    const got = JSON.parse(body).headers
    expect(got['x-forwarded-for']).toBe('127.0.0.1')
    for (const name of ['x-forwarded-host', 'forwarded', 'x-nonce', 'x-mine', 'te'])
      expect([name, got[name]]).toEqual([name, undefined])
  })

  test('behind a proxy that is trusted the client is whom the proxy saw', async () => {
    const { at } = await start((req, res) => res.end(seen(req)), { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' })
    const answer = await fetch(`${at}/api/registry/v1/x`, {
      headers: { 'x-forwarded-for': '9.9.9.9, 198.51.100.4' },
    })
    expect(JSON.parse(await answer.text()).headers['x-forwarded-for']).toBe('198.51.100.4')
  })

  test("the console's session does not reach the gateway", async () => {
    const { at } = await start((req, res) => res.end(seen(req)))
    const answer = await post(`${at}/api/gateway/mcp/files`, {
      origin: at,
      cookie: 'gatehouse=s',
      authorization: 'Bearer t',
    })
    const got = JSON.parse(await answer.text())
    expect([got.url, got.headers.cookie, got.headers.origin, got.headers.authorization]).toEqual([
      '/mcp/files',
      undefined,
      undefined,
      'Bearer t',
    ])
  })

  test('an event stream comes through as it is written, and ends with the console', async () => {
    const { at, forward } = await start((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.write('event: call\ndata: 1\n\n')
    })
    const answer = await fetch(`${at}/api/registry/v1/calls/stream`)
    const reader = answer.body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('event: call\ndata: 1\n\n')
    forward.endStreams()
    await expect(reader?.read()).rejects.toThrow()
  })

  test('a client that leaves ends the request behind it', async () => {
    let left = () => {}
    const ended = new Promise<void>((resolve) => {
      left = resolve
    })
    const { at } = await start((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(':\n\n')
      res.once('close', left)
    })
    const gone = new AbortController()
    await fetch(`${at}/api/registry/v1/calls/stream`, { signal: gone.signal })
    gone.abort()
    await ended
  })

  test('a service that is away is 503, with a code, a request id and our own headers', async () => {
    const { at } = await start('http://127.0.0.1:9')
    const answer = await fetch(`${at}/api/registry/v1/me`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ code: 'registry_unreachable', status: 503 })
    expect(answer.headers.get('x-request-id')).toBeTruthy()
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })
})

describe('refusals', () => {
  test('a change needs our own Origin', async () => {
    const { at } = await start((_req, res) => res.end('changed'))
    const url = `${at}/api/registry/v1/x`
    const status = async (headers: Record<string, string>) => (await post(url, headers)).status
    expect(await status({ origin: at })).toBe(200)
    expect(await status({})).toBe(403)
    expect(await status({ origin: 'https://evil.example' })).toBe(403)
    expect(await status({ origin: 'null' })).toBe(403)
    expect((await fetch(url)).status).toBe(200)
    expect((await fetch(url, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
  })

  test('another Host, another prefix and a changed page', async () => {
    const { at } = await start((_req, res) => res.end('reached'))
    const { hostname, port } = new URL(at)
    const wrongHost = await new Promise<number | undefined>((resolve) => {
      request({ hostname, port, path: '/', headers: { host: 'evil.example' } }, (res) => {
        res.resume()
        resolve(res.statusCode)
      }).end()
    })
    expect(wrongHost).toBe(421)
    expect((await fetch(`${at}/api/registry/metrics`)).status).toBe(404)
    expect((await fetch(`${at}/api/else/v1`)).status).toBe(404)
    expect((await post(`${at}/sign-in`, { origin: at })).status).toBe(405)
    expect((await fetch(`${at}/health`)).status).toBe(200)
  })
})

test('every page has a nonce of its own, told to the renderer; nobody frames or keeps it', async () => {
  const { at } = await start((_req, res) => res.end())
  const load = async () => {
    const answer = await fetch(`${at}/sign-in`, { headers: { 'x-nonce': 'chosen' } })
    return { nonce: await answer.text(), headers: answer.headers }
  }
  const [one, two] = [await load(), await load()]
  expect(one.nonce).not.toBe(two.nonce)
  expect(one.nonce).not.toBe('chosen')
  const policy = one.headers.get('content-security-policy') ?? ''
  expect(policy).toContain(`script-src 'self' 'nonce-${one.nonce}'`)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe-eval')
  expect(policy.match(/'unsafe-inline'/g)).toHaveLength(1)
  expect(one.headers.get('cache-control')).toBe('no-store')
})
