// /api/auth: the four operations of better-auth that the console uses, with our errors; none of its others is reachable.

import { AppError } from '@gatehouse/errors'
import { fromNodeHeaders } from 'better-auth/node'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { requestIdOf } from '../authenticate.ts'
import { jsonBody } from '../body.ts'
import type { Deps } from '../deps.ts'
import { requestIdHeader } from './audit-person.ts'
import { clientAddressHeader } from './auth.ts'
import { signOut } from './sign-out.ts'
import { withinOutageLimit } from './within-outage-limit.ts'

export function authRoutes(deps: Deps): Router {
  const router = express.Router()
  const readJson = jsonBody('16kb')
  const pass = passOn(deps)
  router.get('/api/auth/get-session', pass)
  for (const name of ['sign-in/email', 'change-password']) router.post(`/api/auth/${name}`, readJson, pass)
  const end: RequestHandler = (req, res, next) => signOut(deps, req, requestIdOf(res)).then(() => next())
  router.post('/api/auth/sign-out', readJson, end, pass)
  return router
}

const passOn =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const request = toWebRequest(deps, req, requestIdOf(res))
    const answer = await withinOutageLimit(
      deps,
      () => deps.auth.handler(request),
      ({ status }) => status >= 500,
    )
    copyCookies(answer.headers, res)
    const text = await answer.text()
    if (!answer.ok) throw toOurs(req, answer, text)
    res.status(answer.status).type('application/json').send(withoutToken(text))
  }

function toWebRequest(deps: Deps, req: Request, requestId: string): globalThis.Request {
  const headers = fromNodeHeaders(req.headers)
  for (const name of ['content-length', 'transfer-encoding']) headers.delete(name)
  headers.set(clientAddressHeader, req.ip ?? '')
  headers.set(requestIdHeader, requestId)
  const url = new URL(req.path, deps.config.CONSOLE_PUBLIC_URL)
  if (req.method === 'GET') return new globalThis.Request(url, { headers })
  headers.set('content-type', 'application/json')
  return new globalThis.Request(url, { method: 'POST', headers, body: JSON.stringify(req.body ?? {}) })
}

/** The session's token is the cookie's alone, which no script can read. */
function withoutToken(text: string): string {
  const body = JSON.parse(text) as { token?: unknown; session?: { token?: unknown } } | null // better-auth's own answer
  if (body === null) return text
  delete body.token
  delete body.session?.token
  return JSON.stringify(body)
}

/** Puts what better-auth wants to set on our answer. */
export function copyCookies(from: Headers, res: Response): void {
  for (const cookie of from.getSetCookie()) res.append('Set-Cookie', cookie)
}

function toOurs(req: Request, answer: globalThis.Response, text: string): AppError {
  if (answer.status === 429) {
    const retryAfterS = Number(answer.headers.get('x-retry-after') ?? 60)
    return new AppError('rate_limited', { retryAfterS })
  }
  if (answer.status === 403) return new AppError('origin_forbidden')
  if (answer.status >= 500) return new AppError('internal_error', { cause: new Error(text) })
  if (text.includes('PASSWORD_TOO_SHORT')) return new AppError('weak_password')
  const wrong = answer.status === 401 || text.includes('INVALID_PASSWORD') || text.includes('INVALID_EMAIL')
  if (wrong) return new AppError('sign_in_failed')
  return new AppError('invalid_request_body', { what: `${req.path} was refused` })
}
