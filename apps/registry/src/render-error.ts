// The last stop of every failed request: one body for the client, the cause for the log only.

import { AppError, AuthError, renderErrorResponse, renderFlat, toAppError } from '@gatehouse/errors'
import type { ErrorRequestHandler, RequestHandler, Router } from 'express'
import { toBodyError } from './body.ts'
import type { Deps } from './deps.ts'
import { isOutage } from './outage.ts'

/** Renders what handlers throw; a failure of ours is logged with its cause and the request's id. */
export function renderError(deps: Pick<Deps, 'config' | 'log'>): ErrorRequestHandler {
  return (thrown: unknown, req, res, _next) => {
    if (res.headersSent) {
      res.destroy()
      return
    }
    if (thrown instanceof AuthError) {
      res.status(thrown.status).json(renderFlat(thrown))
      return
    }
    const error = toOurs(thrown)
    if (error.status >= 500) {
      const requestId = res.getHeader('X-Request-Id')
      const route = `${req.method} ${req.route?.path ?? 'none'}`
      deps.log.error({ err: error, request_id: requestId, route }, error.code)
    }
    if (error.retryAfterS !== undefined) res.setHeader('Retry-After', error.retryAfterS)
    res.status(error.status).json(renderErrorResponse(error, deps.config.PUBLIC_URL))
  }
}

function toOurs(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (isOutage(thrown)) return new AppError('database_unavailable', { cause: thrown })
  if (thrown instanceof URIError) return new AppError('invalid_parameter', { what: 'the path is not valid' })
  return toBodyError(thrown) ?? toAppError(thrown)
}

/** 405 with Allow where one of the routers serves the address by another method, else 404. */
export function nothingHere(routers: readonly Router[]): RequestHandler {
  return (req, res, next) => {
    const methods = new Set<string>()
    for (const { stack } of routers) {
      for (const layer of stack as unknown as readonly RouteLayer[]) {
        if (!layer.route || !layer.match(req.path)) continue
        for (const name of Object.keys(layer.route.methods)) methods.add(name.toUpperCase())
      }
    }
    if (methods.size === 0) return next(new AppError('not_found'))
    res.setHeader('Allow', [...methods].sort().join(', '))
    next(new AppError('method_not_allowed'))
  }
}

/** What the types of Express leave out: a layer tells whether it matches a path. */
interface RouteLayer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> }
  match(path: string): boolean
}
