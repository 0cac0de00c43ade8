// What may be stored as a header: a token for a name, printable ASCII for a value, nothing that belongs to the connection or to
// the protocol. The same rules hold when they are sent.

import { AppError } from '@gatehouse/errors'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const printable = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

const reserved = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'origin',
  'via',
  'forwarded',
  'last-event-id',
  'traceparent',
  'tracestate',
  'mcp-protocol-version',
])
const reservedPrefixes = ['content-', 'accept-', 'proxy-', 'sec-', 'x-forwarded-', 'mcp-']
const maxHeaders = 50
const maxBytes = 32 * 1024

export interface HeaderInput {
  readonly key: string
  readonly value: string
}

/** @throws AppError invalid_header, masked_header_value */
export function checkHeaders(headers: readonly HeaderInput[]): void {
  if (headers.length > maxHeaders) throw invalid(`at most ${maxHeaders} headers can be stored`)
  const seen = new Set<string>()
  let bytes = 0
  for (const { key, value } of headers) {
    const name = key.toLowerCase()
    if (!token.test(key)) throw invalid(`${JSON.stringify(key.slice(0, 80))} is no header name`)
    if (value === '***') throw new AppError('masked_header_value')
    if (
      name === 'accept' ||
      reserved.has(name) ||
      reservedPrefixes.some((prefix) => name.startsWith(prefix))
    ) {
      throw invalid(`'${key}' belongs to the connection or the protocol`)
    }
    if (!printable.test(value))
      throw invalid(`the value of '${key}' must be printable ASCII without outer spaces`)
    if (seen.has(name)) throw invalid(`'${key}' stands there twice (case does not matter)`)
    seen.add(name)
    bytes += key.length + value.length
  }
  if (bytes > maxBytes) throw invalid(`all headers together may have ${maxBytes} bytes`)
}

const invalid = (what: string) => new AppError('invalid_header', { what })
