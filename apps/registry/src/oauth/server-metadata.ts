// An authorization server's metadata (RFC 8414, OpenID Connect Discovery) in its three places, and what must be true of it.

import { AppError } from '@gatehouse/errors'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { readDocument } from './read-document.ts'
import { word } from './words.ts'

const words = z.array(word).max(1_000).optional()

/** What we act on; nothing else that it says is kept. */
const document = z.object({
  issuer: word,
  authorization_endpoint: word,
  token_endpoint: word,
  registration_endpoint: word.optional(),
  revocation_endpoint: word.optional(),
  scopes_supported: words,
  grant_types_supported: words,
  token_endpoint_auth_methods_supported: words,
  token_endpoint_auth_signing_alg_values_supported: words,
  code_challenge_methods_supported: words,
  client_id_metadata_document_supported: z.boolean().optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
})
export type ServerMetadata = z.output<typeof document>

/** Null where it has none. @throws AppError oauth_discovery_failed, url_not_allowed, upstream_unreachable, upstream_timeout */
export async function findServerMetadata(
  deps: Pick<Deps, 'egress'>,
  issuer: string,
): Promise<ServerMetadata | null> {
  for (const place of placesOf(deps.egress.checkUrl(issuer))) {
    const found = await readDocument(deps, place, document)
    if (found === null) continue
    // RFC 8414 section 3.3: else one server could speak for another.
    if (!isSameIssuer(found.issuer, issuer))
      throw failed('the metadata of the authorization server names another issuer')
    return checkMetadata(deps, found)
  }
  return null
}

/** @throws AppError oauth_discovery_failed without PKCE, url_not_allowed for its endpoints */
export function checkMetadata(deps: Pick<Deps, 'egress'>, metadata: ServerMetadata): ServerMetadata {
  // Without this member nothing tells that a stolen code would be of no use.
  if (!metadata.code_challenge_methods_supported?.includes('S256'))
    throw failed('the authorization server does not say that it supports PKCE with S256')
  const { authorization_endpoint, token_endpoint, registration_endpoint, revocation_endpoint } = metadata
  for (const url of [authorization_endpoint, token_endpoint, registration_endpoint, revocation_endpoint])
    if (url !== undefined) deps.egress.checkUrl(url)
  return metadata
}

/** In the order of the specification. */
function placesOf({ origin, pathname, search }: URL): readonly string[] {
  if (search) throw failed('the address of its authorization server has a query')
  const path = pathname.replace(/\/$/, '')
  const [oauth, openId] = [
    `${origin}/.well-known/oauth-authorization-server`,
    `${origin}/.well-known/openid-configuration`,
  ]
  if (path === '') return [oauth, openId]
  return [oauth + path, openId + path, `${origin}${path}/.well-known/openid-configuration`]
}

/** As strings, but for the slash that an origin may end with or not. */
const isSameIssuer = (told: string, expected: string) =>
  told === expected ||
  (URL.canParse(told) && new URL(told).pathname === '/' && new URL(told).href === new URL(expected).href)

const failed = (what: string) => new AppError('oauth_discovery_failed', { what })
