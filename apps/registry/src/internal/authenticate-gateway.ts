// A gateway shows one of GATEWAY_TOKENS. Compared by digest, every token every time, so that time tells nothing.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { Secret } from '@gatehouse/config'
import { AuthError } from '@gatehouse/errors'
import type { RequestHandler } from 'express'

/** Lets only requests with a gateway's token through. */
export function authenticateGateway(tokens: readonly Secret[]): RequestHandler {
  const digests = tokens.map((token) => digest(token.reveal()))
  return (req, _res, next) => {
    const shown = /^bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
    if (shown === undefined) throw new AuthError(401)
    const seen = digest(shown)
    const good = digests.filter((one) => timingSafeEqual(one, seen)).length > 0
    if (!good) throw new AuthError(403)
    next()
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()
