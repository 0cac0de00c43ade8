// What a call is answered that needs its person's account connected first: a page to open, in the form that this client knows.
// After that the same call works. connected.ts finds out.

import { randomUUID } from 'node:crypto'
import { AppError, renderRpcError } from '@gatehouse/errors'
import { metaClientCapabilities, sessionHeader } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { rawMember } from '@gatehouse/upstream'
import type { Deps } from '../deps.ts'
import { AccountRefused } from '../upstream/dispatcher-to.ts'
import { mayBeAsked, takesMode } from './bridge/modern-client/questions.ts'
import type { Call, Message, Trace } from './call.ts'
import { sendJson, withRawId } from './refuse.ts'

/** In `inputRequests` and `inputResponses`; a retry is forwarded as it is, and no server knows it. */
const connectKey = 'gatehouse/connect'
/** https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#url-elicitation-required-error */
const urlElicitationRequired = -32042

/** Answers a request, and completes the trace. @param told connection_required, with the page to open where it is known */
export function answerConnectFirst(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message,
  told: AppError,
  trace: Trace,
): void {
  const elicitation = elicitationOf(deps, call, server, message)
  const said = connectFirst(deps, server, { message, elicitation, requestId: call.requestId }, told)
  trace.outcome = said.asks ? 'input_required' : 'refused'
  trace.errorCode = told.code
  trace.responseBytes = Buffer.byteLength(said.text)
  if (told.retryAfterS !== undefined) call.response.setHeader('Retry-After', String(told.retryAfterS))
  sendJson(call.response, 200, said.text)
}

interface Asked {
  readonly message: Message
  /** As the client declared it. */
  readonly elicitation: unknown
  readonly requestId: string
}

/** The response. `asks`: it has the client open the page. */
export function connectFirst(
  { config, stepUps }: Pick<Deps, 'config' | 'stepUps'>,
  { slug }: ResolvedServer,
  { message, elicitation, requestId }: Asked,
  told: AppError,
): { readonly text: string; readonly asks: boolean } {
  const { method = '', idRaw = 'null' } = message.envelope
  const isModern = message.era === 'modern'
  const url = String(told.data?.url ?? config.CONSOLE_PUBLIC_URL)
  const respond = (outcome: object, asks: boolean) => ({
    text: withRawId({ jsonrpc: '2.0', ...outcome }, idRaw),
    asks,
  })
  const fail = (error: AppError) => {
    if (method !== 'tools/call') return respond(renderRpcError(error, null, requestId), false)
    const content = [{ type: 'text', text: error.message }]
    return respond({ result: { content, isError: true, ...(isModern && { resultType: 'complete' }) } }, false)
  }
  if (told instanceof AccountRefused && stepUps.refused(told, message))
    return fail(
      new AppError('account_not_permitted', {
        what: `the server '${slug}' refuses this to your account, also after it was connected anew`,
      }),
    )
  const page = { mode: 'url', message: `Connect your account to the server '${slug}'.`, url }
  if (mayBeAsked(method) && takesMode(elicitation, 'url') && connectAnswer(message) !== 'refused') {
    if (!isModern) {
      const elicitations = [{ ...page, elicitationId: randomUUID() }]
      const error = { code: urlElicitationRequired, message: told.message, data: { elicitations } }
      return respond({ error }, true)
    }
    const inputRequests = { [connectKey]: { method: 'elicitation/create', params: page } }
    return respond({ result: { resultType: 'input_required', inputRequests } }, true)
  }
  return fail(
    new AppError('connection_required', {
      todo: `Open ${url} and connect your account, then repeat the call`,
      what: told.what,
      data: { url },
    }),
  )
}

/** What the client's person did with our page, where the request is a retry after it was shown. */
export function connectAnswer({ body, envelope }: Message): 'opened' | 'refused' | undefined {
  const { paramsRange } = envelope
  if (paramsRange === undefined) return undefined
  const responses = rawMember(body.toString('utf8', ...paramsRange), 'inputResponses')
  const given = responses?.startsWith('{') ? rawMember(responses, connectKey) : undefined
  if (given === undefined) return undefined
  return given.startsWith('{') && rawMember(given, 'action') === '"accept"' ? 'opened' : 'refused'
}

/** Legacy clients declare it in their handshake, which their session token carries. */
function elicitationOf(deps: Deps, call: Call, server: ResolvedServer, { era, envelope }: Message): unknown {
  if (era === 'modern') {
    const declared = envelope.meta?.[metaClientCapabilities] as { elicitation?: unknown } | null | undefined
    return declared?.elicitation
  }
  const token = call.request.headers[sessionHeader]
  if (typeof token !== 'string' || call.path === 'aggregate') return undefined
  return deps.sessions.elicitationOf(token, call.caller.key_id, server.id)
}
