// Asks a server without a credential, and reads what its 401 says about the way to one.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'

export interface Challenge {
  /** False where the server answered without asking for a token. */
  readonly isAsked: boolean
  readonly resourceMetadataUrl: string | undefined
  readonly scopes: readonly string[]
}

const timeoutMs = 5_000

/**
 * One `initialize`, which most servers refuse before they look at anything else; where it is open to everybody, one list.
 * @throws AppError url_not_allowed, upstream_unreachable
 */
export async function askForChallenge(deps: Pick<Deps, 'egress'>, url: string): Promise<Challenge> {
  const first = await challengeOf(deps, url, { method: 'initialize', params: handshake })
  return first.isAsked ? first : challengeOf(deps, url, { method: 'tools/list', params: {} })
}

async function challengeOf(deps: Pick<Deps, 'egress'>, url: string, request: object): Promise<Challenge> {
  const none: Challenge = { isAsked: false, resourceMetadataUrl: undefined, scopes: [] }
  try {
    const { status, headers } = await deps.egress.fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...request }),
      timeoutMs,
    })
    const isAsked = status === 401
    if (!isAsked && status !== 403) return none
    const { resource_metadata: resourceMetadataUrl, scope } = readBearer(
      headers.get('www-authenticate') ?? '',
    )
    return { isAsked, resourceMetadataUrl, scopes: scope?.split(' ').filter(Boolean) ?? [] }
  } catch (error) {
    // A stream that does not end, or an answer that we do not read: it asked for nothing.
    if (error instanceof AppError && ['upstream_timeout', 'upstream_invalid'].includes(error.code))
      return none
    throw error
  }
}

const handshake = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'gatehouse', version: '1' },
}

/** The parameters of the Bearer challenge among those of a WWW-Authenticate header (RFC 9110 section 11.6.1); names in lower case. */
export function readBearer(header: string): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {}
  let scheme = ''
  // A scheme stands before a space and no "="; a parameter is a name, "=", and a token or a quoted string.
  // Looked for where a name begins, not at each of its letters: a server may send a long one that is no part.
  const part =
    /(?<![!#$%&'*+\-.^_`|~\w])([!#$%&'*+\-.^_`|~\w]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|(?=\s|,|$))/g
  for (const [, name = '', quoted, token] of header.matchAll(part)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? token
    if (value === undefined) scheme = name.toLowerCase()
    else if (scheme === 'bearer') parameters[name.toLowerCase()] ??= value
  }
  return parameters
}
