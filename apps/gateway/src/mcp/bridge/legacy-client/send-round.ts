// One round of a call: the request to the modern server, its notifications on the client's stream, and its reply.

import { rawMember } from '@gatehouse/upstream'
import { converse } from '../../../upstream/converse.ts'
import { paramsOf } from '../../check-params.ts'
import { attach } from '../../new-trace.ts'
import { type BridgedCall, patienceMs, takesStream } from './bridged-call.ts'
import { noAnswer } from './discover.ts'
import { type Reply, readReply } from './reply.ts'
import { type Header, modernHeaders } from './to-modern.ts'

const headerMismatch = -32020

/** @throws AppError upstream_*; ServerChanged */
export async function sendRound(bridged: BridgedCall, body: string): Promise<Reply> {
  const { deps, call, method, message } = bridged
  const own = modernHeaders(method, message.envelope.name)
  const reply = await exchange(bridged, body, [...own, ...(await paramsOf(deps, call, bridged))])
  if (reply.kind !== 'error' || reply.code !== headerMismatch || method !== 'tools/call') return reply
  // The tool wants other headers than it did: nothing ran, and its schema says which.
  const anew = await paramsOf(deps, call, bridged, performance.now())
  return exchange(bridged, body, [...own, ...anew])
}

async function exchange(bridged: BridgedCall, body: string, headers: readonly Header[]): Promise<Reply> {
  const { deps, call, bearer, method, trace, answer, over } = bridged
  const startedAt = performance.now()
  trace.upstreamStartedAt ??= startedAt
  const { traceparent } = call.request.headers
  const id = rawMember(body, 'id') ?? 'null'
  const conversation = await converse(deps, bearer, {
    headers: typeof traceparent === 'string' ? [...headers, ['traceparent', traceparent]] : headers,
    body,
    patienceMs: patienceMs(deps, bearer, method),
    signal: over,
    attached: (names) => {
      attach(trace, names)
    },
  })
  try {
    for await (const text of conversation.messages) {
      const reply = readReply(text, id)
      if (reply !== undefined) return reply
      // A modern server sends no requests of its own: nobody could bring it the answer.
      const tells = rawMember(text, 'method') !== undefined && rawMember(text, 'id') === undefined
      if (tells && takesStream(call)) await answer.send(text)
    }
  } finally {
    conversation.close()
    trace.upstreamMs = (trace.upstreamMs ?? 0) + performance.now() - startedAt
  }
  throw noAnswer(conversation.status)
}
