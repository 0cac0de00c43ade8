import { randomUUID } from 'node:crypto'
import { type Script, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway.ts'

const { inTurn, json, legacyServer, modernServer, status } = scripts

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}
const modernList = {
  headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' },
  message: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } },
}
const greeting = {
  headers: {},
  message: {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  },
}

async function serve(script: Script, era?: 'legacy' | 'modern') {
  const upstream = await startRecordingUpstream(script)
  onTestFinished(() => upstream.close())
  const slug = `s-${randomUUID().slice(0, 8)}`
  gateway.registry.addServer({ slug, url: upstream.url, ...(era ? { era } : {}) })
  const { key } = gateway.registry.addKey()
  const send = ({ headers, message }: { headers: object; message: object }) =>
    fetch(`${gateway.url}/mcp/${slug}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${key}`,
        ...headers,
      },
      body: JSON.stringify(message),
    })
  const methods = () =>
    upstream.requests.map((request) => (request.json() as { method?: string } | undefined)?.method)
  return { upstream, send, methods }
}

const error = (code: number, data?: unknown) => ({
  jsonrpc: '2.0',
  id: 1,
  error: { code, message: 'no', ...(data === undefined ? {} : { data }) },
})

test('the first modern request is preceded by one probe, however many come at once; later ones by none', async () => {
  const { send, methods } = await serve(modernServer())
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(modernList)))
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200])
  await send(modernList)
  expect(methods().filter((method) => method === 'server/discover')).toHaveLength(1)
  expect(methods().filter((method) => method === 'tools/list')).toHaveLength(6)
})

test('a server pinned by an operator is never asked', async () => {
  const { send, methods } = await serve(modernServer(), 'modern')
  expect((await send(modernList)).status).toBe(200)
  expect(methods()).toEqual(['tools/list'])
})

test('a server that both eras fail at gets the request as it is, and its answer decides', async () => {
  const { send } = await serve(status(503))
  expect((await send(modernList)).status).toBe(503)
})

test('the handshake of an older client goes to the server as it is, and a legacy server answers it', async () => {
  const { send, methods } = await serve(legacyServer())
  const answer = await send(greeting)
  expect(((await answer.json()) as { result: unknown }).result).toMatchObject({
    protocolVersion: '2025-11-25',
  })
  expect(methods()).toEqual(['initialize'])
})

test('a legacy server that refuses one handshake keeps its word: its own answer reaches the client', async () => {
  const { send } = await serve(json(error(-32602), { status: 400 }))
  const answer = await send(greeting)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual(error(-32602))
})

test('what a refused credential or a time-out says about eras is nothing', async () => {
  const { send } = await serve(status(401))
  const answer = await send(modernList)
  expect(await answer.text()).toContain('renew')
  const hung = await serve(inTurn(status(503), status(503), modernServer()))
  expect((await hung.send(modernList)).status).toBe(200)
})
