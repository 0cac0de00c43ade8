// A legacy client's GET stream, fed by subscriptions/listen at the modern server: opened again when the session's subscriptions
// change and when the server ends it, until the client leaves, the session ends or this gateway stops. Next: subscription.ts.

import { setTimeout as pause } from 'node:timers/promises'
import { AppError, toAppError } from '@gatehouse/errors'
import type { Deps } from '../../../deps.ts'
import { createAnswer } from '../../answer.ts'
import type { Call, Trace } from '../../call.ts'
import { type Bearer, tokenDigest } from '../../session-token.ts'
import { standing } from '../../standing.ts'
import type { LegacyClient } from './client.ts'
import { openSubscription, type Subscription } from './subscription.ts'

const firstRetryMs = 250
const maxRetryMs = 15_000
/** What was open for so long was no failure. */
const steadyMs = 30_000

/** @throws AppError invalid_message without a session, method_not_allowed where the server has nothing to tell; upstream_* */
export async function listen(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  client: LegacyClient,
  trace: Trace,
): Promise<void> {
  const { token } = client
  if (token === undefined)
    throw new AppError('invalid_message', { what: 'a stream needs a session: send initialize first' })
  const release = deps.slots.takeStream(call.caller.key_id)
  const answer = createAnswer(deps, call, trace)
  const end = new AbortController()
  const over = AbortSignal.any([answer.gone, deps.stopping, end.signal])
  let changed = new AbortController()
  const place = deps.openEnds.streams.add(tokenDigest(token), {
    ...standing(deps, bearer, () => end.abort()),
    subscriptionsChanged: () => changed.abort(),
  })
  // Each message goes to one of a session's streams only.
  const tell = async (text: string) => {
    if (place.speaks()) await answer.send(text)
  }
  const open = async () => {
    deps.sessions.open(token, bearer) // it may have ended meanwhile, unheard
    return openSubscription(deps, bearer, client, trace, tell, over)
  }
  try {
    let current = await open()
    place.begin()
    answer.open()
    const isOver = when(over, 'over')
    for (let retryMs = firstRetryMs; !over.aborted; ) {
      const openedAt = performance.now()
      const ended = current.ended.then((): Why => 'ended')
      const why = await Promise.race([isOver, when(changed.signal, 'changed'), ended])
      if (why === 'over') break
      if (why === 'ended') await pause(retryMs, undefined, { signal: over }).catch(() => {})
      const failing = why === 'ended' && performance.now() - openedAt < steadyMs
      retryMs = failing ? Math.min(retryMs * 2, maxRetryMs) : firstRetryMs
      changed = new AbortController()
      // The new one is there before the old one goes, so that nothing is missed between them.
      const following = await again(open, over)
      current.close()
      if (following === undefined) break
      current = following
    }
    current.close()
    if (trace.outcome === 'unknown') trace.outcome = 'ok'
    answer.end()
  } catch (thrown) {
    if (toAppError(thrown).code === 'method_not_allowed') call.response.setHeader('Allow', 'POST, DELETE')
    throw thrown
  } finally {
    end.abort() // lets go of the signals that live as long as the process
    place.remove()
    release()
  }
}

type Why = 'over' | 'changed' | 'ended'

const when = (signal: AbortSignal, why: Why) =>
  new Promise<Why>((resolve) => {
    if (signal.aborted) resolve(why)
    else signal.addEventListener('abort', () => resolve(why), { once: true })
  })

/** Undefined where it can't be had any more: then the client's stream ends, and the client decides. */
async function again(
  open: () => Promise<Subscription>,
  over: AbortSignal,
): Promise<Subscription | undefined> {
  for (let retryMs = firstRetryMs; !over.aborted; retryMs = Math.min(retryMs * 2, maxRetryMs)) {
    try {
      return await open()
    } catch (thrown) {
      const { code } = toAppError(thrown)
      if (code !== 'upstream_unreachable' && code !== 'upstream_timeout') return undefined
      await pause(retryMs, undefined, { signal: over }).catch(() => {})
    }
  }
  return undefined
}
