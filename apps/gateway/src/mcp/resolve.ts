// Who asks, and which server they mean. Unknown, disabled and foreign servers are the same 404.

import { AppError, AuthError } from '@gatehouse/errors'
import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import { parseKey } from '@gatehouse/registry-api/key-format'
import type { Knowledge, Known as Read } from '../registry/knowledge.ts'

/** `/mcp` and `/mcp/` are every server (null); `/mcp/{slug}` is one; anything else undefined. */
export function targetOf(url: string): string | null | undefined {
  const query = url.indexOf('?')
  const path = query < 0 ? url : url.slice(0, query)
  if (path === '/mcp' || path === '/mcp/') return null
  return /^\/mcp\/([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(path)?.[1]
}

export interface Known {
  readonly caller: ResolvedCaller
  readonly servers: readonly ResolvedServer[]
}

/** For a key that is not known: nobody is asked about a malformed one. @throws AuthError 401 */
export function checkForm(key: string): void {
  if (parseKey(key) === undefined) throw new AuthError(401)
}

/** @throws AuthError 401 for every bad key, whatever the reason */
export async function resolve(
  knowledge: Knowledge,
  keyDigest: string,
  slug: string | null,
  now: () => number,
): Promise<Known> {
  return valid(await knowledge.resolve(keyDigest, slug), now)
}

/** The same where it is known, so that nothing is awaited; else undefined. @throws AuthError as resolve */
export function resolved(
  knowledge: Knowledge,
  keyDigest: string,
  slug: string | null,
  now: () => number,
): Known | undefined {
  const known = knowledge.resolved(keyDigest, slug)
  return known && valid(known, now)
}

function valid({ caller, servers }: Read, now: () => number): Known {
  const expired = caller?.expires_at_ms != null && caller.expires_at_ms <= now()
  if (caller === null || expired) throw new AuthError(401)
  return { caller, servers }
}

/** @throws AppError mcp_server_not_found */
export function theServer(servers: readonly ResolvedServer[]): ResolvedServer {
  const [server] = servers
  if (server === undefined) throw new AppError('mcp_server_not_found')
  return server
}
