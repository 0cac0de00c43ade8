// What a legacy client gets: one JSON body, whatever the server sent; and a plain word where the server wanted to ask the client
// something, which this address can't pass on.

import type { Deps } from '../../deps.ts'
import type { Call, Trace } from '../call.ts'
import { sendJson, withRawId } from '../refuse.ts'
import { judge } from '../transparent/outcome.ts'
import { exposeMessage } from './expose.ts'
import type { Target } from './target.ts'

/** The older revisions' own. */
export const legacyResourceNotFound = -32002

/** @param outcome `"result":…` or `"error":…`, as JSON text */
export function answerOnce(call: Call, { bearer, message }: Target, outcome: string, trace: Trace): void {
  const { idRaw, method = '' } = message.envelope
  const text = `{"jsonrpc":"2.0","id":${idRaw},${outcome}}`
  const body = exposeMessage(bearer.server.slug, method, text)
  Object.assign(trace, judge(body))
  trace.responseBytes = Buffer.byteLength(body)
  sendJson(call.response, 200, body)
}

/** @param what the server asked for */
export function answerAsked(deps: Deps, call: Call, target: Target, what: string, trace: Trace): void {
  const { server } = target.bearer
  const text = `The server '${server.slug}' asks for input (${what}), which this address can't pass on. Use ${deps.config.PUBLIC_URL}/mcp/${server.slug} instead.`
  const { method, idRaw = 'null' } = target.message.envelope
  const isTool = method === 'tools/call'
  const said = isTool
    ? { result: { content: [{ type: 'text', text }], isError: true } }
    : { error: { code: -32603, message: text } }
  trace.outcome = isTool ? 'tool_error' : 'protocol_error'
  sendJson(call.response, 200, withRawId({ jsonrpc: '2.0', ...said }, idRaw))
}
