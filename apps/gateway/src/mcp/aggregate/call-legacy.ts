// A legacy client's request to a legacy server, in a session that we hold there. Whatever the server streams, the client
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
  setMember,
  type Wire,
} from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { Superseded } from '../../upstream/pools.ts'
import type { Call, Message, Trace } from '../call.ts'
import { answerFailure } from '../transparent/failure.ts'
import { patienceMs } from './patience.ts'
import { answerAsked, answerOnce } from './single-answer.ts'
import type { Target } from './target.ts'

const maxAnswerBytes = 16 * 1024 * 1024
/** A server that has forgotten even a fresh session will not remember the next. */
const maxSessions = 2

/** @throws ServerChanged when nothing was sent because server or credential were replaced; AppError for other refusals */
export async function callLegacy(deps: Deps, call: Call, target: Target, trace: Trace): Promise<void> {
  const { bearer, message } = target
  const { server } = bearer
  const release = deps.slots.take(server)
  const gone = new AbortController()
  const onClose = () => gone.abort()
  call.response.once('close', onClose)
  try {
    trace.upstreamStartedAt = performance.now()
    const patience = patienceMs(deps, server, message.envelope.method ?? '')
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(patience)])
    const reply = await send(deps, call, server, message, trace, signal)
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
    answer(deps, call, target, reply, trace)
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
  const text = message.body.toString('utf8')
  trace.attachedHeaders = headers.map(([name]) => name)
  for (let attempt = 1; ; attempt++) {
    const session = await deps.upstreamSessions.open(held, { capabilities: {} })
    await deps.knowledge.credentials(call.caller, server) // opening took time: does all this still hold?
    if (session === undefined) throw new ServerChanged(server.slug)
    // The session is shared by all clients with this key, whose ids may be the same.
    const id = session.nextId()
    const body = setMember(text, 'id', JSON.stringify(id))
    const reply = await exchangeRaw(wire(), { body, id }, legacyHeaders(session), signal)
    if (reply.status !== 404 || session.sessionId === undefined) return reply
    await deps.upstreamSessions.forget(held, session)
    if (attempt === maxSessions) return reply
  }
}

function answer(deps: Deps, call: Call, target: Target, reply: Reply, trace: Trace): void {
  if (reply.asked !== undefined) return answerAsked(deps, call, target, reply.asked, trace)
  const { response } = reply
  if (response === undefined) throw noAnswer(reply, target.message.envelope.method ?? '')
  const member = response.error ? 'error' : 'result'
  answerOnce(call, target, `"${member}":${rawMember(response.text, member)}`, trace)
}

function noAnswer(reply: Reply, method: string): unknown {
  try {
    expectResult(reply, method)
  } catch (error) {
    return error
  }
  return new AppError('upstream_invalid')
}
