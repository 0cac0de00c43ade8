// A legacy client's answer to a question that a call of its asked: taken where the call waits, at this replica or another.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../../../deps.ts'
import type { Call, Message, Trace } from '../../call.ts'
import { ownHeaders } from '../../refuse.ts'
import { replicaOf } from './asks.ts'
import type { LegacyClient } from './client.ts'

/**
 * Answers that nobody waits for (any more) are taken too: the client could do nothing about it.
 * @throws AppError ask_again where the replica that asked is gone, and the call with it
 */
export async function takeAnswer(
  deps: Deps,
  call: Call,
  client: LegacyClient,
  message: Message,
  trace: Trace,
): Promise<void> {
  const { id } = message.envelope
  const replica = replicaOf(id)
  if (client.token === undefined || replica === undefined) return accept(call, trace)
  if (replica === deps.peers.self) {
    const asked = { callerKeyId: call.caller.key_id, token: client.token }
    deps.openEnds.asks.answer(String(id), asked, message.body.toString('utf8'))
  } else if (!deps.peers.isHandedOver(call.request)) {
    if (!(await deps.peers.handOver(call, replica, message.body)))
      throw new AppError('ask_again', { todo: 'Make the call again' })
    trace.outcome = 'ok'
    return
  }
  accept(call, trace)
}

/** 202: taken, and nothing to say. */
export function accept(call: Call, trace: Trace): void {
  trace.outcome = 'ok'
  call.response.writeHead(202, ownHeaders).end()
}
