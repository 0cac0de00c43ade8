// The GET stream of a legacy session: what the server tells outside of calls. Opened again where the server ends it.

import { setTimeout as pause } from 'node:timers/promises'
import { toAppError } from '@gatehouse/errors'
import type { Deps } from '../../../deps.ts'
import { converse } from '../../../upstream/converse.ts'
import type { OpenSession } from '../../../upstream/sessions.ts'
import type { Bearer } from '../../session-token.ts'
import { sessionHeaders } from './in-session.ts'
import { leastRetryMs } from './read-answer.ts'

export interface News {
  /** The status of the server's first answer: 200 where there is a stream. Rejects where it can't be asked. */
  readonly opened: Promise<number>
  /** Once; ends with the signal, or where the server gives the stream up. */
  readonly messages: AsyncIterable<string>
}

/** Before the stream is opened again, where the server names no time. */
const retryMs = 1_000
const maxRetryMs = 30_000
/** Whatever time it names: a timer takes no more than 24 days. */
const mostRetryMs = 60 * 60_000
const maxFailures = 5

/** The session has its stream already: another replica's, or one that the server has not yet seen end. */
const taken = 409

/** Opens it at once. */
export function openNews(deps: Deps, bearer: Bearer, session: OpenSession, signal: AbortSignal): News {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  promise.catch(() => {}) // whoever waits for it is told too
  const messages = read(deps, bearer, session, signal, resolve)
  const first = messages.next()
  first.catch(reject)
  return { opened: promise, messages: from(first, messages) }
}

async function* from(
  first: Promise<IteratorResult<string, void>>,
  rest: AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  const { done, value } = await first
  if (!done) {
    yield value
    yield* rest
  }
}

async function* read(
  deps: Deps,
  bearer: Bearer,
  session: OpenSession,
  signal: AbortSignal,
  opened: (status: number) => void,
): AsyncGenerator<string, void> {
  let lastEventId: string | undefined
  let waitMs = retryMs
  for (let failures = 0; !signal.aborted; ) {
    try {
      const again: [string, string][] = lastEventId === undefined ? [] : [['last-event-id', lastEventId]]
      const conversation = await converse(deps, bearer, {
        method: 'GET',
        headers: [...sessionHeaders(session), ...again],
        patienceMs: 0, // it may be quiet for as long as its server likes
        signal,
      })
      waitMs = retryMs
      if (conversation.status === taken) conversation.close()
      else {
        opened(conversation.status)
        if (conversation.status !== 200) return conversation.close()
        failures = 0
        yield* conversation.messages
        lastEventId = conversation.position.lastEventId ?? lastEventId
        const { retryMs: wished = waitMs } = conversation.position
        waitMs = Math.min(Math.max(wished, leastRetryMs), mostRetryMs)
      }
    } catch (thrown) {
      if (signal.aborted) return
      failures += 1
      if (failures === maxFailures || toAppError(thrown).code !== 'upstream_unreachable') throw thrown
      waitMs = Math.min(waitMs * 2, maxRetryMs)
    }
    await pause(waitMs, undefined, { signal }).catch(() => {})
  }
}
