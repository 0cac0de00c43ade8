// A legacy client's request to a modern server: sent in the modern form with no client capability, answered with one JSON body.

import { AppError } from '@gatehouse/errors'
import { rawMember, setMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { converse } from '../../upstream/converse.ts'
import { noAnswer } from '../bridge/legacy-client/discover.ts'
import { type Reply, readReply } from '../bridge/legacy-client/reply.ts'
import { toLegacyResult } from '../bridge/legacy-client/to-legacy.ts'
import { modernHeaders, toModern } from '../bridge/legacy-client/to-modern.ts'
import type { Call, Trace } from '../call.ts'
import { paramsOf } from '../check-params.ts'
import { attach } from '../new-trace.ts'
import { answerFailure } from '../transparent/failure.ts'
import { ourselves } from './greetings.ts'
import { mayBeOtherEra, patienceMs } from './judge-answer.ts'
import { answerAsked, answerOnce, legacyResourceNotFound } from './single-answer.ts'
import type { Target } from './target.ts'

/** @throws ServerChanged when nothing was sent; AppError for other refusals */
export async function callForLegacy(deps: Deps, call: Call, target: Target, trace: Trace): Promise<void> {
  const { bearer, message } = target
  const release = deps.slots.take(bearer)
  const gone = new AbortController()
  const onClose = () => gone.abort()
  call.response.once('close', onClose)
  try {
    let reply = await exchange(deps, call, target, gone.signal, trace)
    // It proves that nothing ran: the server has another schema than we know.
    if (reply.kind === 'error' && reply.code === -32020) {
      reply = await exchange(deps, call, target, gone.signal, trace, performance.now())
    }
    answer(deps, call, target, reply, trace)
  } catch (thrown) {
    const fails = (ending: Parameters<typeof answerFailure>[4]) =>
      answerFailure(deps, call, bearer.server, message, ending, trace)
    if (gone.signal.aborted) return fails({ kind: 'client-gone' })
    if (!(thrown instanceof AppError) || !thrown.code.startsWith('upstream_')) throw thrown
    fails({ kind: 'failed', error: thrown })
  } finally {
    call.response.off('close', onClose)
    release()
  }
}

async function exchange(
  deps: Deps,
  call: Call,
  target: Target,
  gone: AbortSignal,
  trace: Trace,
  schemaAfter?: number,
): Promise<Reply> {
  const { bearer, message } = target
  const { method = '', name, idRaw = 'null' } = message.envelope
  const patience = patienceMs(deps, bearer.server, method)
  const params = await paramsOf(deps, call, target, schemaAfter)
  const startedAt = performance.now()
  trace.upstreamStartedAt ??= startedAt
  const conversation = await converse(deps, bearer, {
    headers: [...modernHeaders(method, name), ...params],
    body: toModern(message.body.toString('utf8'), ourselves, undefined),
    patienceMs: patience,
    signal: AbortSignal.any([gone, AbortSignal.timeout(patience)]),
    attached: (names) => {
      attach(trace, names)
    },
  })
  if (mayBeOtherEra(conversation.status)) deps.eras.doubt(bearer)
  try {
    for await (const text of conversation.messages) {
      const reply = readReply(text, idRaw)
      if (reply !== undefined) return reply
    }
  } finally {
    conversation.close()
    trace.upstreamMs = (trace.upstreamMs ?? 0) + performance.now() - startedAt
  }
  throw noAnswer(conversation.status)
}

function answer(deps: Deps, call: Call, target: Target, reply: Reply, trace: Trace): void {
  const { method = '' } = target.message.envelope
  switch (reply.kind) {
    case 'result':
      return answerOnce(call, target, `"result":${toLegacyResult(method, reply.result)}`, trace)
    case 'input':
      return answerAsked(deps, call, target, askedFor(reply.requests), trace)
    case 'error':
      if (reply.code === -32021) {
        const needs = rawMember(rawMember(reply.error, 'data') ?? '{}', 'requiredCapabilities')
        return answerAsked(deps, call, target, needs ?? 'a capability', trace)
      }
      return answerOnce(call, target, `"error":${toLegacyError(method, reply.code, reply.error)}`, trace)
  }
}

/** The older revisions have a code of its own for a resource that isn't there. */
function toLegacyError(method: string, code: number, error: string): string {
  const data = rawMember(error, 'data') ?? '{}'
  const isUnknown = method === 'resources/read' && code === -32602 && rawMember(data, 'uri') !== undefined
  return isUnknown ? setMember(error, 'code', String(legacyResourceNotFound)) : error
}

/** The methods of the server's questions. */
function askedFor(requests: string | undefined): string {
  const asked = JSON.parse(requests ?? '{}') as Readonly<Record<string, { method?: unknown } | null>> // an object by the schema
  return [...new Set(Object.values(asked).map((request) => String(request?.method)))].join(', ')
}
