// Counts and times every answer, by method, route pattern and status: never by an address, of which there is no end.

import type { RequestHandler } from 'express'
import { Counter, Histogram, type Registry } from 'prom-client'

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Middleware for the front of an app. The names are documented in docs/metrics.md. */
export function observeRequests(metrics: Registry): RequestHandler {
  const requests = new Counter({
    name: 'gatehouse_http_requests_total',
    help: 'Answered HTTP requests',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [metrics],
  })
  const duration = new Histogram({
    name: 'gatehouse_http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer',
    labelNames: ['method', 'route'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [metrics],
  })
  return (req, res, next) => {
    const start = performance.now()
    res.once('close', () => {
      const method = methods.has(req.method) ? req.method : 'other'
      // Express sets it on the route that answered.
      const route = typeof req.route?.path === 'string' ? req.route.path : 'none'
      requests.inc({ method, route, status: res.statusCode })
      duration.observe({ method, route }, (performance.now() - start) / 1_000)
    })
    next()
  }
}
