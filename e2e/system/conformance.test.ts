// What the conformance run promises of itself: no failure passes unnoticed, and no exception outlives its reason.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { judge } from '../conformance/judge.ts'
import { mapNames } from '../conformance/names.ts'
import { type Mapping, startShim } from '../conformance/shim.ts'
import type { Check } from '../conformance/suite.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe('a run', () => {
  const about = {
    leg: 'bridge',
    client_era: 'legacy',
    upstream_era: 'modern',
    requirements: '2025-11-25',
  } as const
  const required = { scored: ['ping'], unscored: [] }
  const ok: Check = { id: 'a', status: 'SUCCESS' }
  const also: Check = { id: 'b', status: 'SUCCESS' }
  const bad: Check = { id: 'b', status: 'FAILURE' }
  const run = (
    checks: readonly Check[] | undefined,
    reference: readonly Check[],
    listed: readonly string[],
  ) => {
    const results = new Map(checks && [['ping', checks]])
    return judge(about, required, results, new Map([['ping', reference]]), listed)
  }

  test.each([
    ['passes', [ok, also], [ok, also], []],
    ['fails in a check that fails without the gateway too', [ok, bad], [ok, bad], []],
    ['fails in a listed check', [ok, bad], [ok, also], ['ping:b']],
    ['fails in a listed scenario', [ok, bad], [ok, also], ['ping']],
  ])('is good where the scenario %s', (_name, checks, reference, listed) => {
    expect(run(checks, reference, listed)).toMatchObject({ passed: 1, surprises: [] })
  })

  test.each([
    ['fails', [ok, bad], [ok, also], []],
    ['fails in another check than the listed', [bad], [ok, also], ['ping:b']],
    ['loses a check that succeeds without the gateway', [ok], [ok, also], []],
    ['does not come to its end', undefined, [ok, also], []],
    ['passes, but is listed', [ok, also], [ok, also], ['ping']],
    ['passes in a listed check', [ok, also], [ok, also], ['ping:b']],
    ['is unknown, but listed', [ok], [ok], ['pong']],
  ])('is bad where a scenario %s', (_name, checks, reference, listed) => {
    expect(run(checks, reference, listed)).toMatchObject({ passed: 0, surprises: [expect.any(String)] })
  })

  test('counts scenarios and checks', () => {
    expect(run([ok, bad], [ok, also], []).row).toMatchObject({
      scored_passed: 0,
      scored_total: 1,
      checks_passed: 1,
      checks_failed: 1,
    })
  })
})

test('names and URIs of the suite become those of one server, and come back', () => {
  const mapping = mapNames('s1', 's2')
  const sent = (method: string, params: object) =>
    JSON.parse(mapping.request(JSON.stringify({ method, params }), []).body).params
  expect(sent('tools/call', { name: 'a' })).toEqual({ name: 's1__a' })
  expect(sent('tools/call', { name: 's2__a' })).toEqual({ name: 's2__a' })
  expect(sent('resources/read', { uri: 'test://a' })).toEqual({ uri: 's1+test://a' })
  expect(sent('completion/complete', { ref: { type: 'ref/prompt', name: 'a' } })).toEqual({
    ref: { type: 'ref/prompt', name: 's1__a' },
  })
  expect(mapping.response('{"name":"s1__a","uri":"s1+test://a"}')).toBe('{"name":"a","uri":"test://a"}')
})

async function startEcho() {
  const server = createServer(async (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify(request.headers)}\n`)
    for await (const chunk of request) response.write(chunk)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  return { url: `http://localhost:${port}/mcp/a`, host: `localhost:${port}` }
}

test('the shim adds the key, passes bytes as they are, and is known as the gateway', async () => {
  const echo = await startEcho()
  const send = async (mapping?: Mapping) => {
    const shim = await startShim(echo.url, 'secret', mapping)
    cleanups.push(shim.close)
    const body = '{"method": "tools/call",  "params": {"name": "a"}}'
    const [head = '', rest] = (await (await fetch(shim.url, { method: 'POST', body })).text()).split('\n')
    return { headers: JSON.parse(head.slice('data: '.length)), rest, body }
  }
  const plain = await send()
  expect(plain.headers).toMatchObject({ host: echo.host, 'x-api-key': 'secret' })
  expect(plain.rest).toBe(plain.body)
  const mapped = await send(mapNames('s1', 's2'))
  expect(mapped.headers['content-length']).toBe(
    String('{"method":"tools/call","params":{"name":"s1__a"}}'.length),
  )
  expect(mapped.rest).toBe('{"method":"tools/call","params":{"name":"a"}}')
})
