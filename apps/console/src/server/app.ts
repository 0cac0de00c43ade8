// The order of things for a request: probe, Host and Origin, then a page or something to pass on.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { AppError, renderErrorResponse, toAppError } from '@gatehouse/errors'
import { type Allowed, checkHostAndOrigin, newRequestId } from '@gatehouse/http-kit'
import type { Config } from '../config.ts'
import type { Forward } from './forward.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { targetOf } from './targets.ts'

export interface Parts {
  readonly config: Config
  readonly forward: Forward
  /** Next's own handler. */
  render(req: IncomingMessage, res: ServerResponse): Promise<void>
  /** Known once the port is. */
  readonly standing: { readonly allowed: Allowed }
}

export function consoleApp(parts: Parts): RequestListener {
  return (req, res) => {
    answer(parts, req, res).catch((thrown: unknown) => refuse(parts.config, toAppError(thrown), res))
  }
}

async function answer(parts: Parts, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = req.url ?? '/'
  setSecurityHeaders(req, res, parts.config.PUBLIC_URL.startsWith('https:'))
  if (url === '/health') return sendJson(res, 200, { status: 'ok' })
  checkHostAndOrigin(req, parts.standing.allowed)
  if (!url.startsWith('/')) throw new AppError('not_found')
  const target = targetOf(url)
  if (!target && !url.startsWith('/api/')) {
    if (req.method !== 'GET' && req.method !== 'HEAD') throw new AppError('method_not_allowed')
    return parts.render(req, res)
  }
  if (!target) throw new AppError('not_found')
  checkMutation(req)
  await parts.forward.pass(target, req, res)
}

/** What changes something has to come from our own pages: an allowed Origin, which browsers always send then. */
function checkMutation(req: IncomingMessage): void {
  if (['GET', 'HEAD', 'OPTIONS'].includes(req.method ?? '')) return
  if (req.headers.origin === undefined) {
    throw new AppError('origin_forbidden', {
      todo: "Send the console's own Origin",
      what: 'the Origin header is missing',
    })
  }
}

function refuse(config: Config, error: AppError, res: ServerResponse): void {
  if (res.destroyed) return
  if (res.headersSent) return void res.destroy()
  if (error.code === 'internal_error') console.error(error)
  res.setHeader('X-Request-Id', newRequestId())
  res.setHeader('Cache-Control', 'no-store')
  if (error.retryAfterS !== undefined) res.setHeader('Retry-After', error.retryAfterS)
  // The registry serves the page of each code, and we pass that on.
  sendJson(res, error.status, renderErrorResponse(error, `${config.PUBLIC_URL}/api/registry`))
}

function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' })
  res.end(JSON.stringify(body))
}
