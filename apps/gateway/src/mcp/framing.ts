// Framing that two parsers could read differently is refused before anything else (400).

import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '@gatehouse/errors'

const single = new Set([
  'host',
  'authorization',
  'x-api-key',
  'content-type',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'origin',
  'last-event-id',
])

/** @throws AppError invalid_parameter; then nothing more is taken from this connection */
export function checkFraming(request: IncomingMessage, response: ServerResponse): void {
  try {
    check(request)
  } catch (error) {
    response.shouldKeepAlive = false
    throw error
  }
}

function check(request: IncomingMessage): void {
  // A version line of another protocol, and what only HTTP/1.1 knows.
  const version = request.httpVersion
  if (version !== '1.1' && version !== '1.0') throw bad(`HTTP/${version} is not spoken here`)
  const coding = request.headers['transfer-encoding']
  if (coding !== undefined && (version === '1.0' || coding.toLowerCase() !== 'chunked'))
    throw bad('the only transfer coding is chunked, and HTTP/1.0 has none')
  const target = request.url ?? ''
  if (!target.startsWith('/') || target.startsWith('//')) throw bad('the request target must be a path')
  // Nearly no path has any of the characters that these are made of.
  if (/[%\\.]/.test(target) && /%2e|%2f|%5c|\\|\/\.{1,2}(\/|$|\?)/i.test(target.split('?')[0] ?? '')) {
    throw bad('the path must not hold dot segments or encoded separators')
  }
  if (mayRepeat(request.rawHeaders)) checkRepeated(request.rawHeaders)
}

const fewLines = 32

/** False only where no name came twice. A few names are quicker compared with each other than kept in a set. */
function mayRepeat(headers: readonly string[]): boolean {
  if (headers.length > 2 * fewLines) return true
  for (let i = 2; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    for (let j = 0; j < i; j += 2) {
      const other = headers[j] ?? ''
      if (name.length === other.length && name.toLowerCase() === other.toLowerCase()) return true
    }
  }
  return false
}

function checkRepeated(headers: readonly string[]): void {
  const seen = new Set<string>()
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]?.toLowerCase() ?? ''
    if (!single.has(name) && !name.startsWith('mcp-')) continue
    if (seen.has(name)) throw bad(`the header ${name} stands there twice`)
    seen.add(name)
  }
}

const bad = (what: string) => new AppError('invalid_parameter', { what, todo: 'Correct the request' })
