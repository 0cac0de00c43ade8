// An MCP server that wants access tokens of an authorization server (start.ts): challenges, metadata, scopes, and who called.

import type { ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Recorded, startRecordingUpstream } from '../recording-upstream.ts'
import { startSdkUpstream } from '../sdk-upstream.ts'
import { respond, send, stream } from './pass-on.ts'
import type { AuthorizationServer, TokenInfo } from './start.ts'
import type { Overlay } from './switches.ts'

export interface ProtectedSwitches {
  /** Where the protected resource metadata is: the well-known places, unless told. A challenge names the first. */
  readonly metadataAt?: readonly ('path' | 'root' | 'elsewhere')[]
  /** Changes it: `{ resource: 'https://other.example' }`, `{ authorization_servers: [...] }`, `{ scopes_supported: undefined }`. */
  readonly metadata?: Overlay
  /** What the challenge of a 401 says besides its scheme: the metadata's URL, unless told. null: there is no challenge. */
  readonly challenge?: { readonly metadata?: boolean; readonly scope?: string } | null
  /** The scopes that a call needs, or else 403 and `insufficient_scope`. None, unless told. */
  readonly needs?: (call: { readonly method: string; readonly tool: string | undefined }) => readonly string[]
  /** 401 for these, though their token is valid. */
  readonly refuses?: (caller: Caller) => boolean
  /** Serves the authorization server's endpoints and metadata at its own origin, as servers of 2025-03-26 do. */
  readonly isAuthorizationServer?: boolean
}

export interface ProtectedServerOptions {
  readonly authorizationServer: AuthorizationServer
  readonly eras?: 'both' | 'legacy' | 'modern'
  /** Legacy clients get a session. */
  readonly sessions?: boolean
  /** The MCP server to protect; one with the tools echo, add, headers, fail and count, unless told. */
  readonly url?: string
  readonly switches?: ProtectedSwitches
}

/** A message that was let through. */
export interface Caller extends TokenInfo {
  readonly token: string
  /** Of the JSON-RPC message, or of the HTTP request where there is none. */
  readonly method: string
  readonly tool: string | undefined
}

export interface ProtectedServer {
  /** The MCP endpoint. */
  readonly url: string
  /** Everything that came, refused or not. */
  readonly requests: Recorded[]
  /** Who was let through, in order. */
  readonly callers: Caller[]
  /** Takes the place of all switches so far. */
  set(switches: ProtectedSwitches): void
  close(): Promise<void>
}

/** Starts one on a free port of the loopback interface. */
export async function startProtectedServer(options: ProtectedServerOptions): Promise<ProtectedServer> {
  const { authorizationServer, eras = 'both', sessions = false } = options
  let switches = options.switches ?? {}
  const callers: Caller[] = []
  const own = options.url === undefined ? await startSdkUpstream({ eras, sessions }) : undefined
  const behind = new URL(own?.url ?? options.url ?? '')

  const front = await startRecordingUpstream(async (request, response) => {
    try {
      await answer(request, response)
    } catch {
      response.destroy() // the server behind is gone
    }
  })
  const resourceUrl = `${front.origin}${behind.pathname}`
  const places = {
    path: `/.well-known/oauth-protected-resource${behind.pathname}`,
    root: '/.well-known/oauth-protected-resource',
    elsewhere: '/some/where/metadata.json',
  }

  async function answer(request: Recorded, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url, 'http://_')
    const { metadataAt = ['path', 'root'] } = switches
    if (metadataAt.some((place) => places[place] === pathname)) {
      const metadata = {
        resource: resourceUrl,
        authorization_servers: [authorizationServer.issuer],
        bearer_methods_supported: ['header'],
        ...switches.metadata,
      }
      return json(response, 200, metadata)
    }
    if (pathname !== behind.pathname) return elsewhere(request, response)
    const [token] = request.header('authorization').map((value) => /^Bearer (\S+)$/i.exec(value)?.[1])
    const info = token === undefined ? undefined : await authorizationServer.verify(token)
    if (token === undefined || info?.audience !== resourceUrl) return challenge(response, token !== undefined)
    const caller = { ...info, token, ...messageOf(request) }
    if (switches.refuses?.(caller)) return challenge(response, true)
    const missing = (switches.needs?.(caller) ?? []).filter((scope) => !info.scopes.includes(scope))
    if (missing.length > 0) return stepUp(response, switches.needs?.(caller) ?? [])
    callers.push(caller)
    stream(await send(request, behind.origin), response)
  }

  async function elsewhere(request: Recorded, response: ServerResponse): Promise<void> {
    if (!switches.isAuthorizationServer) return json(response, 404, { error: 'Not found' })
    const given = await send(request, new URL(authorizationServer.issuer).origin)
    const body = await text(given)
    const renamed = (whole: string) => whole.replaceAll(authorizationServer.issuer, front.origin)
    respond(given, response, renamed(body), (value, name) =>
      name === 'location'
        ? value.replaceAll(encodeURIComponent(authorizationServer.issuer), encodeURIComponent(front.origin))
        : value,
    )
  }

  function challenge(response: ServerResponse, hadToken: boolean): void {
    const { challenge: wanted = {} } = switches
    if (wanted === null) return json(response, 401, { error: 'Unauthorized' })
    const place = (switches.metadataAt ?? ['path'])[0]
    const metadata = (wanted.metadata ?? true) && place && `${front.origin}${places[place]}`
    const parts = [
      hadToken && 'error="invalid_token"',
      metadata && `resource_metadata="${metadata}"`,
      wanted.scope !== undefined && `scope="${wanted.scope}"`,
    ].filter(Boolean)
    response.setHeader('www-authenticate', ['Bearer', parts.join(', ')].filter(Boolean).join(' '))
    json(response, 401, { error: 'Unauthorized' })
  }

  function stepUp(response: ServerResponse, scopes: readonly string[]): void {
    const place = (switches.metadataAt ?? ['path'])[0]
    const metadata = place ? `, resource_metadata="${front.origin}${places[place]}"` : ''
    const value = `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"${metadata}`
    response.setHeader('www-authenticate', value)
    json(response, 403, { error: 'insufficient_scope' })
  }

  return {
    url: resourceUrl,
    requests: front.requests,
    callers,
    set(next) {
      switches = next
    },
    async close() {
      await front.close()
      await own?.close()
    },
  }
}

function messageOf(request: Recorded): { method: string; tool: string | undefined } {
  // clients are what is tested: whatever is no call has no tool
  const message = request.json() as { method?: unknown; params?: { name?: unknown } } | undefined
  const { method = request.method, params } = message ?? {}
  return { method: String(method), tool: typeof params?.name === 'string' ? params.name : undefined }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
