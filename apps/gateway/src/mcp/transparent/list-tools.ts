// tools/list of a server with tools that are switched off: the one answer on this path that is not passed as bytes.

import { toUpstreamError } from '@gatehouse/egress'
import { AppError, renderRpcError } from '@gatehouse/errors'
import { sessionHeader } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { converse } from '../../upstream/converse.ts'
import { createAnswer } from '../answer.ts'
import type { Call, Message, Trace } from '../call.ts'
import { attach } from '../new-trace.ts'
import { ownHeaders, withRawId } from '../refuse.ts'
import { bearerOf, type Session } from '../session-token.ts'
import { withoutDisabled } from './disabled-tools.ts'
import { answerFailure } from './failure.ts'
import { pushPassed } from './request-headers.ts'

/** Answers the call. @throws ServerChanged; AppError for what is refused before anything was sent */
export async function listVisibleTools(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message,
  trace: Trace,
  session: Session | undefined,
): Promise<void> {
  const bearer = bearerOf(call.caller, server)
  const release = deps.slots.take(bearer)
  const token = call.request.headers[sessionHeader]
  const answer = createAnswer(deps, call, trace, {
    map: (text) => withoutDisabled(server, text),
    ...(session !== undefined && typeof token === 'string' ? { headers: { 'Mcp-Session-Id': token } } : {}),
  })
  trace.upstreamStartedAt = performance.now()
  try {
    const conversation = await converse(deps, bearer, {
      headers: passed(call, message, session),
      body: message.body,
      patienceMs: deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS,
      signal: answer.gone,
      attached: (names) => {
        attach(trace, names)
      },
    })
    let list: string | undefined
    for await (const text of conversation.messages) {
      if (rawMember(text, 'method') === undefined) {
        list = text
        break
      }
      await answer.send(text)
    }
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
    const { status } = conversation
    if (list !== undefined) answer.finish(list, status)
    else if (!answer.streaming && (status >= 300 || status === 202))
      call.response.writeHead(status, ownHeaders).end()
    else throw new AppError('upstream_unreachable', { what: 'the MCP server broke off its answer' })
  } catch (thrown) {
    if (thrown instanceof ServerChanged) throw thrown
    if (answer.gone.aborted) return answerFailure(deps, call, server, message, { kind: 'client-gone' }, trace)
    const error = toUpstreamError(thrown)
    if (!answer.streaming) {
      if (!error.code.startsWith('upstream_')) throw error
      return answerFailure(deps, call, server, message, { kind: 'failed', error }, trace)
    }
    const { idRaw } = message.envelope
    if (idRaw === undefined) answer.end()
    else answer.finish(withRawId(renderRpcError(error, null, call.requestId), idRaw))
    trace.outcome = 'upstream_error'
    trace.errorCode = error.code
  } finally {
    release()
  }
}

function passed(call: Call, message: Message, session: Session | undefined): [string, string][] {
  const flat: string[] = []
  pushPassed(flat, { request: call.request, era: message.era, sessionId: session?.upstreamId })
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? ''])
}
