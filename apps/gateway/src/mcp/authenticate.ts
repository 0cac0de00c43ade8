// The key of a request: from one of two headers, never from the URL. Malformed ones are refused without asking anybody.

import type { IncomingMessage } from 'node:http'
import { AppError, AuthError } from '@gatehouse/errors'
import { digestKey } from '@gatehouse/registry-api/key-format'

/**
 * The digest of the key.
 * @throws AuthError 401 without a key or with a malformed one; AppError ambiguous_credentials for two different ones
 */
export function authenticate(request: IncomingMessage): string {
  const bearer = /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const given = request.headers['x-api-key']
  const apiKey = typeof given === 'string' && given !== '' ? given : undefined
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) {
    throw new AppError('ambiguous_credentials', { what: 'Authorization and X-Api-Key carry different keys' })
  }
  const key = bearer ?? apiKey
  const digest = key === undefined ? undefined : digestKey(key)
  if (digest === undefined) throw new AuthError(401)
  return digest
}
