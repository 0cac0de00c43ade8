// The headers of an answer to a client: what is named here, and our own about caching.

import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '@gatehouse/errors'

export interface Head {
  readonly status: number
  /** Names and values in turn. */
  readonly headers: string[]
}

/** @param sessionId the token for the upstream's session id, where the answer carries one */
export function clientHeaders(upstream: IncomingHttpHeaders, sessionId: string | undefined): string[] {
  const out = ['Cache-Control', 'no-store, no-transform', 'Vary', 'Authorization, X-Api-Key']
  copy(out, 'Content-Type', upstream['content-type'])
  copy(out, 'Content-Length', upstream['content-length'])
  copy(out, 'Retry-After', upstream['retry-after'])
  copy(out, 'X-Accel-Buffering', upstream['x-accel-buffering'])
  copy(out, 'Mcp-Session-Id', sessionId)
  return out
}

/** Of names and values in turn. */
export function withoutLength(headers: string[]): string[] {
  const at = headers.indexOf('Content-Length')
  return at < 0 ? headers : headers.toSpliced(at, 2)
}

/** Where all of the answer is there: nobody needs it in chunks. */
export function withLength(headers: string[], length: number): string[] {
  if (length > 0 && !headers.includes('Content-Length')) headers.push('Content-Length', String(length))
  return headers
}

function copy(out: string[], name: string, value: string | string[] | undefined): void {
  if (typeof value === 'string') out.push(name, value)
}

/**
 * Redirects carry credentials elsewhere, encodings hide how much it is, and other media types are no MCP.
 * @param asked true where a JSON-RPC request (or a GET for a stream) wants an answer
 * @throws AppError upstream_invalid
 */
export function checkAnswer(status: number, upstream: IncomingHttpHeaders, asked: boolean): void {
  if (status >= 300 && status < 400) throw invalid(`the server answered with a redirect (${status})`)
  const encoding = upstream['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw invalid('the server compressed its answer')
  const type = upstream['content-type'] ?? ''
  if (asked && status < 300 && status !== 202 && !/^(application\/json|text\/event-stream)\b/i.test(type)) {
    throw invalid('the server answered with something that is neither JSON nor an event stream')
  }
}

const invalid = (what: string) => new AppError('upstream_invalid', { what })
