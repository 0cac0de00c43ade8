// What somebody without a session gets, and what a page of another origin can do with the session of who visits it: nothing.

import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from '../src/browser.ts'
import { api } from '../src/product.ts'

const pages = resolve(import.meta.dirname, '../../apps/console/src/app')
/** Those that are there for people without a session. */
const open = ['/sign-in', '/claim', '/invitation', '/connect', '/connect/callback']

/** Every address that the console has a page for. */
const addresses = readdirSync(pages, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('page.tsx'))
  .map((file) => join('/', dirname(file)))
  .map((path) => path.replace('[slug]', 'default').replace('[id]', crypto.randomUUID()))
  .map((path) => path.replace('[token]', 'a'.repeat(43)).replace('[...path]', 'servers'))
  .filter((path) => !open.includes(path))

interface Described {
  readonly security?: readonly unknown[]
}

/** Every operation that wants to know who asks, as the registry publishes them. */
async function operations(registryUrl: string) {
  const document = await (await fetch(`${registryUrl}/openapi.json`)).json()
  const paths = Object.entries((document as { paths: Record<string, Record<string, Described>> }).paths)
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => security?.length !== 0)
      .map(([method]) => ({ method, path: path.replaceAll(/\{[^}]*\}/g, crypto.randomUUID()) })),
  )
}

test('without a session every page leads to sign-in, and every operation is refused', async ({
  browser,
  product,
}) => {
  const stranger = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const page = await stranger.newPage()
  expect(addresses.length).toBeGreaterThan(8)
  for (const address of addresses) {
    await page.goto(product.console_url + address)
    await expect(page, address).toHaveURL(/\/sign-in/)
  }
  const all = await operations(product.registry_url)
  expect(all.length).toBeGreaterThan(30)
  const headers = { origin: product.console_url, 'content-type': 'application/json' }
  for (const { method, path } of all) {
    const answer = await stranger.request.fetch(`${product.console_url}/api/registry${path}`, {
      ...{ method, headers, ...(method === 'get' ? {} : { data: '{}' }) },
    })
    expect([method, path, answer.status(), await answer.text()]).toEqual([
      ...[method, path, 401, '{"error":"Unauthorized"}'],
    ])
  }
  await stranger.close()
})

test('a page of another origin changes nothing with its visitor’s session, reads nothing, and shows the console in no frame', async ({
  page,
  product,
}) => {
  // Cookies know no ports: to the browser this page is of the same site, and the session's cookie goes along.
  const evil = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Evil</title>')
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => evil.once('listening', listening))
  const { hostname } = new URL(product.console_url)
  await page.goto(`http://${hostname}:${(evil.address() as AddressInfo).port}/`)
  const audited = () =>
    api(`${product.registry_url}/v1/audit?limit=1`, product.api_key, 'GET').then(({ body }) => body)
  const before = await audited()

  const changing = (await operations(product.registry_url)).filter(({ method }) => method !== 'get')
  const statuses: number[] = []
  page.on('response', (response) => {
    if (response.url().startsWith(product.console_url)) statuses.push(response.status())
  })
  for (const { method, path } of [...changing, { method: 'post', path: '/v1/sign-out' }]) {
    const url = `${product.console_url}/api/registry${path}`
    const read = await page.evaluate(sendWithCookies, { url, method: method.toUpperCase() })
    expect([path, read]).toEqual([path, 'nothing was read'])
  }
  expect(
    await page.evaluate(sendWithCookies, { url: `${product.console_url}/api/registry/v1/me`, method: 'GET' }),
  ).toBe('nothing was read')
  // A form needs no permission to be sent, with a body that reads as JSON.
  await page.setContent(`<form method="post" enctype="text/plain" target="answer"
      action="${product.console_url}/api/registry/v1/api-keys"><input name='{"name":"stolen","a":"' value='"}'></form>
    <iframe name="answer"></iframe><iframe name="shown" src="${product.console_url}/"></iframe>`)
  const posted = page.waitForResponse((response) => response.url().endsWith('/v1/api-keys'))
  await page.evaluate('document.forms[0].submit()')
  expect((await posted).status()).toBe(403)
  await expect.poll(() => page.frame('shown')?.url()).toContain('chrome-error:')
  for (const status of statuses.filter((one) => one !== 200)) expect(status).toBe(403)
  expect(statuses.filter((one) => one === 403).length).toBeGreaterThan(0)
  expect(await audited()).toEqual(before)
  evil.close()
})

/** Runs in the page, once as a script may send without asking, once as it may after asking. */
async function sendWithCookies({ url, method }: { url: string; method: string }): Promise<string> {
  const body = method === 'GET' ? {} : { body: '{}' }
  if (['GET', 'POST'].includes(method))
    await fetch(url, { method, mode: 'no-cors', credentials: 'include', ...body }).catch(() => undefined)
  const headers = method === 'GET' ? {} : { 'content-type': 'application/json' }
  return fetch(url, { method, credentials: 'include', headers, ...body }).then(
    (answer) => answer.text(),
    () => 'nothing was read',
  )
}
