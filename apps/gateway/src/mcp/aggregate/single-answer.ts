// What a legacy client gets: one JSON body, whatever the server sent; and a plain word where the server wanted to ask the client
// something, which this address can't pass on.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../../deps.ts'
import type { Call, Message, Trace } from '../call.ts'
import { sendJson, withRawId } from '../refuse.ts'
import { judge } from '../transparent/outcome.ts'
import { exposeMessage } from './expose.ts'
import type { Target } from './target.ts'

/** @param outcome `"result":…` or `"error":…`, as JSON text */
export function answerOnce(call: Call, { bearer, message }: Target, outcome: string, trace: Trace): void {
  const { idRaw, method = '' } = message.envelope
  const text = `{"jsonrpc":"2.0","id":${idRaw},${outcome}}`
  const body = exposeMessage(bearer.server.slug, method, text)
  Object.assign(trace, judge(body))
  trace.responseBytes = Buffer.byteLength(body)
  sendJson(call.response, 200, body)
}

/** @param what the server asked for. @throws AppError missing_capability where no result can say it */
export function answerAsked(deps: Deps, call: Call, target: Target, what: string, trace: Trace): void {
  const { server } = target.bearer
  const text = `The server '${server.slug}' asks for input (${what}), which this address can't pass on. Use ${deps.config.PUBLIC_URL}/mcp/${server.slug} instead.`
  if (!isToolCall(target.message)) throw new AppError('missing_capability', { what: text })
  const result = { content: [{ type: 'text', text }], isError: true }
  trace.outcome = 'tool_error'
  sendJson(call.response, 200, withRawId({ jsonrpc: '2.0', result }, target.message.envelope.idRaw ?? 'null'))
}

const isToolCall = ({ envelope }: Message) => envelope.method === 'tools/call'
