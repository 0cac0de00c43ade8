// The key of a request: from one of two headers, never from the URL. What the gateway knows is found by the key's digest; only a
// key that it doesn't know is looked at closer (resolve.ts).

import type { IncomingMessage } from 'node:http'
import { AppError, AuthError } from '@gatehouse/errors'

/** @throws AuthError 401 without a key; AppError ambiguous_credentials for two different ones */
export function authenticate(request: IncomingMessage): string {
  const { authorization, 'x-api-key': given } = request.headers
  const bearer =
    authorization === undefined ? undefined : /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1]
  const apiKey = typeof given === 'string' && given !== '' ? given : undefined
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) {
    throw new AppError('ambiguous_credentials', { what: 'Authorization and X-Api-Key carry different keys' })
  }
  const key = bearer ?? apiKey
  if (key === undefined) throw new AuthError(401)
  return key
}
