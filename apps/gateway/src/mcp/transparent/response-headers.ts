// The headers of an answer to a client: what is named here, and our own about caching.

import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '@gatehouse/errors'
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

/**
 * Redirects carry credentials elsewhere, encodings hide how much it is, and other media types are no MCP.
 * @param asked true where a JSON-RPC request (or a GET for a stream) wants an answer
 * @throws AppError upstream_invalid
 */
export function checkAnswer(status: number, upstream: IncomingHttpHeaders, asked: boolean): void {
  const invalid = (what: string) => new AppError('upstream_invalid', { what })
  if (status >= 300 && status < 400) throw invalid(`the server answered with a redirect (${status})`)
  const encoding = upstream['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw invalid('the server compressed its answer')
  const type = upstream['content-type'] ?? ''
  if (asked && status < 300 && status !== 202 && !/^(application\/json|text\/event-stream)\b/i.test(type)) {
    throw invalid('the server answered with something that is neither JSON nor an event stream')
  }
}
