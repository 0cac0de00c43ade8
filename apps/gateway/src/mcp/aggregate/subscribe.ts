// One subscription at one server, in the era that it speaks, from its beginning to its end.

import { randomUUID } from 'node:crypto'
import { rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { converse } from '../../upstream/converse.ts'
import { noAnswer } from '../bridge/legacy-client/discover.ts'
import { modernHeaders, toModern } from '../bridge/legacy-client/to-modern.ts'
import type { Call } from '../call.ts'
import type { Bearer } from '../session-token.ts'
import { type Filter, writeFilter } from './filter.ts'
import { ourselves } from './greetings.ts'

export interface Hearing {
  /** From now on nothing is missed. */
  opened(): Promise<void>
  /** A notification, as the server wrote it. */
  take(text: string): Promise<void>
}

const method = 'subscriptions/listen'

/** Resolves when the server ended it, or never had anything to tell. @throws AppError upstream_*, overloaded; ServerChanged */
export async function subscribe(
  deps: Deps,
  _call: Call,
  bearer: Bearer,
  filter: Filter,
  hearing: Hearing,
  over: AbortSignal,
): Promise<'ended' | 'nothing to hear'> {
  const { modern, legacy } = await deps.eras.probe(bearer)
  if (modern === false && legacy !== false) return 'nothing to hear'
  const release = deps.slots.takeStream(bearer.caller.key_id)
  try {
    return await subscribeModern(deps, bearer, filter, hearing, over)
  } finally {
    release()
  }
}

async function subscribeModern(
  deps: Deps,
  bearer: Bearer,
  filter: Filter,
  { opened, take }: Hearing,
  over: AbortSignal,
): Promise<'ended' | 'nothing to hear'> {
  const params = { notifications: writeFilter(filter) }
  const request = JSON.stringify({ jsonrpc: '2.0', id: randomUUID(), method, params })
  const conversation = await converse(deps, bearer, {
    headers: modernHeaders(method, undefined),
    body: toModern(request, ourselves, undefined),
    patienceMs: deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS,
    signal: over,
  })
  try {
    for await (const text of conversation.messages) {
      const error = rawMember(text, 'error')
      if (error !== undefined && Number(rawMember(error, 'code')) === -32601) return 'nothing to hear'
      if (rawMember(text, 'method') === undefined) return 'ended'
      if (rawMember(text, 'method') === acknowledged) void opened()
      else if (rawMember(text, 'id') === undefined) await take(text)
    }
  } finally {
    conversation.close()
  }
  if (conversation.status === 404 || conversation.status === 405) return 'nothing to hear'
  if (conversation.status !== 200) throw noAnswer(conversation.status)
  return 'ended'
}

const acknowledged = '"notifications/subscriptions/acknowledged"'
