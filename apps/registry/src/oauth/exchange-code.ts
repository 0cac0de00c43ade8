// From what an authorization server sent back with the browser to tokens: the issuer first, then the code.

import type { Secret } from '@gatehouse/config'
import { AppError } from '@gatehouse/errors'
import type { OAuthClient } from '../connections/client-of.ts'
import { type Granted, requestGrant } from '../connections/request-token.ts'
import type { Deps } from '../deps.ts'

export interface Returned {
  readonly code?: string | undefined
  readonly error?: string | undefined
  readonly error_description?: string | undefined
  readonly iss?: string | undefined
}

/** RFC 9207: an answer of another authorization server is nothing to act on, whatever it says. @throws AppError oauth_failed */
export function checkIssuer({ server }: Pick<OAuthClient, 'server'>, { iss }: Returned): void {
  if (iss === undefined && !server.authorization_response_iss_parameter_supported) return
  if (iss !== server.issuer)
    throw new AppError('oauth_failed', {
      what:
        iss === undefined
          ? 'the answer does not say which authorization server it is of'
          : 'the answer is of another authorization server',
    })
}

/** @throws AppError oauth_denied, oauth_failed */
export function checkOutcome({ code, error, error_description: description }: Returned): string {
  if (error === 'access_denied') throw new AppError('oauth_denied')
  if (error !== undefined)
    throw new AppError('oauth_failed', {
      what: `the authorization server answered: ${printable([error, description].filter(Boolean).join(', '))}`,
    })
  if (code === undefined || code === '')
    throw new AppError('oauth_failed', { what: 'the answer has neither a code nor an error' })
  return code
}

/** @throws TokenRefused */
export const exchangeCode = (
  deps: Pick<Deps, 'egress' | 'now' | 'config'>,
  on: OAuthClient,
  returned: { readonly code: string; readonly verifier: Secret; readonly redirectUri: string },
): Promise<Granted> =>
  requestGrant(
    deps,
    on,
    'authorization_code',
    new URLSearchParams({
      code: returned.code,
      redirect_uri: returned.redirectUri,
      code_verifier: returned.verifier.reveal(),
    }),
  )

/** Somebody else's words: one line of at most 200 visible characters of ASCII. */
const printable = (text: string) => text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 200)
