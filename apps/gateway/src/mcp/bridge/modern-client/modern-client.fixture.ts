// A modern client for tests that look at bytes: writes the headers that go with a body, and reads JSON and event streams alike.

import { createParser } from 'eventsource-parser'

export interface Told {
  readonly status: number
  /** JSON texts in order; the response is the last. */
  readonly texts: readonly string[]
  readonly last: Answered
}

export interface Answered {
  readonly result?: Readonly<Record<string, unknown>> & {
    readonly requestState?: string
    readonly inputRequests?: Readonly<Record<string, { method: string; params?: Record<string, unknown> }>>
  }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

export interface Ask {
  readonly method: string
  /** JSON text between the braces of params, without `_meta`. */
  readonly params?: string
  readonly capabilities?: object
  /** JSON text of more members of `_meta`. */
  readonly meta?: string
  readonly idRaw?: string
  readonly version?: string
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

const own = 'io.modelcontextprotocol'

export function bodyOf({
  method,
  params = '',
  capabilities = {},
  meta,
  idRaw = '1',
  version = '2026-07-28',
}: Ask) {
  const members = [
    `"${own}/protocolVersion":"${version}"`,
    `"${own}/clientInfo":{"name":"raw","version":"1"}`,
    `"${own}/clientCapabilities":${JSON.stringify(capabilities)}`,
    ...(meta === undefined ? [] : [meta]),
  ]
  const rest = params === '' ? '' : `,${params}`
  return `{"jsonrpc":"2.0","id":${idRaw},"method":"${method}","params":{"_meta":{${members.join(',')}}${rest}}}`
}

/** Sends one request to that address with that key; resolves with the head of the answer. */
export const send = (url: string, key: string, ask: Ask): Promise<Response> => {
  const body = bodyOf(ask)
  const { params } = JSON.parse(body) as { params: Record<'name' | 'uri' | 'taskId', string | undefined> }
  const named = params.name ?? params.uri ?? params.taskId
  return fetch(url, {
    method: 'POST',
    headers: {
      'x-api-key': key,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': ask.version ?? '2026-07-28',
      'mcp-method': ask.method,
      ...(named !== undefined && { 'mcp-name': named }),
      ...ask.headers,
    },
    body,
    ...(ask.signal && { signal: ask.signal }),
  })
}

/** The same, with the whole answer. */
export const modernClient =
  (url: string, key: string) =>
  async (ask: Ask): Promise<Told> => {
    const response = await send(url, key, ask)
    const texts = eventsOf(response.headers.get('content-type') ?? '', await response.text())
    return { status: response.status, texts, last: JSON.parse(texts.at(-1) ?? '{}') as Answered }
  }

function eventsOf(type: string, text: string): string[] {
  if (!type.startsWith('text/event-stream')) return [text]
  const texts: string[] = []
  const parser = createParser({ onEvent: ({ data }) => void texts.push(data) })
  parser.feed(text)
  return texts
}
