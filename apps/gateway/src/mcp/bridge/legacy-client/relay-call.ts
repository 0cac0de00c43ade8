// One request of a legacy client at a modern server, from its slot to its answer: as many rounds as the server asks for. Next:
// send-round.ts for one of them, ask-client.ts for what happens between two.

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '@gatehouse/errors'
import { nameMemberOf } from '@gatehouse/protocol'
import { rawMember, rawMembers } from '@gatehouse/upstream'
import type { Deps } from '../../../deps.ts'
import { ServerChanged } from '../../../registry/knowledge.ts'
import { createAnswer } from '../../answer.ts'
import type { Call, Message, Trace } from '../../call.ts'
import type { Bearer } from '../../session-token.ts'
import { withoutDisabled } from '../../transparent/disabled-tools.ts'
import { judge } from '../../transparent/outcome.ts'
import { askClient } from './ask-client.ts'
import { type BridgedCall, deadlineAfter, patienceMs } from './bridged-call.ts'
import type { LegacyClient } from './client.ts'
import { answerCancelled, answerError, failCall } from './fail-call.ts'
import type { Reply } from './reply.ts'
import { sendRound } from './send-round.ts'
import { toLegacyResult } from './to-legacy.ts'
import { toModern, withInput } from './to-modern.ts'

const maxRounds = 32
/** A server that wants the call again, or a page opened again, is given a moment, and a longer one each time. */
const [firstPauseMs, maxPauseMs] = [250, 5_000]

/** @throws ServerChanged when nothing was sent yet; AppError invalid_params, overloaded */
export async function relayCall(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  client: LegacyClient,
  message: Message,
  trace: Trace,
): Promise<void> {
  const { method = '', idRaw = 'null', name } = message.envelope
  const member = nameMemberOf(method)
  if (member !== undefined && name === undefined)
    throw new AppError('invalid_params', { what: `params.${member} must be a string` })
  let release = deps.slots.take(bearer)
  const cancel = new AbortController()
  const { token } = client
  const leave = token === undefined ? () => {} : deps.openEnds.running.add(token, idRaw, cancel)
  const answer = createAnswer(deps, call, trace)
  const deadline = deadlineAfter(answer.gone, patienceMs(deps, bearer, method))
  const over = AbortSignal.any([cancel.signal, deadline.signal])
  const bridged = { deps, call, bearer, client, message, method, idRaw, trace, answer, over }
  try {
    let body = toModern(message.body.toString('utf8'), client, await logLevel(deps, bearer, client))
    for (let round = 1; ; round += 1) {
      const reply = await sendRound(bridged, body)
      if (reply.kind !== 'input') return answerReply(bridged, reply)
      if (round === maxRounds)
        throw new AppError('upstream_invalid', { what: `it asked for input ${maxRounds} times` })
      release() // a call that waits for its client is none that runs
      const responses = await between(bridged, reply, round)
      release = deps.slots.take(bearer)
      body = withInput(body, randomUUID(), responses, reply.state)
    }
  } catch (thrown) {
    if (thrown instanceof ServerChanged && trace.upstreamMs === undefined) throw thrown
    if (cancel.signal.aborted) answerCancelled(bridged)
    else failCall(bridged, over.aborted ? over.reason : thrown)
  } finally {
    deadline.clear()
    release()
    leave()
  }
}

/**
 * What the client answers to the server's questions, as JSON text; undefined where it was asked none. Meanwhile the call counts as
 * a stream that is held.
 */
async function between(
  bridged: BridgedCall,
  { requests }: Extract<Reply, { kind: 'input' }>,
  round: number,
): Promise<string | undefined> {
  const inputs = rawMembers(requests ?? '{}')
  const asksAgain = round > 1 && inputs.every(asksForPage)
  if (inputs.length === 0 || asksAgain) {
    const ms = Math.min(firstPauseMs * 2 ** (round - 1), maxPauseMs)
    const release = bridged.deps.slots.takeStream(bridged.call.caller.key_id)
    await pause(ms, undefined, { signal: bridged.over }).finally(release)
  }
  if (inputs.length > 0) return askClient(bridged, inputs)
  return requests === undefined ? undefined : '{}'
}

/** Opening a page is answered before anybody has done there what it is for. */
const asksForPage = ({ value }: { readonly value: string }) =>
  rawMember(rawMember(value, 'params') ?? '{}', 'mode') === '"url"'

function answerReply(bridged: BridgedCall, reply: Exclude<Reply, { kind: 'input' }>): void {
  if (reply.kind === 'error') return answerError(bridged, reply)
  const { bearer, method, idRaw, answer } = bridged
  const text = `{"jsonrpc":"2.0","id":${idRaw},"result":${toLegacyResult(method, reply.result)}}`
  answer.finish(method === 'tools/list' ? withoutDisabled(bearer.server, text) : text)
  if (answer.gone.aborted) Object.assign(bridged.trace, judge(text))
}

/** A modern server logs only where the call names a level; the older ones log by themselves until they are told a level. */
async function logLevel(deps: Deps, bearer: Bearer, { token }: LegacyClient): Promise<string> {
  if (token === undefined) return usualLevel
  const notes = await deps.notes.read(token, bearer).catch(() => undefined) // no call fails for its log
  return notes?.logLevel ?? usualLevel
}

const usualLevel = 'info'
