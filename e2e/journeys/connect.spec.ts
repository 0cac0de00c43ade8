// A person connects an account at a server that wants OAuth: through the window, past a refusal and a blocked window, and out
// again. The authorization server cuts its window off from whoever opened it, as real ones do.

import {
  type AuthorizationServer,
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
} from '@gatehouse/testkit/authorization-server'
import type { BrowserContext, Page } from '@playwright/test'
import { expect, test, type World } from '../src/browser.ts'
import { callTool, textOf } from '../src/clients.ts'
import { api } from '../src/product.ts'
import { expectAccessible } from '../src/screens.ts'

test.use({ world: 'connect' })

let login: AuthorizationServer
let upstream: ProtectedServer
test.beforeAll(async () => {
  login = await startAuthorizationServer()
  const metadata = { scopes_supported: ['read'] }
  upstream = await startProtectedServer({ authorizationServer: login, switches: { metadata } })
})
test.beforeEach(() => login.set({ openerPolicy: 'same-origin' }))
test.afterAll(async () => {
  await upstream.close()
  await login.close()
})

test('a person connects in a window, calls with their own account, and disconnects', async ({
  watched: page,
  product,
  context,
}) => {
  test.setTimeout(120_000) // the whole way, looked at on each screen
  await page.goto(`${product.console_url}/w/default/servers/register`)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Files')
  await page.getByRole('textbox', { name: 'URL' }).fill(upstream.url)
  await page.getByRole('radio', { name: /^OAuth: each/ }).check()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Register server' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Connect to Files' }).click()

  const dialog = page.getByRole('dialog', { name: 'Connect to Files' })
  await expectAccessible(page)
  const popup = await openWindow(context, () => dialog.getByRole('button', { name: 'Connect' }).click())
  const consent = popup.getByRole('main')
  await expect(consent).toContainText('Connect to Files')
  await expect(consent).toContainText(new URL(login.issuer).host)
  await expect(consent.getByText('read', { exact: true })).toBeVisible()
  await expect(dialog).toContainText('Waiting for you in the other window')
  await expectAccessible(popup)
  await expectAccessible(page)
  await signIn(popup, 'ada', 'Allow')
  await expect(dialog).toContainText('You are connected to Files')
  // It closed itself.
  await expect.poll(() => popup.isClosed()).toBe(true)
  await dialog.getByRole('button', { name: 'Done' }).click()

  const row = page.getByRole('row', { name: /Files/ })
  await expect(row).toContainText('Connected')
  await expectAccessible(page)
  await row.getByRole('button', { name: 'Label Files' }).click()
  await page.getByRole('textbox', { name: 'Label' }).fill('ada at work')
  await page.getByRole('button', { name: 'Save label' }).click()
  await expect(row).toContainText('ada at work')

  const key = await ownKey(page, product)
  const call = () => callTool(`${product.gateway_url}/mcp/files`, key, 'echo', { text: 'under my name' })
  expect(textOf((await call()) as object)).toContain('under my name')
  const calls = upstream.callers.filter(({ tool }) => tool === 'echo')
  expect(calls.map(({ sub }) => sub)).toEqual(['ada'])
  await row.getByRole('link', { name: 'Files' }).click()
  await expect(page.getByRole('main')).toContainText('Connected')
  await expect(page.getByRole('link', { name: /^\d+ tools$/ })).toBeVisible()
  await expect(page.getByText('2026-07-28')).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Connections', exact: true }).click()
  await row.getByRole('button', { name: 'Disconnect Files' }).click()
  const question = page.getByRole('dialog', { name: 'Disconnect from Files?' })
  await expect(question).toBeVisible()
  await expectAccessible(page)
  await question.getByRole('button', { name: 'Disconnect' }).click()
  await expect(question).toBeHidden()
  await expect(page.getByRole('heading', { name: 'Not connected yet' })).toBeVisible()
  // A client is told where to go.
  const [, link = ''] = /(http\S+) and connect/.exec(String(await call().catch(String))) ?? []
  expect(upstream.callers.filter(({ tool }) => tool === 'echo')).toHaveLength(1)
  await page.goto(`${link}&scope=write`)
  const wider = await openWindow(context, () => dialog.getByRole('button', { name: 'Connect' }).click())
  await expect(wider.getByText('write', { exact: true })).toBeVisible()
})

test('a server that turns out to want an account is asked for one', async ({ watched: page, product }) => {
  await page.goto(`${product.console_url}/w/default/servers/register`)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Found out')
  await page.getByRole('textbox', { name: 'URL' }).fill(upstream.url)
  await page.getByRole('button', { name: 'Register server' }).click()
  const refusal = page.getByRole('main').getByRole('alert').filter({ hasText: 'upstream_auth_failed' })
  await expect(refusal).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Use OAuth: each person connects' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await page.getByRole('link', { name: 'Connect to Found out' }).click()
  await expect(page.getByRole('dialog', { name: 'Connect to Found out' })).toBeVisible()
})

test('who does not agree is told so, as text, and nothing is connected', async ({
  watched: page,
  product,
  context,
}) => {
  const description = '<img src=x onerror="document.title=1"> never‮mind'
  login.set({ openerPolicy: 'same-origin', denial: { error: 'access_denied', description } })
  const dialog = await connectDialog(page, product, 'Denied')
  const popup = await openWindow(context, () => dialog.getByRole('button', { name: 'Connect' }).click())
  await signIn(popup, 'ada', 'Deny')
  await expect(popup.getByRole('heading', { name: 'You did not agree' })).toBeVisible()
  await expect(popup.locator('img')).toHaveCount(0)
  await expectAccessible(popup)
  await expect(dialog).toContainText('You did not agree')
  await expectAccessible(page)
  // What came back is not kept in the history, and works once.
  expect(new URL(popup.url()).search).toBe('')
  await popup.reload()
  await expect(popup.getByRole('heading', { name: 'Nothing to finish' })).toBeVisible()
  await popup.close()

  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(page.getByRole('button', { name: 'Connect to Denied' })).toBeVisible()
})

test('a blocked window is a link, and a link works once', async ({ watched: page, product, context }) => {
  // As a blocker does.
  await page.addInitScript('window.open = () => null')
  const dialog = await connectDialog(page, product, 'Blocked')
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await expect(dialog.getByRole('alert')).toContainText('Your browser blocked the window')
  await expectAccessible(page)
  const open = () => dialog.getByRole('link', { name: 'Open the sign-in' }).click()
  const tab = await openWindow(context, open)
  await tab.getByRole('button', { name: /^Continue to/ }).click()
  await tab.getByRole('button', { name: 'Allow' }).waitFor()
  const again = await openWindow(context, open)
  await expect(again.getByRole('heading', { name: 'This link does not work' })).toBeVisible()
  await expectAccessible(again)
  await decide(tab, 'ada', 'Allow')
  await expect(dialog).toContainText('You are connected')
})

for (const way of ['the channel', 'asking the registry'] as const) {
  test(`the page hears of it by ${way} alone`, async ({ watched: page, product, context }) => {
    if (way === 'the channel') await page.route('**/auth-sessions/**', (route) => route.abort())
    else await context.addInitScript('BroadcastChannel.prototype.postMessage = () => {}')
    const dialog = await connectDialog(page, product, way)
    const popup = await openWindow(context, () => dialog.getByRole('button', { name: 'Connect' }).click())
    await signIn(popup, 'ada', 'Allow')
    await expect(dialog).toContainText('You are connected')
    if (way === 'asking the registry') return
    // What becomes of other sign-ins, also where nobody says of which, takes nothing back.
    for (const session of ['another', null]) {
      await page.evaluate(hearOfDenial, session)
      await expect(dialog).toContainText('You are connected')
    }
  })
}

test('a sign-in that fails says whose side it is', async ({ watched: page, product, context }) => {
  const description = 'no <b>such</b> client'
  login.set({ faults: { token: { answer: { error: 'invalid_client', description, status: 401 } } } })
  const dialog = await connectDialog(page, product, 'Failing')
  const popup = await openWindow(context, () => dialog.getByRole('button', { name: 'Connect' }).click())
  await signIn(popup, 'ada', 'Allow')
  await expect(popup.getByRole('main').getByRole('alert')).toContainText("The MCP server's side")
  await expect(popup.locator('main b')).toHaveCount(0)
  await expectAccessible(popup)
  await expect(dialog).toContainText('You are not connected')
})

test('a link leads who is not signed in back to it', async ({
  browser,
  product,
  owner,
  page,
  watched: _,
}) => {
  const dialog = await connectDialog(page, product, 'Later')
  await page.evaluate('window.open = () => null')
  await dialog.getByRole('button', { name: 'Connect' }).click()
  const link = await dialog.getByRole('link', { name: 'Open the sign-in' }).getAttribute('href')
  const nobody = await browser.newContext({ storageState: { cookies: [], origins: [] } })
  const tab = await nobody.newPage()
  await tab.goto(link ?? '')
  await tab.getByLabel('E-mail').fill(owner.email)
  await tab.getByRole('textbox', { name: 'Password' }).fill(owner.password)
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await expect(tab.getByRole('main')).toContainText('Connect to Later')
  await signIn(tab, 'ada', 'Allow')
  await expect(dialog).toContainText('You are connected')
  await nobody.close()
})

// The last one: the client that is entered here is used for every server of this authorization server from then on.
test('a client that was registered by hand is entered where nothing else helps', async ({
  watched: page,
  product,
  context,
}) => {
  login.set({ openerPolicy: 'same-origin', metadata: { registration_endpoint: undefined } })
  const dialog = await connectDialog(page, product, 'By hand')
  const connect = () => dialog.getByRole('button', { name: 'Connect' }).click()
  const useless = await openWindow(context, connect)
  await expect(dialog.getByRole('alert')).toContainText('registers no clients by itself')
  // Nobody has to close the window that leads nowhere.
  await expect.poll(() => useless.isClosed()).toBe(true)
  await expectAccessible(page)
  const redirect = await dialog.getByRole('group', { name: 'redirect URI' }).textContent()
  await login.addClient({
    client_id: 'by-hand',
    client_secret: 'canary-77aa',
    redirect_uris: [redirect?.trim() ?? ''],
    token_endpoint_auth_method: 'client_secret_basic',
  })
  await dialog.getByRole('textbox', { name: 'Client id' }).fill('by-hand')
  await dialog.getByRole('textbox', { name: 'Client secret' }).fill('canary-77aa')
  await dialog.getByRole('button', { name: 'Save client' }).click()
  const popup = await openWindow(context, connect)
  await signIn(popup, 'ada', 'Allow')
  await expect(dialog).toContainText('You are connected')
  expect(await page.content()).not.toContain('canary-77aa')
})

/** In a page: as a window elsewhere tells it. Resolves when it was heard. */
async function hearOfDenial(auth_session_id: string | null): Promise<void> {
  const [teller, hearer] = [
    new BroadcastChannel('gatehouse-connect'),
    new BroadcastChannel('gatehouse-connect'),
  ]
  const heard = new Promise((resolve) => {
    hearer.onmessage = resolve
  })
  teller.postMessage({ auth_session_id, status: 'CONNECTION_REQUIRED', code: 'oauth_denied' })
  await heard
  teller.close()
  hearer.close()
}

/** The dialog that a client's link opens. */
async function connectDialog(page: Page, product: World, name: string) {
  const made = await api(`${product.registry_url}/v1/deepagents/mcp-servers`, product.api_key, 'POST', {
    name,
    url: upstream.url,
    auth_type: 'oauth',
    oauth_mode: 'per_user_dynamic_client',
  })
  expect(made.status).toBe(201)
  const { slug } = made.body as { slug: string } // what registering answers
  await page.goto(`${product.console_url}/w/default/connections?connect=${slug}`)
  return page.getByRole('dialog', { name: `Connect to ${name}` })
}

async function openWindow(context: BrowserContext, open: () => Promise<void>) {
  const [opened] = await Promise.all([context.waitForEvent('page'), open()])
  return opened
}

async function signIn(popup: Page, name: string, answer: 'Allow' | 'Deny') {
  await popup.getByRole('button', { name: /^Continue to/ }).click()
  await decide(popup, name, answer)
}

/** At the authorization server. */
async function decide(popup: Page, name: string, answer: 'Allow' | 'Deny') {
  const button = popup.getByRole('button', { name: answer })
  await button.waitFor()
  const field = popup.getByLabel('Name')
  // Who is still signed in there is only asked whether they agree.
  if (await field.isVisible()) await field.fill(name)
  await button.click()
}

/** A key that acts for who is signed in. */
async function ownKey(page: Page, product: World): Promise<string> {
  const answer = await page.request.post(`${product.console_url}/api/registry/v1/api-keys`, {
    headers: { origin: product.console_url },
    data: { name: 'mine', kind: 'user' },
  })
  const { key } = (await answer.json()) as { key: string } // what making a key answers
  return key
}
