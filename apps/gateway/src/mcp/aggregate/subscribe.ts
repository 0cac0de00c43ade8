// One subscription at one server, in the era that it speaks, from its beginning to its end.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import { readEnvelope } from '@gatehouse/protocol'
import { rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { converse } from '../../upstream/converse.ts'
import type { Answer } from '../answer.ts'
import { noAnswer } from '../bridge/legacy-client/discover.ts'
import { modernHeaders, toModern } from '../bridge/legacy-client/to-modern.ts'
import { bridgeModernClient } from '../bridge/modern-client/bridge.ts'
import type { Call } from '../call.ts'
import { newTrace } from '../new-trace.ts'
import type { Bearer } from '../session-token.ts'
import { type Filter, writeFilter } from './filter.ts'
import { ourselves } from './greetings.ts'
import { tasksExtension } from './task-ids.ts'

export interface Hearing {
  /** From now on nothing is missed. */
  opened(): Promise<void>
  /** A notification, as the server wrote it. */
  take(text: string): Promise<void>
}

export type Subscribed = 'ended' | 'nothing to hear'

const method = 'subscriptions/listen'
const acknowledged = '"notifications/subscriptions/acknowledged"'

/** Resolves when the server ended it, or never had anything to tell. @throws AppError upstream_*, overloaded; ServerChanged */
export async function subscribe(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  filter: Filter,
  hearing: Hearing,
  over: AbortSignal,
): Promise<Subscribed> {
  const params = { notifications: writeFilter(filter) }
  const plain = JSON.stringify({ jsonrpc: '2.0', id: randomUUID(), method, params })
  const capabilities = filter.tasks.length > 0 ? { extensions: { [tasksExtension]: {} } } : {}
  const request = toModern(plain, { ...ourselves, capabilities }, undefined)
  const { modern, legacy } = await deps.eras.probe(bearer)
  if (modern === false && legacy !== false) return subscribeLegacy(deps, call, bearer, request, hearing, over)
  const release = deps.slots.takeStream(bearer.caller.key_id)
  try {
    return await subscribeModern(deps, bearer, request, hearing, over)
  } finally {
    release()
  }
}

async function subscribeModern(
  deps: Deps,
  bearer: Bearer,
  body: string,
  { opened, take }: Hearing,
  over: AbortSignal,
): Promise<Subscribed> {
  const conversation = await converse(deps, bearer, {
    headers: modernHeaders(method, undefined),
    body,
    patienceMs: deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS,
    signal: over,
  })
  try {
    for await (const text of conversation.messages) {
      const error = rawMember(text, 'error')
      if (error !== undefined && Number(rawMember(error, 'code')) === -32601) return 'nothing to hear'
      if (rawMember(text, 'method') === undefined) return 'ended'
      if (rawMember(text, 'method') === acknowledged) {
        deps.eras.learn(bearer, 'modern', true)
        void opened()
      } else if (rawMember(text, 'id') === undefined) await take(text)
    }
  } finally {
    conversation.close()
  }
  if (conversation.status === 404 || conversation.status === 405) return 'nothing to hear'
  if (conversation.status !== 200) throw noAnswer(conversation.status)
  return 'ended'
}

/** The bridge makes a stream of the modern form out of what the server tells; here it ends. */
async function subscribeLegacy(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  request: string,
  { opened, take }: Hearing,
  over: AbortSignal,
): Promise<Subscribed> {
  const body = Buffer.from(request)
  const silent = new AbortController()
  let failure: string | undefined
  const answer: Answer = {
    async send(text) {
      if (rawMember(text, 'method') !== acknowledged) return take(text)
      if (rawMember(rawMember(text, 'params') ?? '{}', 'notifications') === '{}') silent.abort()
      else void opened()
    },
    finish(text) {
      failure = rawMember(text, 'error')
    },
    open() {},
    end() {},
    streaming: true,
    gone: AbortSignal.any([over, silent.signal]),
  }
  const message = { body, envelope: readEnvelope(body), era: 'modern' } as const
  await bridgeModernClient(deps, call, bearer.server, message, newTrace(method), answer)
  if (failure !== undefined) throw new AppError('upstream_unreachable', { what: failure.slice(0, 200) })
  return silent.signal.aborted ? 'nothing to hear' : 'ended'
}
