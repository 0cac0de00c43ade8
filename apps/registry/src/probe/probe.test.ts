// What a probe says of servers of every kind: how far it came, what the server wants, and what somebody can do.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ProbeStep, ProbeVerdict } from '@gatehouse/registry-api'
import { freePort, scripts, startRecordingUpstream, startSdkUpstream } from '@gatehouse/testkit'
import {
  type AuthorizationServer,
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
} from '@gatehouse/testkit/authorization-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'

let registry: TestRegistry
let ask: ReturnType<typeof client>
let login: AuthorizationServer
let wanting: ProtectedServer
beforeAll(async () => {
  registry = await startTestRegistry()
  const workspace = await registry.workspace('A')
  ask = client(registry.url, (await workspace.key()).key)
  login = await startAuthorizationServer()
  wanting = await startProtectedServer({ authorizationServer: login })
})
afterAll(async () => {
  await wanting.close()
  await login.close()
  await registry.stop()
})

async function probe(url: string, headers: readonly (readonly [string, string])[] = []) {
  const stored = headers.map(([key, value]) => ({ key, value }))
  const { status, text } = await ask('POST', '/v1/servers/probe', { body: { url, headers: stored } })
  expect(status).toBe(200)
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const { verdict } = lines.at(-1) as { verdict: ProbeVerdict } // the client has held each line to its schema
  const steps = (lines.slice(0, -1) as ProbeStep[]).filter(({ state }) => state !== 'running')
  const states = Object.fromEntries(steps.map(({ step, state }) => [step, state]))
  const last = (step: string) => steps.find((one) => one.step === step)
  return { verdict, states, last, lines, text }
}

test.each(['both', 'legacy', 'modern'] as const)('an open server of eras %s is ready', async (eras) => {
  const upstream = await startSdkUpstream({ eras })
  const { verdict, states, lines } = await probe(upstream.url)
  expect(verdict).toMatchObject({
    ...{ auth: 'none', transport: 'streamable-http', era: eras === 'legacy' ? 'legacy' : 'modern' },
    tools: expect.arrayContaining(['echo', 'add']),
  })
  expect(states).toEqual({
    ...{ name: 'skipped', connection: 'done', tls: 'skipped', http: 'done', era: 'done' },
    ...{ auth: 'done', discovery: 'skipped', tools: 'done' },
  })
  // Each that began is told before it ends.
  expect(lines.find(({ step }) => step === 'era').state).toBe('running')
  await upstream.close()
})

test('a server that wants a header is said to, and takes the right one', async () => {
  const upstream = await startSdkUpstream({ eras: 'both', requiredHeader: 'x-secret: canary-91' })
  const without = await probe(upstream.url)
  expect(without.verdict).toMatchObject({ auth: 'headers', tools: null })
  expect(without.states).toMatchObject({ era: 'skipped', auth: 'warning', tools: 'skipped' })
  const wrong = await probe(upstream.url, [['X-Secret', 'canary-wrong']])
  expect(wrong.last('auth')?.what).toContain('refuses these headers')
  const right = await probe(upstream.url, [['X-Secret', 'canary-91']])
  expect(right.verdict).toMatchObject({ auth: 'headers', tools: expect.arrayContaining(['echo']) })
  expect(without.text + wrong.text + right.text + registry.logged()).not.toContain('canary-')
  await upstream.close()
})

test('the header that a refusal hints at is named', async () => {
  const refusing = await startRecordingUpstream(
    scripts.status(401, { 'www-authenticate': 'Basic realm="x"' }),
  )
  expect((await probe(refusing.url)).verdict).toMatchObject({
    ...{ auth: 'headers', header: { key: 'Authorization', value: 'Basic ' } },
  })
  await refusing.close()
})

test('a server that wants accounts names where people sign in', async () => {
  const { verdict, last } = await probe(wanting.url)
  expect(verdict).toMatchObject({ auth: 'oauth', registration: 'dynamic' })
  expect(last('discovery')).toMatchObject({
    ...{ state: 'done', what: expect.stringContaining(new URL(login.issuer).host) },
  })
})

test('an authorization server that takes no clients or can not be used is said so', async () => {
  login.set({ metadata: { registration_endpoint: undefined } })
  const byHand = await probe(wanting.url)
  expect(byHand.verdict).toMatchObject({ auth: 'oauth', registration: 'manual' })
  expect(byHand.last('discovery')?.state).toBe('warning')
  login.set({ metadata: { code_challenge_methods_supported: undefined } })
  expect((await probe(wanting.url)).last('discovery')).toMatchObject({
    ...{ state: 'failed', code: 'oauth_discovery_failed' },
  })
  login.set({})
})

test('how far it came is told of a server that is not there', async () => {
  const nobody = await probe(`http://127.0.0.1:${await freePort()}/mcp`)
  expect(nobody.last('connection')).toMatchObject({
    ...{ state: 'failed', code: 'upstream_unreachable', what: 'the connection was refused' },
  })
  expect(nobody.states).toEqual({ name: 'skipped', connection: 'failed' })
  const unknown = await probe('https://no-such-name.invalid/mcp')
  expect(unknown.states).toEqual({ name: 'failed' })
  const upstream = await startSdkUpstream({ eras: 'both' })
  const noTls = await probe(upstream.url.replace('http:', 'https:'))
  expect(noTls.states).toEqual({ name: 'skipped', connection: 'done', tls: 'failed' })
  await upstream.close()
})

test('what is no MCP server is told from one of the transport before', async () => {
  const page = await startRecordingUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>hello</h1>')
  })
  expect((await probe(page.url)).last('era')).toMatchObject({ state: 'failed', code: 'upstream_invalid' })
  await page.close()
  const old = createServer((request, response) => {
    if (request.method !== 'GET') return void response.writeHead(405).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('event: endpoint\ndata: /messages?id=1\n\n')
  })
  old.listen(0, '127.0.0.1')
  await once(old, 'listening')
  const { port } = old.address() as AddressInfo // a TCP server has one
  const { verdict, last } = await probe(`http://127.0.0.1:${port}/sse`)
  expect(verdict.transport).toBe('http-sse')
  expect(last('era')).toMatchObject({ state: 'failed', code: 'http_sse_only' })
  old.closeAllConnections()
  old.close()
})

test('a redirect is not followed, and named without what it carries', async () => {
  const moved = await startRecordingUpstream(
    scripts.status(307, { location: 'https://user:pw@elsewhere.example/mcp?token=canary' }),
  )
  const { last, text } = await probe(moved.url)
  expect(last('http')?.what).toBe('it redirects to https://elsewhere.example/mcp')
  expect(text).not.toContain('canary')
  await moved.close()
})

test('four tries of one person run at once; the fifth is told to wait, others are not', async () => {
  const workspace = await registry.workspace('Busy')
  const [ada, bob] = [await workspace.key(), await workspace.key()]
  const silent = await startRecordingUpstream(scripts.never)
  const body = JSON.stringify({ url: silent.url })
  const gone = new AbortController()
  const begin = (key: string) =>
    fetch(`${registry.url}/v1/servers/probe`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      ...{ body, signal: gone.signal },
    })
  for (let i = 0; i < 4; i += 1) expect((await begin(ada.key)).status).toBe(200)
  const refused = await client(registry.url, ada.key)('POST', '/v1/servers/probe', { body })
  expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
    ...[429, 'rate_limited', '5'],
  ])
  expect((await begin(bob.key)).status).toBe(200)
  // Who goes away takes up no place.
  gone.abort()
  const again = new AbortController()
  const place = async () => {
    const { status } = await fetch(`${registry.url}/v1/servers/probe`, {
      method: 'POST',
      headers: { 'x-api-key': ada.key, 'content-type': 'application/json' },
      ...{ body, signal: again.signal },
    })
    return status
  }
  await expect.poll(place, { timeout: 10_000 }).toBe(200)
  again.abort()
  await silent.close()
})
