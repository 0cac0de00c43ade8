// Browsers' pages of listed origins may call us: checkHostAndOrigin has refused all others before.

import type { IncomingMessage, ServerResponse } from 'node:http'

const ours =
  /^(authorization|x-api-key|content-type|accept|last-event-id|traceparent|mcp-(protocol-version|session-id|method|name|param-[a-z0-9-]+))$/

/** Sets what the browser asks for. @returns true when this was a preflight, which is answered with it */
export function answerCors(request: IncomingMessage, response: ServerResponse): boolean {
  const { origin } = request.headers
  if (origin === undefined) return false
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader(
    'Access-Control-Expose-Headers',
    'Mcp-Session-Id, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id',
  )
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
    return false
  const asked = String(request.headers['access-control-request-headers'] ?? '').split(',')
  const allowed = asked.map((name) => name.trim().toLowerCase()).filter((name) => ours.test(name))
  response.writeHead(204, {
    'Access-Control-Allow-Methods': 'POST, GET, DELETE',
    'Access-Control-Allow-Headers': allowed.join(', '),
    'Access-Control-Max-Age': '600',
    Vary: 'Origin, Access-Control-Request-Headers',
  })
  response.end()
  return true
}
