// A tools/call of the newest revision as text: the gateway speaks to servers of the older ones itself. Arguments go out digit for
// digit. https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http

import { type Json, JsonNumber, type JsonObject, object } from '../json/json.ts'
import { printJson } from '../json/print-json.ts'
import { headerText, paramHeaders } from './param-headers.ts'

export interface ToolCall {
  /** Of the server. */
  readonly slug: string
  readonly tool: string
  readonly inputSchema: Json
  readonly args: Json
}

/** What a retry carries after the server asked. */
export interface Answers {
  readonly responses: JsonObject
  readonly state: Json | undefined
}

export interface HttpRequest {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

const revision = '2026-07-28'
const meta = 'io.modelcontextprotocol'

export function requestOf(call: ToolCall, answers?: Answers): HttpRequest {
  const { tool, inputSchema, args } = call
  const said = new Map<string, Json>([
    [`${meta}/protocolVersion`, revision],
    [`${meta}/clientInfo`, object({ name: 'gatehouse-playground', version: '1' })],
    [`${meta}/clientCapabilities`, object({ elicitation: object({ form: object({}), url: object({}) }) })],
    [`${meta}/logLevel`, 'info'],
    ['progressToken', 'playground'],
  ])
  const params = object({
    name: tool,
    arguments: args,
    inputResponses: answers?.responses,
    requestState: answers?.state,
    _meta: said,
  })
  const message = object({ jsonrpc: '2.0', id: new JsonNumber('1'), method: 'tools/call', params })
  return {
    headers: [
      ['Content-Type', 'application/json'],
      ['Accept', 'application/json, text/event-stream'],
      ['MCP-Protocol-Version', revision],
      ['Mcp-Method', 'tools/call'],
      ['Mcp-Name', headerText(tool)],
      ...paramHeaders(inputSchema, args),
    ],
    body: printJson(message),
  }
}
