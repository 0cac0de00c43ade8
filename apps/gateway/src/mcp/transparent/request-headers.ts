// The headers of a request to an upstream, built from an empty set: nothing of the caller's passes but what is named here.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type Era, encodeHeaderText } from '@gatehouse/protocol'

/** Names and values in turn, as undici takes them; the stored headers last. */
export function upstreamHeaders(options: {
  readonly request: IncomingMessage
  readonly era: Era
  readonly via: string
  /** The upstream's own session id. */
  readonly sessionId: string | undefined
  readonly stored: readonly (readonly [string, string])[]
  readonly hasBody: boolean
  /** Replaces the caller's Mcp-Name, as the body was changed. */
  readonly name?: string | undefined
}): string[] {
  const out: string[] = [
    'accept',
    options.request.method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
    'accept-encoding',
    'identity',
  ]
  if (options.hasBody) out.push('content-type', 'application/json')
  pushPassed(out, options)
  out.push('via', options.via)
  for (const [name, value] of options.stored) out.push(name, value)
  return out
}

/** Adds what passes of the caller's own: the protocol's headers, as the era knows them. */
export function pushPassed(
  out: string[],
  options: {
    readonly request: Pick<IncomingMessage, 'headers'>
    readonly era: Era
    readonly sessionId: string | undefined
    readonly name?: string | undefined
  },
): void {
  const { headers } = options.request
  copy(out, headers, 'mcp-protocol-version')
  // On older revisions these have no meaning: they are dropped, so that no upstream acts on them.
  if (options.era === 'modern') {
    copy(out, headers, 'mcp-method')
    if (options.name === undefined) copy(out, headers, 'mcp-name')
    else out.push('mcp-name', encodeHeaderText(options.name))
    for (const name in headers) if (name.startsWith('mcp-param-')) copy(out, headers, name)
  }
  copy(out, headers, 'last-event-id')
  copy(out, headers, 'traceparent')
  if (options.sessionId !== undefined) out.push('mcp-session-id', options.sessionId)
}

function copy(out: string[], headers: IncomingHttpHeaders, name: string): void {
  const value = headers[name]
  if (typeof value === 'string') out.push(name, value)
}
