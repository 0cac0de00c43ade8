// From a request to an actor: an API key, or the console's session. Every refusal of a key is the same 403, and a malformed
// key never reaches the database. Routes wrap their handlers with withActor.

import { AppError, AuthError } from '@gatehouse/errors'
import { newRequestId } from '@gatehouse/http-kit'
import { parseKey } from '@gatehouse/registry-api/key-format'
import type { Request, RequestHandler, Response } from 'express'
import type { Actor, Call } from './actor.ts'
import { findLiveKey, type LiveKey } from './api-keys/live-key.ts'
import { isWorthRecording, recordUse } from './api-keys/record-use.ts'
import type { Deps } from './deps.ts'
import { sessionActor } from './people/session-actor.ts'

/** An Express handler that knows who acts; what `handler` throws goes to the error handler of app.ts. */
export function withActor(
  deps: Deps,
  handler: (call: Call, req: Request, res: Response) => Promise<void>,
): RequestHandler {
  return async (req, res) => {
    const gone = new AbortController()
    res.once('close', () => {
      if (!res.writableFinished) gone.abort()
    })
    const actor = await authenticate(deps, req)
    await handler({ requestId: requestIdOf(res), actor, signal: gone.signal }, req, res)
  }
}

/** @throws AuthError, or AppError ambiguous_credentials */
export async function authenticate(deps: Deps, req: Request): Promise<Actor> {
  const keys = presentedKeys(req)
  const [key] = keys
  if (keys.size > 1 || (key !== undefined && hasSessionCookie(req)))
    throw new AppError('ambiguous_credentials')
  if (key !== undefined) return actorOfKey(deps, key)
  const person = await sessionActor(deps, req)
  if (person === null) throw new AuthError(401)
  return person
}

/** The different keys in X-Api-Key and Authorization; another scheme than Bearer is no key of ours. */
function presentedKeys(req: Request): Set<string> {
  const bearers = (req.headersDistinct.authorization ?? []).flatMap(
    (value) => /^bearer +(.*)$/is.exec(value)?.[1] ?? [],
  )
  const keys = [...(req.headersDistinct['x-api-key'] ?? []), ...bearers]
  return new Set(keys.map((value) => value.trim()).filter(Boolean))
}

const hasSessionCookie = (req: Request) =>
  /(?:^|;)\s*(?:__Host-|__Secure-)?gatehouse[^=;\s]*=/.test(req.headers.cookie ?? '')

async function actorOfKey(deps: Deps, text: string): Promise<Actor> {
  const parsed = parseKey(text)
  if (parsed === undefined) throw new AuthError(403)
  const now = deps.now()
  const key = await deps.db.asSystem((tx) => findLiveKey(tx, parsed.digest, now, parsed.publicId))
  if (key?.purpose !== 'client') throw new AuthError(403)
  if (isWorthRecording(key.lastUsedAt, now)) {
    deps.db
      .asSystem((tx) => recordUse(tx, [key], now))
      .catch((error: unknown) => deps.log.warn({ err: error }, 'the use of a key was not recorded'))
  }
  return keyActor(key)
}

const keyActor = (key: LiveKey): Actor => ({
  type: 'api-key',
  id: key.id,
  name: key.name,
  workspaceId: key.workspaceId,
  userId: key.userId,
  keyId: key.id,
  kind: key.kind,
  permissions: key.permissions,
  servers: key.servers,
})

/** The id that app.ts put on the answer; the answer's own header is where it is kept. */
export function requestIdOf(res: Response): string {
  const known = res.getHeader('X-Request-Id')
  if (typeof known === 'string') return known
  const made = newRequestId()
  res.setHeader('X-Request-Id', made)
  return made
}
