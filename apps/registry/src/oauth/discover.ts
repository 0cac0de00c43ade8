// From a server's URL to its authorization server: challenge, resource metadata, server metadata, in the order of the
// specification's authorization pages, with what the oldest revision did instead. Next: register-client.ts.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'
import { askForChallenge, type Challenge } from './challenge.ts'
import { findResourceMetadata, type ResourceMetadata } from './resource-metadata.ts'
import { checkMetadata, findServerMetadata, type ServerMetadata } from './server-metadata.ts'
import { toScopes } from './words.ts'

export interface Discovered {
  /** What tokens are asked for (RFC 8707). */
  readonly resource: string
  readonly metadata: ServerMetadata
  /** To ask for where nobody names others; may be empty. */
  readonly scopes: readonly string[]
  /** All that the server has named, for a registration: more may be asked for later. */
  readonly knownScopes: readonly string[]
}

/** What a server shows of the way to a token. Null where it has no such document. */
export interface Shown {
  readonly challenge: Challenge
  readonly told: ResourceMetadata | null
  readonly issuer: string
  readonly metadata: ServerMetadata | null
}

/** @throws AppError oauth_discovery_failed, url_not_allowed, upstream_unreachable, upstream_timeout */
export async function lookAround(deps: Pick<Deps, 'egress'>, serverUrl: string): Promise<Shown> {
  const challenge = await askForChallenge(deps, serverUrl)
  const told = await findResourceMetadata(deps, serverUrl, challenge)
  const issuer = told?.authorization_servers[0] ?? new URL(serverUrl).origin
  return { challenge, told, issuer, metadata: await findServerMetadata(deps, issuer) }
}

/** @throws AppError oauth_discovery_failed, url_not_allowed, upstream_unreachable, upstream_timeout */
export const discover = async (deps: Pick<Deps, 'egress'>, serverUrl: string): Promise<Discovered> =>
  concludeFrom(deps, serverUrl, await lookAround(deps, serverUrl))

/** @throws AppError oauth_discovery_failed, url_not_allowed */
export function concludeFrom(
  deps: Pick<Deps, 'egress'>,
  serverUrl: string,
  { challenge, told, issuer, metadata: shown }: Shown,
): Discovered {
  const metadata = shown ?? oldest(told === null, challenge.isAsked, issuer)
  const supported = told?.scopes_supported ?? []
  return {
    resource: told?.resource ?? new URL(serverUrl).href,
    metadata: checkMetadata(deps, metadata),
    scopes: withRefresh(challenge.scopes.length > 0 ? challenge.scopes : supported, metadata),
    knownScopes: withRefresh([...challenge.scopes, ...supported], metadata),
  }
}

/** Revision 2025-03-26: the server is its own authorization server, and without metadata its endpoints have fixed names. */
function oldest(isOld: boolean, isAsked: boolean, issuer: string): ServerMetadata {
  if (!isOld) throw failed('its authorization server has no metadata')
  if (!isAsked) throw failed('it asks for no account')
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    // That revision demands it of everybody.
    code_challenge_methods_supported: ['S256'],
  }
}

/** Where the authorization server has this scope, refresh tokens come with it alone. Who asks for nothing gets its default. */
function withRefresh(scopes: readonly string[], { scopes_supported }: ServerMetadata): readonly string[] {
  const more = scopes.length > 0 && scopes_supported?.includes('offline_access') ? ['offline_access'] : []
  return toScopes([...more, ...scopes])
}

const failed = (what: string) => new AppError('oauth_discovery_failed', { what })
