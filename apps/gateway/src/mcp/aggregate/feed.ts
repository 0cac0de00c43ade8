// What one server tells, for one stream of the aggregate endpoint: subscribed to in the era that the server speaks, again where it
// ends, until the stream is over. What its lists were is forgotten when it says that they changed.

import { setTimeout as pause } from 'node:timers/promises'
import { toAppError } from '@gatehouse/errors'
import { changeAt, rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import type { Call } from '../call.ts'
import type { Bearer } from '../session-token.ts'
import { exposeMessage } from './expose.ts'
import type { Offer } from './expose-entries.ts'
import { type ListChange, listChanges, type OwnFilter } from './filter.ts'
import { subscribe } from './subscribe.ts'

export interface Feed {
  stop(): void
}

const firstRetryMs = 1_000
const maxRetryMs = 60_000
/** A server that is listened to may still fail to give its lists. */
const lookAgainMs = 10_000
/** What was open for so long was no failure. */
const steadyMs = 30_000

/** @param tell takes each notification in the endpoint's URIs */
export function startFeed(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  filter: OwnFilter,
  tell: (text: string) => Promise<void>,
): Feed {
  const over = new AbortController()
  if (filter.lists.length > 0 || filter.uris.length > 0 || filter.tasks.length > 0) {
    run(deps, call, bearer, filter, tell, over.signal).catch((err) =>
      deps.log.error({ err, server_id: bearer.server.id }, 'unexpected'),
    )
  }
  return { stop: () => over.abort() }
}

async function run(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  filter: OwnFilter,
  tell: (text: string) => Promise<void>,
  over: AbortSignal,
): Promise<void> {
  const { slug } = bearer.server
  const seen = createSeen(deps, bearer, filter.lists, tell, over)
  const take = async (text: string) => {
    const method = nameOf(text)
    const change = filter.lists.find((name) => listChanges[name].notification === method)
    if (change) await seen.changed(change, text)
    else if (method === 'notifications/resources/updated' && filter.uris.length > 0)
      await tell(exposeMessage(slug, method, text))
    else if (method === 'notifications/tasks') await tellTask(exposeMessage(slug, method, text))
  }
  const tellTask = async (text: string) => {
    const own: unknown = JSON.parse(rawMember(rawMember(text, 'params') ?? '{}', 'taskId') ?? 'null')
    const task = typeof own === 'string' ? filter.taskIds.get(own) : undefined
    if (task !== undefined) await tell(changeAt(text, ['params', 'taskId'], () => JSON.stringify(task)))
  }
  for (let waitMs = firstRetryMs; !over.aborted; ) {
    const startedAt = performance.now()
    try {
      const why = await subscribe(deps, call, bearer, filter, { opened: seen.look, take }, over)
      if (why === 'nothing to hear') return
    } catch (thrown) {
      if (over.aborted) return
      seen.missed()
      const { code } = toAppError(thrown)
      deps.log.info({ err: thrown, server_id: bearer.server.id, code }, 'a server can not be listened to')
    }
    const steady = performance.now() - startedAt > steadyMs
    waitMs = steady ? firstRetryMs : Math.min(waitMs * 2, maxRetryMs)
    await pause(waitMs * (0.5 + Math.random() / 2), undefined, { signal: over }).catch(() => {})
  }
}

const nameOf = (text: string): unknown => JSON.parse(rawMember(text, 'method') ?? 'null')

/** The server's lists as they were last seen: nobody heard what changed while there was no subscription. */
function createSeen(
  deps: Deps,
  bearer: Bearer,
  wanted: readonly ListChange[],
  tell: (text: string) => Promise<void>,
  over: AbortSignal,
) {
  const offers = new Map<ListChange, readonly Offer[]>()
  let lookedBefore = false
  let missing = false
  const now = (change: ListChange) =>
    Promise.all(listChanges[change].lists.map(async (list) => (await deps.lists.get(list, bearer)).offer))
  const forget = (change: ListChange) => {
    for (const list of listChanges[change].lists) deps.lists.changed(list, bearer)
  }
  let looks = 0
  const look = async (changes: readonly ListChange[]): Promise<void> => {
    looks += 1
    const latest = looks
    const mayDiffer = lookedBefore || missing
    lookedBefore = true
    const failed: ListChange[] = []
    for (const change of changes) {
      const before = offers.get(change)
      if (mayDiffer) forget(change)
      const found = await now(change).catch(() => undefined)
      if (found === undefined) {
        failed.push(change)
        continue
      }
      offers.set(change, found)
      const differs = before?.some((offer, index) => offer !== found[index]) ?? missing
      if (differs) await tell(JSON.stringify({ jsonrpc: '2.0', method: listChanges[change].notification }))
    }
    if (failed.length === 0) return
    missing = true
    await pause(lookAgainMs, undefined, { signal: over }).then(
      () => (latest === looks ? look(failed) : undefined),
      () => {},
    )
  }
  return {
    async changed(change: ListChange, text: string) {
      forget(change)
      await tell(text)
    },
    /** The server could not be reached: lists that were merged meanwhile may be without it. */
    missed() {
      missing = true
    },
    /** Once a subscription is there. */
    look: () => look(wanted),
  }
}
