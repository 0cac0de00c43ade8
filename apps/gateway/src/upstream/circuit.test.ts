import { type Script, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import { createCircuit } from './circuit.ts'

const rpc = (method: string) => `{"jsonrpc":"2.0","id":1,"method":"${method}","params":{"name":"t"}}`
const { json, reset, status } = scripts
const ok = json({ jsonrpc: '2.0', id: 1, result: {} })
const openMs = 400

let gateway: TestGateway
let key: string
let slugs = 0

beforeAll(async () => {
  gateway = await startGateway({
    GATEHOUSE_CIRCUIT_FAILURES: '3',
    GATEHOUSE_CIRCUIT_OPEN_MS: String(openMs),
  })
  key = gateway.registry.addKey().key
})
// What an earlier test's server left open goes with that server.
beforeEach(() => waitFor(() => Object.values(gateway.deps.pools.circuits()).every(({ open }) => open === 0)))
afterAll(() => gateway.close())

async function serve(script: Script) {
  const upstream = await startRecordingUpstream(script)
  const slug = `s${++slugs}`
  const id = gateway.registry.addServer({ slug, url: upstream.url, headers: [['x-stored', 'v']] })
  onTestFinished(async () => {
    gateway.registry.removeServer(id)
    await upstream.close()
  })
  const call = (method = 'tools/call', init: RequestInit = {}) =>
    fetch(`${gateway.url}/mcp/${slug}`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: rpc(method),
      ...init,
    })
  const calls = async (count: number) => {
    const answers: Response[] = []
    for (let i = 0; i < count; i += 1) answers.push(await call())
    return answers
  }
  return { upstream, id, call, calls }
}

/** Until the next one may try. */
async function whileOpen(kind: 'upstream' | 'credential') {
  expect(gateway.deps.pools.circuits()[kind].open).toBe(1)
  const until = performance.now() + openMs
  await waitFor(() => performance.now() > until)
}

describe('a server that can not be reached several times in a row', () => {
  test('is left alone: the caller hears at once when to come again', async () => {
    const { upstream, calls } = await serve(reset)
    for (const answer of await calls(3)) {
      expect(answer.status).toBe(502)
      expect(answer.headers.get('retry-after')).toBeNull()
    }
    const [refused] = await calls(1)
    expect(refused?.status).toBe(502)
    expect(refused?.headers.get('retry-after')).toBe('1')
    expect(await refused?.json()).toMatchObject({ id: 1, error: { code: 1003 } })
    expect(upstream.requests.length).toBe(3)
  })

  test('is tried by one call after a while, and by all once that one was answered', async () => {
    const { upstream, calls, call } = await serve(reset)
    await calls(3)
    let answer = () => {}
    upstream.answer((request, response) => {
      answer = () => void ok(request, response)
    })
    await whileOpen('upstream')
    const trial = call()
    await waitFor(() => upstream.requests.length === 4)
    expect((await Promise.all([call(), call(), call()])).map((one) => one.status)).toEqual([502, 502, 502])
    expect(upstream.requests.length).toBe(4)
    upstream.answer(ok)
    answer()
    expect((await trial).status).toBe(200)
    expect((await calls(2)).map((one) => one.status)).toEqual([200, 200])
  })

  test('is left alone again when the trial fails, and tried again at once when its client went away', async () => {
    const { upstream, calls, call } = await serve(reset)
    await calls(3)
    await whileOpen('upstream')
    await calls(2)
    expect(upstream.requests.length).toBe(4)
    upstream.answer(scripts.never)
    await whileOpen('upstream')
    const leaving = new AbortController()
    const trial = call('tools/call', { signal: leaving.signal }).catch(() => undefined)
    await waitFor(() => upstream.requests.length === 5)
    leaving.abort()
    await trial
    await upstream.requests[4]?.over
    upstream.answer(ok)
    expect((await call()).status).toBe(200)
  })

  test('is asked again at once when it was changed', async () => {
    const { upstream, id, calls } = await serve(reset)
    await calls(4)
    upstream.answer(ok)
    const revision = gateway.registry.changeServer(id, { headers: [['x-stored', 'new']] })
    await waitFor(() => gateway.registry.acknowledged() >= revision)
    expect((await calls(1))[0]?.status).toBe(200)
  })

  test('takes no other server of the workspace with it', async () => {
    const { calls } = await serve(reset)
    const other = await serve(ok)
    await calls(4)
    expect((await other.calls(1))[0]?.status).toBe(200)
  })
})

describe('a credential that was refused several times in a row', () => {
  test('is not sent again for a while; the caller hears the same as before, and when to come again', async () => {
    const { upstream, calls, call } = await serve(status(401))
    const answers = await calls(4)
    const told = await Promise.all(answers.map(async (one) => [one.status, await one.json()]))
    expect(told[0]).toEqual([
      200,
      expect.objectContaining({ result: expect.objectContaining({ isError: true }) }),
    ])
    expect(told[3]).toEqual(told[0])
    const refused = await call('tools/list')
    expect(refused.status).toBe(502)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ error: { code: 1010 } })
    expect(upstream.requests.length).toBe(3)
    expect(gateway.deps.pools.circuits().credential.opened).toBe(1)
  })

  test('is sent again at once when it was renewed', async () => {
    const { upstream, id, calls } = await serve(status(401))
    await calls(4)
    upstream.answer(ok)
    const revision = gateway.registry.changeServer(id, { headers: [['x-stored', 'new']] })
    await waitFor(() => gateway.registry.acknowledged() >= revision)
    expect(await (await calls(1))[0]?.json()).toMatchObject({ result: {} })
    expect(upstream.requests.length).toBe(4)
  })

  test('is tried by one call after a while', async () => {
    const { upstream, calls } = await serve(status(401))
    await calls(4)
    upstream.answer(ok)
    await whileOpen('credential')
    expect(await (await calls(1))[0]?.json()).not.toHaveProperty('result.isError')
  })
})

describe('nothing is left alone', () => {
  let before: object
  beforeEach(() => {
    before = opened()
  })
  const opened = () => {
    const { upstream, credential } = gateway.deps.pools.circuits()
    return { upstream: upstream.opened, credential: credential.opened }
  }

  test.each([
    ['for errors of its tools', json({ jsonrpc: '2.0', id: 1, result: { isError: true, content: [] } })],
    ['for protocol errors', json({ jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no' } })],
    [
      "for the caller's mistakes",
      json({ jsonrpc: '2.0', id: 1, error: { code: 1, message: '' } }, { status: 400 }),
    ],
    ['for 403', status(403)],
    ['for 503', status(503)],
    ['for an answer that breaks off', scripts.breakOff('{"jsonrpc":')],
    ['for what is no MCP', json('<html>', { headers: { 'content-type': 'text/html' } })],
  ])('%s', async (_what, script) => {
    const { upstream, call } = await serve(script)
    for (let i = 0; i < 5; i += 1) {
      const answer = await call()
      await answer.text().catch(() => {}) // it breaks off
    }
    expect(upstream.requests.length).toBe(5)
    expect(opened()).toEqual(before)
  })

  test('for clients that go away', async () => {
    const { upstream, call } = await serve(scripts.never)
    for (let i = 0; i < 5; i += 1) {
      const leaving = new AbortController()
      const one = call('tools/call', { signal: leaving.signal }).catch(() => undefined)
      await waitFor(() => upstream.requests.length === i + 1)
      leaving.abort()
      await one
    }
    expect(opened()).toEqual(before)
  })

  test('for failures with an answer between them', async () => {
    const { upstream, calls } = await serve(scripts.inTurn(reset, reset, ok, reset, reset, ok))
    await calls(6)
    expect(upstream.requests.length).toBe(6)
  })
})

test('one trial that never hears anything does not keep the others away for ever', () => {
  let now = 0
  const circuit = createCircuit({ failures: 1, openMs: 1_000, monotonic: () => now, opened: () => {} })
  expect(circuit.refusedForS()).toBe(0)
  circuit.failed()
  expect(circuit.refusedForS()).toBe(1)
  now = 1_000
  expect(circuit.refusedForS()).toBe(0)
  expect(circuit.refusedForS()).toBe(1)
  now = 2_000
  expect(circuit.refusedForS()).toBe(0)
})
