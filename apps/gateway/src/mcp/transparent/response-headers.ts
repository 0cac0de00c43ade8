// The headers of an answer to a client: what is named here, and our own about caching.

import type { IncomingHttpHeaders } from 'node:http'
import { ownHeaders } from '../refuse.ts'

/** @param sessionId the token for the upstream's session id, where the answer carries one */
export function clientHeaders(
  upstream: IncomingHttpHeaders,
  sessionId: string | undefined,
): Record<string, string> {
  const out: Record<string, string> = { ...ownHeaders }
  const copy = (name: string, as: string) => {
    const value = upstream[name]
    if (typeof value === 'string') out[as] = value
  }
  copy('content-type', 'Content-Type')
  copy('content-length', 'Content-Length')
  copy('retry-after', 'Retry-After')
  copy('x-accel-buffering', 'X-Accel-Buffering')
  if (sessionId !== undefined) out['Mcp-Session-Id'] = sessionId
  return out
}
