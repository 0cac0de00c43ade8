// A request of the newest revision as text: the gateway speaks to servers of the older ones itself. Arguments go out digit for digit.
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http

import { type Json, JsonNumber, type JsonObject, object } from '../json/json.ts'
import { printJson } from '../json/print-json.ts'
import { headerText } from './param-headers.ts'

type Headers = readonly (readonly [name: string, value: string])[]

/** What is asked, and where. */
export interface Asked {
  /** Of the address below `/mcp/`: a server's slug, "" for all of them. */
  readonly path: string
  readonly method: string
  /** What the request names, where it names something. */
  readonly name?: string
  readonly params: JsonObject
  /** Beside those of every request. */
  readonly headers: Headers
}

/** What a retry carries after the server asked. */
export interface Answers {
  readonly responses: JsonObject
  readonly state: Json | undefined
}

export interface HttpRequest {
  readonly headers: Headers
  readonly body: string
}

const revision = '2026-07-28'
const meta = 'io.modelcontextprotocol'

export function requestOf({ method, name, params, headers }: Asked, answers?: Answers): HttpRequest {
  const said = new Map<string, Json>([
    [`${meta}/protocolVersion`, revision],
    [`${meta}/clientInfo`, object({ name: 'gatehouse-playground', version: '1' })],
    [`${meta}/clientCapabilities`, object({ elicitation: object({ form: object({}), url: object({}) }) })],
    [`${meta}/logLevel`, 'info'],
    ['progressToken', 'playground'],
  ])
  const around = object({ inputResponses: answers?.responses, requestState: answers?.state, _meta: said })
  const message = object({
    jsonrpc: '2.0',
    id: new JsonNumber('1'),
    method,
    params: new Map([...params, ...around]),
  })
  return {
    headers: [
      ['Content-Type', 'application/json'],
      ['Accept', 'application/json, text/event-stream'],
      ['MCP-Protocol-Version', revision],
      ['Mcp-Method', method],
      ...(name === undefined ? [] : [['Mcp-Name', headerText(name)] as const]),
      ...headers,
    ],
    body: printJson(message),
  }
}
