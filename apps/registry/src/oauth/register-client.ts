// Makes us a client of an authorization server: by the address of our metadata document where it reads those, else by dynamic
// registration (RFC 7591), else not at all. A client that was entered by hand comes before both: ensure-provider.ts.

import { Secret } from '@gatehouse/config'
import { AppError } from '@gatehouse/errors'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { aboutUs, metadataDocumentUrl, redirectUri } from './client-metadata.ts'
import type { Discovered } from './discover.ts'
import type { ServerMetadata } from './server-metadata.ts'
import { word } from './words.ts'

interface Where extends Pick<Deps, 'egress'> {
  readonly config: Pick<Deps['config'], 'CONSOLE_PUBLIC_URL' | 'GATEHOUSE_CLIENT_METADATA_URL'>
}

export interface RegisteredClient {
  readonly kind: 'dynamic' | 'metadata-document' | 'manual'
  readonly clientId: string
  readonly secret: Secret | undefined
  readonly authMethod: string
  readonly redirectUri: string
  readonly secretExpiresAt: Date | null
}

/** @throws AppError client_registration_required, oauth_registration_failed, url_not_allowed, upstream_unreachable, upstream_timeout */
export async function registerClient(
  deps: Where,
  { metadata, knownScopes }: Discovered,
): Promise<RegisteredClient> {
  const document = metadataDocumentUrl(deps.config)
  if (metadata.client_id_metadata_document_supported && document !== undefined && takesNoSecret(metadata))
    return {
      ...{ kind: 'metadata-document', clientId: document, secret: undefined, authMethod: 'none' },
      ...{ redirectUri: redirectUri(deps.config), secretExpiresAt: null },
    }
  if (metadata.registration_endpoint === undefined) throw new AppError('client_registration_required')
  return registerDynamically(deps, metadata.registration_endpoint, metadata, knownScopes)
}

/**
 * Our document names no key. Secrets are nothing for such clients anyway, so a list of those alone says nothing about them.
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/ section 4.1
 */
const takesNoSecret = ({ token_endpoint_auth_methods_supported: supported = [] }: ServerMetadata) =>
  supported.includes('none') || !supported.includes('private_key_jwt')

const registered = z.object({
  client_id: word.min(1),
  client_secret: z.string().min(1).max(16_384).optional(),
  client_secret_expires_at: z.number().nonnegative().max(1e11).optional(),
  token_endpoint_auth_method: z.string().optional(),
})

async function registerDynamically(
  deps: Where,
  endpoint: string,
  metadata: ServerMetadata,
  scopes: readonly string[],
): Promise<RegisteredClient> {
  const wanted = wantedMethod(metadata)
  const response = await deps.egress.fetch(endpoint, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({
      ...aboutUs(deps.config),
      token_endpoint_auth_method: wanted,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    }),
  })
  const body: unknown = await response.json().catch(() => undefined)
  const parsed = registered.safeParse(body)
  if (![200, 201].includes(response.status) || !parsed.success)
    throw new AppError('oauth_registration_failed', {
      what: `the authorization server answered ${response.status}${reason(body)}`,
    })
  const { client_id: clientId, client_secret: secret, client_secret_expires_at: expires } = parsed.data
  const authMethod = secret === undefined ? 'none' : (parsed.data.token_endpoint_auth_method ?? wanted)
  return {
    ...{ kind: 'dynamic', clientId, secret: secret === undefined ? undefined : new Secret(secret) },
    // A secret that it gave to a client without one is not shown.
    authMethod: ['none', 'client_secret_basic', 'client_secret_post'].includes(authMethod)
      ? authMethod
      : 'client_secret_basic',
    redirectUri: redirectUri(deps.config),
    secretExpiresAt: expires ? new Date(expires * 1_000) : null,
  }
}

/** We can keep a secret, so we would rather have one. RFC 8414: without the member it takes client_secret_basic. */
function wantedMethod({ token_endpoint_auth_methods_supported: supported }: ServerMetadata): string {
  const order = ['client_secret_basic', 'client_secret_post', 'none']
  return order.find((method) => (supported ?? ['client_secret_basic']).includes(method)) ?? 'none'
}

/** Its error code, where it has the form of one. */
function reason(body: unknown): string {
  const { error } = (typeof body === 'object' && body !== null ? body : {}) as { error?: unknown }
  return typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? ` (${error})` : ''
}
