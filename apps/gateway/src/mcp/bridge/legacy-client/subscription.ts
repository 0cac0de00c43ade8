// One subscriptions/listen at a modern server on behalf of a legacy client: everything that may change, and the resources it named.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import { rawMember, setMember } from '@gatehouse/upstream'
import type { Deps } from '../../../deps.ts'
import { type Conversation, converse } from '../../../upstream/converse.ts'
import type { Trace } from '../../call.ts'
import { attach } from '../../new-trace.ts'
import type { Bearer } from '../../session-token.ts'
import type { LegacyClient } from './client.ts'
import { noAnswer } from './discover.ts'
import { readReply } from './reply.ts'
import { withoutMeta } from './to-legacy.ts'
import { modernHeaders, toModern } from './to-modern.ts'

export interface Subscription {
  /** Resolves when the server ended it, or it broke off. */
  readonly ended: Promise<void>
  close(): void
}

const method = 'subscriptions/listen'
const metaSubscription = 'io.modelcontextprotocol/subscriptionId'

/**
 * Resolves when the server has acknowledged it.
 * @param tell takes each notification in the form that a legacy client knows
 * @throws AppError method_not_allowed where the server knows no subscriptions; upstream_*; ServerChanged
 */
export async function openSubscription(
  deps: Deps,
  bearer: Bearer,
  client: LegacyClient,
  trace: Trace,
  tell: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<Subscription> {
  const { subscriptions } =
    client.token === undefined ? { subscriptions: [] } : await deps.notes.read(client.token, bearer)
  const notifications = {
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    ...(subscriptions.length > 0 && { resourceSubscriptions: subscriptions }),
  }
  const id = randomUUID()
  const idRaw = JSON.stringify(id)
  const request = JSON.stringify({ jsonrpc: '2.0', id, method, params: { notifications } })
  const conversation = await converse(deps, bearer, {
    headers: modernHeaders(method, undefined),
    body: toModern(request, client, undefined),
    patienceMs: deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS,
    signal,
    attached: (names) => {
      attach(trace, names)
    },
  })
  const messages = conversation.messages[Symbol.asyncIterator]()
  const patience = setTimeout(conversation.close, deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS)
  try {
    await acknowledged(conversation, messages, idRaw)
  } catch (thrown) {
    conversation.close()
    throw thrown
  } finally {
    clearTimeout(patience)
  }
  const ended = pump(messages, idRaw, tell).catch(() => {}) // broken off: it is opened again
  return { ended, close: conversation.close }
}

async function acknowledged(
  { status }: Conversation,
  messages: AsyncIterator<string>,
  idRaw: string,
): Promise<void> {
  const first = await messages.next()
  if (first.done) {
    if (status === 404 || status === 405) throw new AppError('method_not_allowed')
    throw noAnswer(status)
  }
  const reply = readReply(first.value, idRaw)
  if (reply === undefined) return
  if (reply.kind !== 'error')
    throw new AppError('upstream_unreachable', { what: 'it ended the stream at once' })
  if (reply.code === -32601) throw new AppError('method_not_allowed')
  throw new AppError('upstream_invalid', { what: `it answered ${method} with error ${reply.code}` })
}

async function pump(
  messages: AsyncIterator<string>,
  idRaw: string,
  tell: (text: string) => Promise<void>,
): Promise<void> {
  for (;;) {
    const { done, value } = await messages.next()
    if (done || readReply(value, idRaw) !== undefined) return
    const name = rawMember(value, 'method')
    const isOurs =
      name === '"notifications/cancelled"' || name === '"notifications/subscriptions/acknowledged"'
    if (!isOurs && rawMember(value, 'id') === undefined) await tell(toLegacyNotification(value))
  }
}

/** Subscription ids are of the modern era. */
function toLegacyNotification(text: string): string {
  const params = rawMember(text, 'params')
  return params === undefined ? text : setMember(text, 'params', withoutMeta(params, metaSubscription))
}
