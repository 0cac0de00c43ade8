// Registering from what somebody has at hand: each entry of a pasted file is recognised, tried step by step before anything is kept,
// and the form follows what the server wants.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort, scripts, startRecordingUpstream, startSdkUpstream } from '@gatehouse/testkit'
import { startAuthorizationServer, startProtectedServer } from '@gatehouse/testkit/authorization-server'
import type { Page } from '@playwright/test'
import { test as base, expect, type World } from '../src/browser.ts'
import { api, dataFolder, startProduct } from '../src/product.ts'
import { expectAccessible } from '../src/screens.ts'

const secret = 'canary-3d7a-secret'

/** Of an MCP registry that knows one server. */
const known = {
  ...{
    name: 'io.github.example/notes',
    title: 'Notes <b>',
    description: 'Notes of everybody',
    version: '1.0.0',
  },
  remotes: [
    {
      type: 'streamable-http',
      url: 'http://{place}.invalid/mcp',
      variables: {
        place: { description: 'Where your notes are', isRequired: true, choices: ['here', 'there'] },
      },
    },
  ],
}

const test = base.extend<object, { product: World }>({
  // With an MCP registry to search.
  product: [
    async ({ browserName: _ }, use) => {
      const registry = await startRecordingUpstream(
        scripts.json({ servers: [{ server: known }], metadata: {} }),
      )
      const data = dataFolder()
      const env = { GATEHOUSE_MCP_REGISTRY_URL: registry.origin }
      const product = await startProduct({ folder: data.folder, env })
      await use({ ...product, stop: () => product.stop() })
      await product.stop()
      data.remove()
      await registry.close()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})
test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

/** A server that only speaks the transport of 2024. */
async function startHttpSse() {
  const server = createServer((request, response) => {
    if (request.method !== 'GET') return void response.writeHead(405).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('event: endpoint\ndata: /messages?id=1\n\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has one
  return {
    url: `http://127.0.0.1:${port}/sse`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** With the clipboard, as people do. */
async function paste(page: Page, text: string) {
  const field = page.getByRole('textbox', { name: 'What do you have?' })
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`)
  await field.fill('')
  await field.press('ControlOrMeta+V')
}

test('whatever is pasted is recognised, tried, and registered as it wants to be', async ({
  watched: page,
  product,
}) => {
  test.setTimeout(150_000) // the whole way, looked at on each screen
  const open = await startSdkUpstream({ eras: 'both' })
  const keyed = await startSdkUpstream({ eras: 'both', requiredHeader: `x-key: ${secret}` })
  const old = await startHttpSse()
  const login = await startAuthorizationServer()
  const wanting = await startProtectedServer({ authorizationServer: login })
  const panel = page.getByRole('region', { name: 'Live test' })
  const steps = panel.getByRole('list', { name: 'Steps of the test' })
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  const registerPage = () => page.goto(`${product.console_url}/w/default/servers/register`)
  const names = async () => {
    const { body } = await api(`${product.registry_url}/v1/deepagents/mcp-servers`, product.api_key, 'GET')
    return (body as unknown as { name: string }[]).map(({ name }) => name) // what the list answers
  }

  await registerPage()
  await page.getByRole('searchbox', { name: /^Search 127/ }).fill('notes')
  await expect(page.getByRole('list', { name: 'Found servers' })).toContainText('Notes <b>')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Use io.github.example/notes' }).click()
  await expect(page.getByText('Recognised: a server.json')).toBeVisible()
  await expect(field('URL')).toHaveValue('http://{place}.invalid/mcp')
  await page.getByRole('combobox', { name: 'place' }).selectOption('there')
  await expect(field('URL')).toHaveValue('http://there.invalid/mcp')
  await expectAccessible(page)
  await paste(page, 'my favourite server')
  await expect(page.getByText(/^This is no URL/)).toBeVisible()
  await paste(
    page,
    JSON.stringify({
      mcpServers: {
        started: { command: 'npx', args: ['-y', '@example/files', '/my data'], env: { FILES_KEY: secret } },
        before: { type: 'sse', url: old.url },
        nobody: { url: `http://127.0.0.1:${await freePort()}/mcp` },
        opened: { type: 'http', url: open.url },
      },
    }),
  )
  await expect(page.getByText("Recognised: a client's mcp.json with 4 servers")).toBeVisible()

  await page.getByRole('radio', { name: /^started/ }).check()
  await expect(page.getByRole('group', { name: 'line that serves it' })).toContainText('supergateway')
  await expect(page.getByText('FILES_KEY', { exact: true })).toBeVisible()
  await expect(field('URL')).toHaveValue('http://localhost:8000/mcp')
  await expectAccessible(page)

  await page.getByRole('radio', { name: /^before/ }).check()
  await expect(panel).toContainText('It speaks only HTTP+SSE')
  await expect(panel).toContainText('http_sse_only')
  await expectAccessible(page)

  await page.getByRole('radio', { name: /^nobody/ }).check()
  await expect(panel).toContainText('It can not be used like this')
  await expect(steps.getByRole('listitem').filter({ hasText: 'Connection' })).toContainText(
    'The connection was refused',
  )
  await expect(steps.getByRole('listitem').filter({ hasText: 'Tools' })).toContainText('Not come to')
  await expectAccessible(page)

  await page.getByRole('radio', { name: /^opened/ }).check()
  await expect(panel).toContainText(/It works: \d+ tools/)
  await expect(field('Name')).toHaveValue('opened')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Register server' }).click()
  await expect(page.getByText(/It lists \d+ tools/)).toBeVisible()
  await page.getByRole('button', { name: 'Register another' }).click()

  await paste(page, `claude mcp add --transport http keyed ${keyed.url}`)
  await expect(panel).toContainText('It wants a header')
  await expect(page.getByRole('radio', { name: /^None, or headers/ })).toBeChecked()
  await field('Name of header 1').fill('X-Key')
  await field('Value of header 1').fill('wrong')
  await expect(panel).toContainText('test again')
  await panel.getByRole('button', { name: 'Test again' }).click()
  await expect(panel).toContainText('It refuses these headers')
  await field('Value of header 1').fill(secret)
  await panel.getByRole('button', { name: 'Test again' }).click()
  await expect(panel).toContainText('It takes these headers')
  // A refused save leaves nothing behind.
  await page.getByRole('textbox', { name: 'Slug' }).fill('opened')
  await page.getByRole('button', { name: 'Register server' }).click()
  await expect(page.getByRole('textbox', { name: 'Slug' })).toHaveAttribute('aria-invalid', 'true')
  expect(await names()).not.toContain('keyed')
  await page.getByRole('textbox', { name: 'Slug' }).fill('')
  await page.getByRole('button', { name: 'Register server' }).click()
  await expect.poll(names).toContain('keyed')
  await expect(page.getByText(/It lists \d+ tools/)).toBeVisible()
  expect(await page.content()).not.toContain(secret)

  await registerPage()
  await field('Name').fill('Wanting')
  await field('URL').fill(wanting.url)
  await panel.getByRole('button', { name: 'Test this server' }).click()
  await expect(panel).toContainText('It wants accounts')
  await expect(panel).toContainText(new URL(login.issuer).host)
  await expect(page.getByRole('radio', { name: /^OAuth: each/ })).toBeChecked()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Register server' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()

  // What a probe may not reach is said at the field.
  await page.getByRole('button', { name: 'Register another' }).click()
  await field('URL').fill('https://10.0.0.1/mcp')
  await panel.getByRole('button', { name: 'Test this server' }).click()
  await expect(field('URL')).toHaveAttribute('aria-invalid', 'true')
  await expect(steps).toBeHidden()

  old.close()
  await Promise.all([open, keyed, wanting].map((one) => one.close()))
  await login.close()
})
