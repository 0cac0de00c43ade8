// The main job, end to end: `npm start`, register a real server with a credential, call its tools through the gateway.

import { type Everything, startEverything } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectV1, connectV2, textOf } from '../src/clients.ts'
import { dataFolder, type Product, startProduct } from '../src/product.ts'

const data = dataFolder()
let product: Product
let everything: Everything

beforeAll(async () => {
  ;[product, everything] = await Promise.all([startProduct({ folder: data.folder }), startEverything()])
  const made = await product.api('POST', '/v1/deepagents/mcp-servers', {
    name: 'Everything',
    slug: 'everything',
    url: everything.url,
    headers: [{ key: 'X-Everything-Key', value: 'canary-5f2c9d' }],
  })
  expect(made.status).toBe(201)
}, 120_000)

afterAll(async () => {
  await Promise.all([product?.stop(), everything?.close()])
  data.remove()
})

describe('server-everything through the gateway', () => {
  for (const path of ['/mcp/everything', '/mcp/']) {
    const prefix = path === '/mcp/' ? 'everything__' : ''

    test(`the SDK v1 client calls echo and get-sum on ${path}`, async () => {
      const client = await connectV1(product.gateway_url + path, product.api_key)
      const echo = await client.callTool({ name: `${prefix}echo`, arguments: { message: 'hello' } })
      expect(textOf(echo)).toContain('hello')
      const sum = await client.callTool({ name: `${prefix}get-sum`, arguments: { a: 19, b: 23 } })
      expect(textOf(sum)).toContain('42')
      await client.close()
    })

    test(`the SDK v2 client in auto mode calls echo and get-sum on ${path}`, async () => {
      const client = await connectV2(product.gateway_url + path, product.api_key)
      const echo = await client.callTool({ name: `${prefix}echo`, arguments: { message: 'hello' } })
      expect(textOf(echo)).toContain('hello')
      const sum = await client.callTool({ name: `${prefix}get-sum`, arguments: { a: 19, b: 23 } })
      expect(textOf(sum)).toContain('42')
      await client.close()
    })
  }
})

describe('the sample server', () => {
  test('is registered, healthy and called in the modern era', async () => {
    const client = await connectV2(`${product.gateway_url}/mcp/sample`, product.api_key)
    expect(client.getProtocolEra()).toBe('modern')
    const { tools } = await client.listTools()
    expect(tools.length).toBeGreaterThanOrEqual(4)
    await client.close()
  })

  test('is called in the modern era through the aggregate endpoint', async () => {
    const client = await connectV2(`${product.gateway_url}/mcp/`, product.api_key, { pin: '2026-07-28' })
    const { tools } = await client.listTools()
    expect(tools.some((tool) => tool.name.startsWith('sample__'))).toBe(true)
    await client.close()
  })
})

test("the seeds' own initialize example is answered as documented", async () => {
  const body = `
{
  "jsonrpc": "2.0",
  "id": "1",
  "method": "initialize",
  "params": {
    "clientInfo": {
      "name": "test_client",
      "version": "1.0.0"
    },
    "protocolVersion": "2024-11-05",
    "capabilities": {}
  }
}
`
  const response = await fetch(`${product.gateway_url}/mcp/`, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'x-api-key': product.api_key,
    },
    body,
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(await response.json()).toMatchObject({
    jsonrpc: '2.0',
    id: '1',
    result: { protocolVersion: '2024-11-05' },
  })
})

test('no answer of the registry shows the stored credential', async () => {
  const paths = ['/v1/deepagents/mcp-servers', '/v1/calls', '/metrics', '/v1/api-keys']
  for (const path of paths) {
    const response = await fetch(product.registry_url + path, { headers: { 'x-api-key': product.api_key } })
    expect(response.status).toBe(200)
    expect(await response.text()).not.toContain('canary-5f2c9d')
  }
  expect(product.output()).not.toContain('canary-5f2c9d')
})

test('a call is listed by the registry after it ended', async () => {
  const client = await connectV1(`${product.gateway_url}/mcp/everything`, product.api_key)
  await client.callTool({ name: 'echo', arguments: { message: 'recorded' } })
  await client.close()
  await expect
    .poll(async () => (await product.api('GET', '/v1/calls?method=tools/call')).body, { timeout: 5_000 })
    .toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ tool: 'echo', outcome: 'ok' })]),
    })
})

test('after DELETE has answered, the next call finds no server', async () => {
  const made = await product.api('POST', '/v1/deepagents/mcp-servers', {
    name: 'Short-lived',
    slug: 'short-lived',
    url: everything.url,
    headers: [{ key: 'X-Everything-Key', value: 'canary-5f2c9d' }],
  })
  const { id } = made.body as { id: string }
  const call = () =>
    fetch(`${product.gateway_url}/mcp/short-lived`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${product.api_key}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
    })
  const before = await call()
  expect(before.status).toBe(200)
  await before.text()
  expect((await product.api('DELETE', `/v1/deepagents/mcp-servers/${id}`)).status).toBe(204)
  expect((await call()).status).toBe(404)
})
