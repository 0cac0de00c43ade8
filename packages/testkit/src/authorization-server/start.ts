// An authorization server on a socket: oidc-provider (provider.ts) behind a front that keeps what came, serves the metadata where
// it should be, and spoils answers as switches.ts says. person.ts plays the browser of who signs in there.

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import type { ClientMetadata } from 'oidc-provider'
import { type Recorded, startRecordingUpstream } from '../recording-upstream.ts'
import { respond, send } from './pass-on.ts'
import { approve, deny, servePerson } from './person.ts'
import { createProvider } from './provider.ts'
import { createStore, type Kind } from './store.ts'
import type { Endpoint, EndpointFault, Overlay, Switches } from './switches.ts'

export interface AuthorizationServerOptions {
  /** Of the issuer, as `/tenant`. None, unless told. */
  readonly path?: string
  /** Of every resource. `read` and `write`, unless told. */
  readonly scopes?: readonly string[]
  readonly switches?: Switches
}

/** A request as the server saw it, before any fault. */
export interface AuthorizationRequest extends Recorded {
  readonly endpoint: Endpoint
  /** Of the query and of a form. */
  readonly params: URLSearchParams
}

export interface TokenInfo {
  /** Undefined for a client's own token. */
  readonly sub: string | undefined
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly audience: string | undefined
}

export interface AuthorizationServer {
  readonly issuer: string
  /** All of them, in order. */
  readonly requests: AuthorizationRequest[]
  /** Those of one endpoint; of the token endpoint perhaps only one grant's. */
  requestsTo(endpoint: Endpoint, grantType?: string): AuthorizationRequest[]
  /** Takes the place of all switches so far; `{}` is a server without faults. */
  set(switches: Switches): void
  /** A client that is registered by hand: `client_id`, `client_secret`, `redirect_uris`, `token_endpoint_auth_method`. */
  addClient(metadata: ClientMetadata): Promise<void>
  /** As after an outage or a revocation: clients become unknown, tokens invalid. */
  forget(...kinds: Kind[]): void
  /** Plays a person who signs in and allows. @returns the redirect to the client. @throws Error with what the page says */
  approve(url: string | URL, login: string): Promise<URL>
  /** Plays a person who signs in and denies. */
  deny(url: string | URL, login: string): Promise<URL>
  /** Whom an access token is for; undefined where it is not, or no longer, valid. */
  verify(accessToken: string): Promise<TokenInfo | undefined>
  close(): Promise<void>
}

/** Starts one on a free port of the loopback interface. */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const { path = '', scopes = ['read', 'write'] } = options
  let switches = options.switches ?? {}
  let served = new Map<Endpoint, number>()
  const requests: AuthorizationRequest[] = []
  const store = createStore()

  const front = await startRecordingUpstream(async (recorded, response) => {
    const request = seen(recorded, path)
    requests.push(request)
    try {
      await answer(request, response)
    } catch {
      response.destroy() // the server behind is closing
    }
  })
  const issuer = `${front.origin}${path}`
  const provider = createProvider(issuer, store, scopes, () => switches)
  const handle = provider.callback()
  const inner = createServer((request, response) => {
    const { url = '' } = request
    const person = url.startsWith(`${path}/person/`)
    // as express does for what it mounts: the provider finds its own path again
    Object.assign(request, { originalUrl: url, url: url.slice(path.length) || '/' })
    if (!person) return handle(request, response)
    return servePerson(provider, request, response, switches).catch((error) =>
      response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error)),
    )
  }).listen(0, '127.0.0.1')
  await once(inner, 'listening')
  const innerOrigin = `http://127.0.0.1:${(inner.address() as AddressInfo).port}` // a TCP server that listens has one

  async function answer(request: AuthorizationRequest, response: ServerResponse): Promise<void> {
    const { endpoint } = request
    const fault = due(endpoint)
    await (typeof fault.wait === 'number' ? setTimeout(fault.wait) : fault.wait)
    if (fault.reset === 'before') return void response.socket?.resetAndDestroy()
    if (fault.answer) return refuse(response, fault.answer)
    if (endpoint === 'metadata' && !isMetadataAt(request.url, path, switches.metadataAt)) {
      return void response.writeHead(404).end()
    }
    const url = endpoint === 'metadata' ? `${path}/.well-known/openid-configuration` : request.url
    const given = await send({ ...request, url }, innerOrigin)
    const body = await text(given)
    await fault.hold
    if (fault.reset === 'after') return void response.socket?.resetAndDestroy()
    const { openerPolicy } = switches
    if (openerPolicy && (endpoint === 'authorize' || endpoint === 'page'))
      response.setHeader('cross-origin-opener-policy', openerPolicy)
    const ok = (given.statusCode ?? 500) < 300
    respond(given, response, ok ? overlaid(endpoint, body) : body, (value, name) =>
      name === 'location' ? withIss(value) : value,
    )
  }

  /** The fault of an endpoint, where it is not used up. */
  function due(endpoint: Endpoint): EndpointFault {
    const before = served.get(endpoint) ?? 0
    served.set(endpoint, before + 1)
    const fault = switches.faults?.[endpoint]
    return fault && before < (fault.times ?? Number.POSITIVE_INFINITY) ? fault : {}
  }

  function overlaid(endpoint: Endpoint, body: string): string {
    const announced = { client_id_metadata_document_supported: switches.clientMetadataFrom && true }
    const overlays: Partial<Record<Endpoint, Overlay | undefined>> = {
      metadata: { ...announced, ...switches.metadata },
      register: switches.registration,
      token: switches.token,
    }
    const overlay = overlays[endpoint]
    return overlay ? JSON.stringify({ ...JSON.parse(body), ...overlay }) : body
  }

  function withIss(location: string): string {
    if (switches.iss === undefined || !URL.canParse(location)) return location
    const url = new URL(location)
    if (url.searchParams.has('iss')) url.searchParams.delete('iss')
    if (switches.iss !== null) url.searchParams.set('iss', switches.iss)
    return url.href
  }

  return {
    issuer,
    requests,
    requestsTo: (endpoint, grantType) =>
      requests.filter(
        (request) =>
          request.endpoint === endpoint &&
          (grantType === undefined || request.params.get('grant_type') === grantType),
      ),
    set(next) {
      switches = next
      served = new Map()
    },
    addClient: (metadata) =>
      Promise.resolve(store.adapter('Client').upsert(metadata.client_id, metadata)).then(() => {}),
    forget: store.forget,
    approve,
    deny,
    async verify(token) {
      const found = (await provider.AccessToken.find(token)) ?? (await provider.ClientCredentials.find(token))
      if (!found) return undefined
      return {
        sub: 'accountId' in found ? found.accountId : undefined,
        clientId: found.clientId ?? '',
        scopes: [...found.scopes],
        audience: [found.aud ?? []].flat()[0],
      }
    },
    async close() {
      await front.close()
      const closed = once(inner, 'close')
      inner.close()
      inner.closeAllConnections()
      await closed
    },
  }
}

const wellKnown = '/.well-known/'

const endpoints: Readonly<Record<string, Endpoint>> = {
  '/reg': 'register',
  '/auth': 'authorize',
  '/token': 'token',
  '/token/revocation': 'revoke',
}

function seen(request: Recorded, path: string): AuthorizationRequest {
  const { pathname, searchParams } = new URL(request.url, 'http://_')
  const own = pathname.startsWith(path) ? pathname.slice(path.length) : pathname
  const params = new URLSearchParams(searchParams)
  if (request.header('content-type')[0]?.startsWith('application/x-www-form-urlencoded'))
    for (const [name, value] of new URLSearchParams(request.body.toString())) params.append(name, value)
  const page = own.startsWith('/person/') || own.startsWith('/auth/')
  const endpoint = pathname.includes(wellKnown) ? 'metadata' : page ? 'page' : (endpoints[own] ?? 'other')
  return { ...request, endpoint, params }
}

function isMetadataAt(url: string, path: string, where: Switches['metadataAt']): boolean {
  const urls = {
    oauth: `${wellKnown}oauth-authorization-server${path}`,
    'openid-inserted': `${wellKnown}openid-configuration${path}`,
    'openid-appended': `${path}${wellKnown}openid-configuration`,
  }
  const { pathname } = new URL(url, 'http://_')
  return (where ?? (['oauth', 'openid-inserted', 'openid-appended'] as const)).some(
    (place) => urls[place] === pathname,
  )
}

function refuse(response: ServerResponse, answer: NonNullable<EndpointFault['answer']>): void {
  const { error, description, status = 400, headers = {} } = answer
  const body = answer.body ?? JSON.stringify({ error, error_description: description })
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
    .end(body)
}
