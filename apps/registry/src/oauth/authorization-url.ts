// Where a person's browser asks for our authorization: PKCE with S256 and the resource, always.

import { createHash } from 'node:crypto'
import { z } from 'zod'

export interface Asked {
  readonly metadata: unknown
  readonly clientId: string
  readonly redirectUri: string
  readonly resource: string
  readonly scopes: readonly string[]
}

const known = z.object({ authorization_endpoint: z.url({ protocol: /^https?$/ }) })

/** The endpoint's own query stays. @throws ZodError where the stored metadata has no endpoint */
export function authorizationUrl(asked: Asked, state: string, verifier: string): string {
  const url = new URL(known.parse(asked.metadata).authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: asked.clientId,
    redirect_uri: asked.redirectUri,
    ...(asked.scopes.length > 0 && { scope: asked.scopes.join(' ') }),
    // OpenID Connect Core section 11: without consent it gives no refresh token.
    ...(asked.scopes.includes('offline_access') && { prompt: 'consent' }),
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: asked.resource,
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}
