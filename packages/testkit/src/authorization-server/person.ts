// The page on which a person signs in and consents, and who plays the person: approve and deny follow it as a browser would.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Provider } from 'oidc-provider'
import type { Switches } from './switches.ts'

/** Serves the page, and takes its form. */
export async function servePerson(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  { denial, grants }: Switches,
): Promise<void> {
  const { params, session, grantId } = await provider.interactionDetails(request, response)
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(page(String(params.client_id), String(params.scope ?? ''), session?.accountId))
    return
  }
  const form = new URLSearchParams(await text(request))
  if (form.get('answer') !== 'allow') {
    const { error, description } = denial ?? { error: 'access_denied', description: 'The person said no' }
    const result = { error, ...(description && { error_description: description }) }
    return provider.interactionFinished(request, response, result)
  }
  const accountId = session?.accountId ?? form.get('login') ?? ''
  const clientId = String(params.client_id)
  const grant =
    (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ accountId, clientId })
  const asked = String(params.scope ?? '')
    .split(' ')
    .filter(Boolean)
  const granted = grants?.(asked) ?? asked
  const refused = asked.filter((scope) => !granted.includes(scope))
  grant.addOIDCScope(granted.join(' '))
  grant.rejectOIDCScope(refused.join(' '))
  for (const resource of [params.resource ?? []].flat() as string[]) {
    grant.addResourceScope(resource, granted.join(' '))
    grant.rejectResourceScope(resource, refused.join(' '))
  }
  await provider.interactionFinished(request, response, {
    login: { accountId },
    consent: { grantId: await grant.save() },
  })
}

/**
 * Signs in at an authorization URL and allows what is asked.
 * @returns where the browser is sent when it leaves the authorization server: the client's redirect URI with its parameters
 * @throws Error with the page's text, where the server shows an error instead
 */
export const approve = (url: string | URL, login: string): Promise<URL> => visit(url, login, 'allow')

/** The same, but says no. */
export const deny = (url: string | URL, login: string): Promise<URL> => visit(url, login, 'deny')

async function visit(start: string | URL, login: string, answer: 'allow' | 'deny'): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  const { origin } = url
  let body: URLSearchParams | undefined
  for (let hops = 0; hops < 10; hops++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const page = await fetch(url, {
      method: body ? 'POST' : 'GET',
      ...(body && { body }),
      headers: { cookie },
      redirect: 'manual',
    })
    for (const line of page.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const content = await page.text()
    const location = page.headers.get('location')
    if (location !== null) {
      url = new URL(location, url)
      if (url.origin !== origin) return url
      body = undefined
    } else if (page.ok && content.includes('<form')) body = new URLSearchParams({ login, answer })
    else throw new Error(`the authorization server answered ${page.status}: ${content}`)
  }
  throw new Error(`${url} leads nowhere`)
}

const page = (client: string, scope: string, signedIn: string | undefined) => `<!doctype html>
<html lang="en"><title>Sign in</title>
<form method="post">
  <p>${asText(client)} asks for: ${asText(scope)}</p>
  ${signedIn ? `<p>You are ${asText(signedIn)}</p>` : '<label>Name <input name="login" value="person"></label>'}
  <button name="answer" value="allow">Allow</button>
  <button name="answer" value="deny">Deny</button>
</form>`

const asText = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
