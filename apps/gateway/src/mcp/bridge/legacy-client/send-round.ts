// One round of a call: the request to the modern server, its notifications on the client's stream, and its reply.

import { rawMember } from '@gatehouse/upstream'
import { converse } from '../../../upstream/converse.ts'
import { type BridgedCall, patienceMs } from './bridged-call.ts'
import { noAnswer } from './discover.ts'
import { type Reply, readReply } from './reply.ts'
import { type Header, modernHeaders } from './to-modern.ts'

/** @throws AppError upstream_*; ServerChanged */
export async function sendRound(bridged: BridgedCall, body: string): Promise<Reply> {
  const { method, message } = bridged
  return exchange(bridged, body, modernHeaders(method, message.envelope.name))
}

async function exchange(bridged: BridgedCall, body: string, headers: readonly Header[]): Promise<Reply> {
  const { deps, call, bearer, method, trace, answer, over } = bridged
  const startedAt = performance.now()
  trace.upstreamStartedAt ??= startedAt
  const { traceparent } = call.request.headers
  const conversation = await converse(deps, bearer, {
    headers: typeof traceparent === 'string' ? [...headers, ['traceparent', traceparent]] : headers,
    body,
    patienceMs: patienceMs(deps, bearer, method),
    signal: over,
    attached: (names) => {
      trace.attachedHeaders = names
    },
  })
  try {
    for await (const text of conversation.messages) {
      const reply = readReply(text)
      if (reply !== undefined) return reply
      // A modern server sends no requests of its own: nobody could bring it the answer.
      if (rawMember(text, 'id') === undefined) await answer.send(text)
    }
  } finally {
    conversation.close()
    trace.upstreamMs = (trace.upstreamMs ?? 0) + performance.now() - startedAt
  }
  throw noAnswer(conversation.status)
}
