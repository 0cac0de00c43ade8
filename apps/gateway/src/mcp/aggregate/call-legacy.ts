// A legacy client's tools/call to a legacy server, in a session that we hold there. Whatever the server streams, the client
// gets one JSON answer.

import { toUpstreamError } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import {
  exchangeRaw,
  expectResult,
  legacyHeaders,
  type Reply,
  rawMember,
  type Wire,
} from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { Superseded } from '../../upstream/pools.ts'
import type { Call, Message, Trace } from '../call.ts'
import { sendJson, withRawId } from '../refuse.ts'
import { answerFailure } from '../transparent/failure.ts'

const maxAnswerBytes = 16 * 1024 * 1024
/** A server that has forgotten even a fresh session will not remember the next. */
const maxSessions = 2

/** @throws ServerChanged when nothing was sent because server or credential were replaced; AppError for other refusals */
export async function callLegacy(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message,
  trace: Trace,
): Promise<void> {
  const release = deps.slots.take(server)
  const gone = new AbortController()
  const onClose = () => gone.abort()
  call.response.once('close', onClose)
  try {
    trace.upstreamStartedAt = performance.now()
    const patienceMs = server.call_timeout_ms ?? deps.config.GATEHOUSE_CALL_TIMEOUT_MS
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(patienceMs)])
    const reply = await send(deps, call, server, message, trace, signal)
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
    answer(deps, call, server, message, reply, trace)
  } catch (thrown) {
    if (gone.signal.aborted) return answerFailure(deps, call, server, message, { kind: 'client-gone' }, trace)
    if (thrown instanceof Superseded) throw new ServerChanged(server.slug)
    const error = toUpstreamError(thrown)
    if (error.code === 'upstream_auth_failed') {
      return answerFailure(deps, call, server, message, { kind: 'refused', status: 401 }, trace)
    }
    if (!error.code.startsWith('upstream_')) throw error
    answerFailure(deps, call, server, message, { kind: 'failed', error }, trace)
  } finally {
    call.response.off('close', onClose)
    release()
  }
}

/** Sends it in the caller's session there; a 404 says that the session is over and that nothing ran. */
async function send(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message,
  trace: Trace,
  signal: AbortSignal,
): Promise<Reply> {
  const { generation, headers } = await deps.knowledge.credentials(call.caller, server)
  const held = { caller: call.caller, server, generation }
  const { pathname, search } = new URL(server.url)
  const wire = (): Wire => ({
    pool: deps.pools.take(call.caller.workspace_id, server, generation),
    path: pathname + search,
    headers: [['via', deps.via()], ...headers],
    maxBytes: maxAnswerBytes,
  })
  const id = message.envelope.id ?? undefined
  trace.attachedHeaders = headers.map(([name]) => name)
  for (let attempt = 1; ; attempt++) {
    const session = await deps.upstreamSessions.open(held, wire())
    await deps.knowledge.credentials(call.caller, server) // opening took time: does all this still hold?
    if (session === undefined) throw new ServerChanged(server.slug)
    const reply = await exchangeRaw(wire(), { body: message.body, id }, legacyHeaders(session), signal)
    if (reply.status !== 404 || session.sessionId === undefined) return reply
    deps.upstreamSessions.forget(held)
    if (attempt === maxSessions) return reply
  }
}

function answer(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message,
  reply: Reply,
  trace: Trace,
): void {
  const idRaw = message.envelope.idRaw ?? 'null'
  if (reply.asked !== undefined) {
    trace.outcome = 'tool_error'
    const text = `The server '${server.slug}' asks for input (${reply.asked}), which this address can't pass on. Use ${deps.config.PUBLIC_URL}/mcp/${server.slug} instead.`
    return sendJson(
      call.response,
      200,
      withRawId({ jsonrpc: '2.0', result: { content: [{ type: 'text', text }], isError: true } }, idRaw),
    )
  }
  const { response } = reply
  if (response === undefined) throw noAnswer(reply)
  const member = response.error ? 'error' : 'result'
  trace.outcome = response.error ? 'protocol_error' : response.result?.isError === true ? 'tool_error' : 'ok'
  trace.errorCode = response.error && String(response.error.code)
  const body = `{"jsonrpc":"2.0","id":${idRaw},"${member}":${rawMember(response.text, member)}}`
  trace.responseBytes = Buffer.byteLength(body)
  sendJson(call.response, 200, body)
}

function noAnswer(reply: Reply): unknown {
  try {
    expectResult(reply, 'tools/call')
  } catch (error) {
    return error
  }
  return new AppError('upstream_invalid')
}
