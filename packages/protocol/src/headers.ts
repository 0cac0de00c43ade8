// Names of headers and of `_meta` members on the wire. Header names in lower case, as Node gives them.

export const protocolVersionHeader = 'mcp-protocol-version'
export const methodHeader = 'mcp-method'
export const nameHeader = 'mcp-name'
export const sessionHeader = 'mcp-session-id'
export const paramHeaderPrefix = 'mcp-param-'

export const metaVersion = 'io.modelcontextprotocol/protocolVersion'
export const metaClientInfo = 'io.modelcontextprotocol/clientInfo'
export const metaClientCapabilities = 'io.modelcontextprotocol/clientCapabilities'
export const metaServerInfo = 'io.modelcontextprotocol/serverInfo'

/** A header value without the white space that HTTP allows around it. */
export function trimHeader(value: string): string {
  let start = 0
  let end = value.length
  while (isSpace(value, start)) start += 1
  while (end > start && isSpace(value, end - 1)) end -= 1
  return value.slice(start, end)
}

const isSpace = (value: string, at: number) => value[at] === ' ' || value[at] === '\t'

const canonicalBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The text behind a header value: itself, or what `=?base64?…?=` holds; undefined when that form is broken. */
export function decodeHeaderText(value: string): string | undefined {
  if (!value.startsWith('=?base64?') || !value.endsWith('?=') || value.length < 11) return value
  const encoded = value.slice(9, -2)
  if (!canonicalBase64.test(encoded)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'))
  } catch {
    return undefined
  }
}

/** The form in which a text may stand in a header: itself where it is plain, else base64. */
export function encodeHeaderText(text: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text)
  return plain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`
}
