// Everything that a server says of itself is text on every screen: nothing of it runs, and the policy has nothing to report.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '../src/browser.ts'
import { api } from '../src/product.ts'
import { expectAccessible } from '../src/screens.ts'

test.use({ world: 'hostile-texts' })

const script = '<script>window.wasRun = 1</script>'
const image = '<img src=x onerror="window.wasRun = 1">'
const link = '[click](javascript:window.wasRun=1)'
const hidden = 'plain\u202Eesrever\u200B'

/** A legacy server whose every word is an attack. */
const said: Readonly<Record<string, unknown>> = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: script, title: image, version: script },
    instructions: image,
  },
  'tools/list': {
    tools: [
      {
        name: image,
        title: script,
        description: `${script} ${image} ${link} ${hidden}`,
        inputSchema: { type: 'object', title: script, properties: { [image]: { description: script } } },
        annotations: { title: image },
      },
    ],
  },
  'tools/call': { content: [{ type: 'text', text: script }], isError: true },
}

const hostile = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  const { id, method = '' } = text === '' ? {} : (JSON.parse(text) as { id?: unknown; method?: string })
  const result = said[method]
  const answer = result ? { result } : { error: { code: -32601, message: `${script} ${image}` } }
  response.writeHead(id === undefined ? 202 : 200, { 'content-type': 'application/json' })
  response.end(id === undefined ? undefined : JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
})
let url = ''
test.beforeAll(async () => {
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}/mcp` // a TCP server has an AddressInfo
})
test.afterAll(() => void hostile.close())

test('scripts in the texts of a server, a key and a call stay text on every screen', async ({
  watched: page,
  product,
}) => {
  const at = (path: string) => product.registry_url + path
  const server = { name: `Odd ${script}`, slug: 'odd', url, headers: [{ key: 'X-Odd', value: 'v' }] }
  const made = await api(at('/v1/deepagents/mcp-servers'), product.api_key, 'POST', server)
  expect(made.status).toBe(201)
  const { id } = made.body as { id: string }
  await api(at('/v1/api-keys'), product.api_key, 'POST', { name: image, kind: 'service' })
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: image, arguments: {} } }
  const called = await fetch(`${product.gateway_url}/mcp/odd`, {
    method: 'POST',
    headers: {
      'x-api-key': product.api_key,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(call),
  })
  expect(called.status).toBe(200)
  await called.body?.cancel()

  const home = `${product.console_url}/w/default`
  const screens: [path: string, shown: string][] = [
    ['/servers', 'Odd <script>'],
    [`/servers/${id}`, 'Odd <script>'],
    [`/servers/${id}/tools`, '<img src=x'],
    [`/playground?server=odd&tool=${encodeURIComponent(image)}`, '[click](javascript:'],
    ['/keys', '<img src=x'],
    ['/calls', '<img src=x'],
  ]
  for (const [path, shown] of screens) {
    await page.goto(home + path)
    await expect(page.getByText(shown).filter({ visible: true }).first()).toBeVisible()
    expect(await page.evaluate(() => 'wasRun' in globalThis)).toBe(false)
    expect(await page.locator('main img[src="x"], main a[href^="javascript:"]').count()).toBe(0)
  }
  await page.goto(`${home}/servers/${id}/tools`)
  await expectAccessible(page)
})
