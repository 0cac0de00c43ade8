// The suite's names and URIs as the endpoint for all servers has them: `{slug}__{name}` and `{slug}+{uri}`.

import type { Mapping } from './shim.ts'

/**
 * @param slug of the server whose names the suite means
 * @param other of the server beside it, whose names the suite knows only as listed
 */
export function mapNames(slug: string, other: string): Mapping {
  const name = (own: unknown) =>
    typeof own === 'string' && !own.startsWith(`${other}__`) ? `${slug}__${own}` : own
  const uri = (own: unknown) => (typeof own === 'string' ? `${slug}+${own}` : own)

  function mapParams(method: unknown, params: Params): Params {
    if (method === 'tools/call' || method === 'prompts/get') return { ...params, name: name(params.name) }
    if (method === 'resources/read' || method === 'resources/subscribe' || method === 'resources/unsubscribe')
      return { ...params, uri: uri(params.uri) }
    if (method === 'completion/complete' && isObject(params.ref)) {
      const { ref } = params
      const mapped = {
        ...('name' in ref && { name: name(ref.name) }),
        ...('uri' in ref && { uri: uri(ref.uri) }),
      }
      return { ...params, ref: { ...ref, ...mapped } }
    }
    return params
  }

  /** Of Mcp-Name, which repeats what mapParams maps. */
  const mapsOfHeader: Readonly<Record<string, (own: unknown) => unknown>> = {
    'tools/call': name,
    'prompts/get': name,
    'resources/read': uri,
  }

  return {
    request(body, rawHeaders) {
      const message = parse(body)
      if (!isObject(message)) return { body, rawHeaders: [...rawHeaders] }
      const map = mapsOfHeader[String(message.method)]
      const headers = rawHeaders.map((text, index) => {
        const before = rawHeaders[index - 1]?.toLowerCase()
        return index % 2 === 1 && before === 'mcp-name' && map ? mapHeader(text, map) : text
      })
      const mapped = isObject(message.params)
        ? { ...message, params: mapParams(message.method, message.params) }
        : message
      const sent = JSON.stringify(mapped)
      return { body: sent, rawHeaders: withLength(headers, Buffer.byteLength(sent)) }
    },
    response: (text) => text.replaceAll(`"${slug}__`, '"').replaceAll(`"${slug}+`, '"'),
  }
}

type Params = Readonly<Record<string, unknown>>

/** A value that no header can hold comes in base64. */
function mapHeader(value: string, map: (own: string) => unknown): string {
  const coded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1]
  if (coded === undefined) return value === '' ? value : String(map(value))
  return `=?base64?${Buffer.from(String(map(Buffer.from(coded, 'base64').toString()))).toString('base64')}?=`
}

const withLength = (rawHeaders: readonly string[], length: number) =>
  rawHeaders.map((text, index) =>
    index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'content-length' ? String(length) : text,
  )

const isObject = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
