// One question to a server through the gateway, as the person who is signed in: for what its own screens show of it.

import { ApiError } from './api-error.ts'
import { parseEvent } from './events.ts'
import type { Tokens } from './gateway-token.ts'

const revision = '2026-07-28'
const meta = 'io.modelcontextprotocol'

interface Question {
  /** Of the server. */
  readonly slug: string
  readonly method: string
  readonly params?: Readonly<Record<string, unknown>>
}

interface Response {
  readonly result?: unknown
  readonly error?: {
    readonly code?: unknown
    readonly message?: unknown
    readonly data?: { readonly code?: unknown }
  }
}

/** The result, unread. @throws ApiError, with `method_not_found` where the server has no such thing */
export async function askServer(tokens: Tokens, question: Question, signal: AbortSignal): Promise<unknown> {
  const { slug, method, params } = question
  const said = {
    [`${meta}/protocolVersion`]: revision,
    [`${meta}/clientInfo`]: { name: 'gatehouse-console', version: '1' },
    [`${meta}/clientCapabilities`]: {},
  }
  const answer = await fetch(`/api/gateway/mcp/${encodeURIComponent(slug)}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await tokens.get()}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': revision,
      'Mcp-Method': method,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: said } }),
    signal,
    cache: 'no-store',
  })
  const { status } = answer
  if (status === 401) tokens.drop()
  const requestId = answer.headers.get('X-Request-Id')
  const { result, error } = read(await answer.text())
  if (result !== undefined) return result
  const code = typeof error?.data?.code === 'string' ? error.data.code : undefined
  throw new ApiError({
    status,
    code: code ?? (error?.code === -32601 ? 'method_not_found' : 'upstream_invalid'),
    detail: typeof error?.message === 'string' ? error.message : `It answered ${method} with HTTP ${status}`,
    requestId,
  })
}

/** A JSON body, or the last message of an event stream that has ended. */
function read(text: string): Response {
  const texts = text.startsWith('{')
    ? [text]
    : text.split(/\r?\n\r?\n/).flatMap((block) => parseEvent(block).map(({ data }) => data))
  try {
    return (JSON.parse(texts.at(-1) ?? '') ?? {}) as Response // read member by member above
  } catch {
    return {}
  }
}
