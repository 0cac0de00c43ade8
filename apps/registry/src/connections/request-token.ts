// Asks an authorization server for the next token of a connection, and tells what its refusal means.

import type { Egress } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import * as oauth from 'oauth4webapi'
import type { Config } from '../config.ts'
import { toScopes } from '../oauth/words.ts'
import { byEgress, type OAuthClient } from './client-of.ts'
import type { Tokens } from './tokens.ts'

export interface Granted {
  readonly tokens: Tokens
  /** Undefined where it did not say: as before. */
  readonly scopes: readonly string[] | undefined
  /** Counted from the moment of asking; null where it did not say. */
  readonly expiresAt: Date | null
  /** Undefined where it did not say. */
  readonly refreshExpiresAt: Date | undefined
}

/** There is no token. `result` is a word of ours, or an error code of OAuth; nothing else of what the server wrote. */
export class TokenRefused extends Error {
  readonly result: string
  /** Asking again is of no use. */
  readonly isPermanent: boolean
  constructor(result: string, isPermanent: boolean, cause?: AppError) {
    super(`the authorization server gave no token: ${result}`, { cause })
    this.result = result
    this.isPermanent = isPermanent
  }
}

interface Asking {
  readonly egress: Pick<Egress, 'fetch'>
  readonly config: Pick<Config, 'GATEHOUSE_TOKEN_TIMEOUT_MS'>
  now(): Date
}

/** The next one, by refresh token where there is one. @throws TokenRefused */
export function requestToken(
  deps: Asking,
  on: OAuthClient,
  before: Tokens,
  scopes: readonly string[],
): Promise<Granted> {
  const parameters = new URLSearchParams()
  const refresh = before.refresh_token
  if (refresh !== undefined) parameters.set('refresh_token', refresh)
  else if (scopes.length > 0) parameters.set('scope', scopes.join(' '))
  return requestGrant(
    deps,
    on,
    refresh === undefined ? 'client_credentials' : 'refresh_token',
    parameters,
    before,
  )
}

/** @param before what stays where the answer has nothing in its place @throws TokenRefused */
export async function requestGrant(
  deps: Asking,
  { server, client, auth, resource }: OAuthClient,
  grant: string,
  parameters: URLSearchParams,
  before: Pick<Tokens, 'refresh_token' | 'grant'> = {},
): Promise<Granted> {
  const asked = deps.now().getTime()
  const options = byEgress(deps.egress, deps.config.GATEHOUSE_TOKEN_TIMEOUT_MS)
  parameters.set('resource', resource)
  try {
    const response = await oauth.genericTokenEndpointRequest(server, client, auth, grant, parameters, options)
    const answer = await oauth.processGenericTokenEndpointResponse(server, client, await readable(response))
    const after = (seconds: unknown) => {
      const count = Number(seconds)
      return Number.isFinite(count) && count > 0 && count < 1e10 ? new Date(asked + count * 1_000) : undefined
    }
    if (answer.token_type !== 'bearer' || !/^[\x21-\x7e]+$/.test(answer.access_token))
      throw new TokenRefused('unusable_token', false)
    const refresh = answer.refresh_token ?? before.refresh_token
    return {
      tokens: {
        access_token: answer.access_token,
        token_type: answer.token_type,
        ...(refresh && { refresh_token: refresh }),
        ...(before.grant && { grant: before.grant }),
      },
      scopes: answer.scope === undefined ? undefined : toScopes(answer.scope.split(' ')),
      expiresAt: after(answer.expires_in) ?? null,
      // Neither is a standard's; one or the other is what most servers send.
      refreshExpiresAt: after(answer.refresh_token_expires_in ?? answer.refresh_expires_in),
    }
  } catch (thrown) {
    throw toRefusal(thrown)
  }
}

/**
 * Only 200 and refusals in OAuth's own form tell something; the challenge beside one (RFC 6749 section 5.2) tells nothing more.
 * Members that we do not use are left out: an ID token is nobody's business here.
 */
async function readable(response: Response): Promise<Response> {
  const { status } = response
  const body: unknown = await response.json().catch(() => undefined)
  const tells = status === 200 || (status >= 400 && status < 500)
  if (!tells || typeof body !== 'object' || body === null) throw new TokenRefused(`http_${status}`, false)
  const { id_token: _, ...rest } = body as Record<string, unknown>
  return Response.json(rest, { status })
}

/** Errors of OAuth that go away by themselves. */
const passing = new Set(['temporarily_unavailable', 'server_error', 'slow_down', 'authorization_pending'])

function toRefusal(thrown: unknown): TokenRefused {
  if (thrown instanceof TokenRefused) return thrown
  if (thrown instanceof oauth.ResponseBodyError) {
    const isPassing = passing.has(thrown.error) || [408, 425, 429].includes(thrown.status)
    const result = /^[a-z_]{1,40}$/.test(thrown.error) ? thrown.error : `http_${thrown.status}`
    return new TokenRefused(result, !isPassing)
  }
  if (thrown instanceof AppError) return new TokenRefused(thrown.code, false, thrown)
  // Errors of the library carry the answer, and it a token: nothing of them may come into a log.
  return new TokenRefused('invalid_answer', false)
}
