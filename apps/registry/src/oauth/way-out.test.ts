// Hostile discovery: every member of every document that is a URL, tried with every spelling of an address that leads inside.
// Nothing inside is connected to, and nothing of it is kept.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { createEgress } from '@gatehouse/egress'
import { insideHosts, type RecordingUpstream, startRecordingUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { discover } from './discover.ts'
import { registerClient } from './register-client.ts'

const config = { CONSOLE_PUBLIC_URL: 'http://localhost:7402', GATEHOUSE_CLIENT_METADATA_URL: undefined }
// By name: its addresses stay forbidden to everything else.
const egress = createEgress({ allow: ['localhost'] })

let upstream: RecordingUpstream
let origin: string
/** What the documents say beside what is right. */
let wrong: Readonly<Record<string, unknown>> = {}
/** On every address of this machine, on a port that nothing else has. */
const inside = { port: 0, connections: 0 }
const server = createServer((socket) => {
  inside.connections += 1
  socket.destroy()
})

beforeAll(async () => {
  server.listen(0, '::')
  await once(server, 'listening')
  inside.port = (server.address() as { port: number }).port // a TCP server has one
  upstream = await startRecordingUpstream(({ url }, response) => {
    const json = (status: number, body: object, headers = {}): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body))
    if (url.startsWith('/.well-known/oauth-protected-resource'))
      return json(200, { resource: `${origin}/mcp`, authorization_servers: [wrong.issuer ?? origin] })
    if (url === '/.well-known/oauth-authorization-server')
      return json(200, {
        ...{
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
        },
        ...{
          registration_endpoint: `${origin}/register`,
          code_challenge_methods_supported: ['S256'],
          ...wrong,
        },
      })
    if (url === '/register') return json(201, { client_id: 'c' })
    if (url !== '/mcp') return json(404, {})
    const named = wrong.challenge
      ? { 'www-authenticate': `Bearer resource_metadata="${wrong.challenge}"` }
      : {}
    return json(401, {}, named)
  })
  origin = `http://localhost:${new URL(upstream.url).port}`
})
afterAll(async () => {
  await upstream.close()
  server.close()
})

const sinks = [
  'challenge',
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
]

test('without anything wrong the authorization server is found', async () => {
  wrong = {}
  expect(await discover({ egress }, `${origin}/mcp`)).toMatchObject({ metadata: { issuer: origin } })
})

test.each(sinks)('%s leads nowhere inside', async (sink) => {
  const { port } = inside
  const urls = [
    ...insideHosts.flatMap((host) => [`https://${host}:${port}`, `http://${host}:${port}/x`]),
    `https://user:canary-pw@localhost:${port}/x`,
    ...['ftp:', 'file:', 'javascript:', 'data:', 'ws:'].map((scheme) => `${scheme}//localhost/x`),
  ]
  for (const url of urls) {
    if (sink === 'challenge' && /[^\x20-\x7e]/.test(url)) continue // no header carries it
    wrong = { [sink]: url }
    const outcome = await discover({ egress }, `${origin}/mcp`)
      .then((found) => registerClient({ egress, config }, found))
      .then(
        () => 'registered',
        (error: { code?: string }) => error.code,
      )
    expect([url, outcome]).toEqual([url, expect.stringMatching(/^(url_not_allowed|oauth_discovery_failed)$/)])
  }
  expect(inside.connections).toBe(0)
})

test('a redirect is not followed', async () => {
  wrong = {}
  const hop = await startRecordingUpstream(
    (_request, response): void =>
      void response.writeHead(302, { location: `http://localhost:${inside.port}/` }).end(),
  )
  const at = `http://localhost:${new URL(hop.url).port}`
  for (const member of ['challenge', 'issuer', 'registration_endpoint']) {
    wrong = { [member]: at }
    const tried = discover({ egress }, `${origin}/mcp`).then((found) =>
      registerClient({ egress, config }, found),
    )
    await expect(tried).rejects.toMatchObject({ code: 'upstream_invalid' })
  }
  expect([inside.connections, hop.requests.length]).toEqual([0, 3])
  await hop.close()
})
