// Framing that two parsers could read differently is refused before anything else (400).

import type { IncomingMessage } from 'node:http'
import { AppError } from '@gatehouse/errors'

const single = new Set([
  'host',
  'authorization',
  'x-api-key',
  'content-type',
  'content-length',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
  'last-event-id',
])

/** @throws AppError invalid_parameter */
export function checkFraming(request: IncomingMessage): void {
  const target = request.url ?? ''
  if (!target.startsWith('/') || target.startsWith('//')) throw bad('the request target must be a path')
  if (/%2e|%2f|%5c|\\|\/\.{1,2}(\/|$|\?)/i.test(target.split('?')[0] ?? '')) {
    throw bad('the path must not hold dot segments or encoded separators')
  }
  const seen = new Set<string>()
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]?.toLowerCase() ?? ''
    if (!single.has(name) && !name.startsWith('mcp-param-')) continue
    if (seen.has(name)) throw bad(`the header ${name} stands there twice`)
    seen.add(name)
  }
}

const bad = (what: string) => new AppError('invalid_parameter', { what, todo: 'Correct the request' })
