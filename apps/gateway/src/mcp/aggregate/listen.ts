// One stream for what all servers tell (subscriptions/listen): acknowledged first, every message with the mark of the client's
// subscription, ended with its result. Servers that appear, disappear or break meanwhile don't end it. Next: feed.ts.

import { setTimeout as pause } from 'node:timers/promises'
import { AuthError } from '@gatehouse/errors'
import { ownUri } from '@gatehouse/protocol'
import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import { rawMember, setMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import type { Server } from '../../registry/knowledge.ts'
import { createAnswer } from '../answer.ts'
import { authorize } from '../authorize.ts'
import type { Call, Message, Trace } from '../call.ts'
import { connected } from '../connected.ts'
import type { Known } from '../resolve.ts'
import { bearerOf } from '../session-token.ts'
import { isOfCredential } from '../transparent/failure.ts'
import { unbuffered } from './call-modern.ts'
import { type Feed, startFeed } from './feed.ts'
import { type Filter, listChanges, ownFilter, readFilter, writeFilter } from './filter.ts'
import { modernMembers } from './greetings.ts'

const subscriptionId = 'io.modelcontextprotocol/subscriptionId'
/** The registry may be away for a while. */
const lookAgainMs = 2_000

/**
 * Resolves when the stream is over.
 * @param look who asks and what they may use, now
 * @throws AppError invalid_params, denied, overloaded
 */
export async function listen(
  deps: Deps,
  call: Call,
  servers: readonly ResolvedServer[],
  look: () => Promise<Known>,
  message: Message,
  trace: Trace,
): Promise<void> {
  for (const server of servers) authorize(call.caller, server, servers)
  trace.decidedAt = performance.now()
  const filter = readFilter(message)
  const idRaw = message.envelope.idRaw ?? 'null'
  const release = deps.slots.takeStream(call.caller.key_id)
  const answer = createAnswer(deps, call, trace, { headers: unbuffered })
  const over = new AbortController()
  const feeds = new Map<string, Feed>()
  const send = (text: string) => answer.send(tagged(text, idRaw))
  /** Nothing of what was taken away is told any more: while servers are looked up again, what they tell waits. */
  const tellOf = (identity: string) => async (text: string) => {
    await watching.settled()
    if (feeds.has(identity)) await send(text)
  }

  const stop = () => {
    over.abort()
    for (const feed of feeds.values()) feed.stop()
    feeds.clear()
  }

  /** Feeds for the servers there are now; an unchanged one keeps its feed. */
  const follow = (caller: ResolvedCaller, { servers, unknown }: Usable): boolean => {
    if (over.signal.aborted) return false
    const wanted = new Map(servers.map((server) => [identityOf(server), server]))
    let changed = false
    for (const [identity, feed] of feeds) {
      if (wanted.has(identity) || unknown.some(({ id }) => identity.startsWith(id))) continue
      feed.stop()
      feeds.delete(identity)
      changed = true
    }
    for (const [identity, server] of wanted) {
      if (feeds.has(identity)) continue
      const bearer = bearerOf(caller, server)
      feeds.set(identity, startFeed(deps, call, bearer, ownFilter(deps, bearer, filter), tellOf(identity)))
      changed = true
    }
    return changed
  }

  const watching = watch(deps, call.caller.workspace_id, over.signal, async () => {
    try {
      const known = await look()
      const usable = await usableOf(deps, known)
      if (follow(known.caller, usable))
        for (const name of filter.lists) await send(notification(listChanges[name].notification))
      if (usable.unknown.length > 0) throw new Error('it is not known of all servers what is connected there')
    } catch (thrown) {
      if (!(thrown instanceof AuthError) && deps.lease.holds()) throw thrown
      stop() // whoever listens here may not any more, or nobody knows
    }
  })
  try {
    const usable = await usableOf(deps, { caller: call.caller, servers })
    const tasks = usable.servers.flatMap((server) => tasksAt(deps, call.caller, filter, server))
    await answer.send(tagged(acknowledgement({ ...granted(filter, servers), tasks }), idRaw))
    follow(call.caller, usable)
    watching.again() // they may have changed before anybody watched
    await ended([answer.gone, deps.stopping, over.signal])
  } finally {
    watching.stop()
    stop()
    release()
  }
  if (answer.gone.aborted) trace.outcome = 'cancelled'
  else answer.finish(`{"jsonrpc":"2.0","id":${idRaw},"result":${endResult(idRaw)}}`)
}

/** Another state of these is another upstream, or other lists. */
const identityOf = ({ id, url, era, credential_generation, connection = '', disabled_tools }: Server) =>
  [id, url, era, credential_generation, connection, ...disabled_tools].join(' ')

interface Usable {
  /** Without those where the caller's account is not connected. */
  readonly servers: readonly Server[]
  /** Nobody can tell just now. */
  readonly unknown: readonly ResolvedServer[]
}

async function usableOf(deps: Deps, { caller, servers }: Known): Promise<Usable> {
  const unknown: ResolvedServer[] = []
  const found = servers.map((server) =>
    connected(deps, caller, server).catch((thrown: unknown) => {
      if (!isOfCredential(thrown)) unknown.push(server)
      return undefined
    }),
  )
  return { servers: (await Promise.all(found)).filter((server) => server !== undefined), unknown }
}

interface Watching {
  /** Resolves when nothing has changed since the work was last done. */
  settled(): Promise<void>
  again(): void
  stop(): void
}

/** Runs the work after every change, never twice at a time, and again later where it fails. */
function watch(
  deps: Pick<Deps, 'listeners' | 'log'>,
  workspaceId: string,
  over: AbortSignal,
  work: () => Promise<void>,
): Watching {
  let changed = false
  let running: Promise<void> | undefined
  const run = async () => {
    while (changed && !over.aborted) {
      changed = false
      try {
        await work()
      } catch (thrown) {
        deps.log.info({ err: thrown }, 'a stream could not look at its servers again')
        changed = true
        await pause(lookAgainMs, undefined, { signal: over }).catch(() => {})
      }
    }
    running = undefined
  }
  const again = () => {
    changed = true
    running ??= run()
  }
  return { settled: async () => running, again, stop: deps.listeners.add(workspaceId, again) }
}

/** Without URIs of servers that the caller doesn't have. */
const granted = (filter: Filter, servers: readonly ResolvedServer[]): Filter => ({
  ...filter,
  uris: filter.uris.filter((uri) => servers.some(({ slug }) => ownUri(uri)?.slug === slug)),
})

/** Those that are this caller's there. */
const tasksAt = (deps: Deps, caller: ResolvedCaller, filter: Filter, server: Server): string[] => [
  ...ownFilter(deps, bearerOf(caller, server), filter).taskIds.values(),
]

const acknowledgement = (filter: Filter) =>
  JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications: writeFilter(filter) },
  })

const notification = (method: string) => JSON.stringify({ jsonrpc: '2.0', method })

/** With the mark of this subscription. */
function tagged(text: string, idRaw: string): string {
  const params = rawMember(text, 'params') ?? '{}'
  const meta = setMember(rawMember(params, '_meta') ?? '{}', subscriptionId, idRaw)
  return setMember(text, 'params', setMember(params, '_meta', meta))
}

const endResult = (idRaw: string) =>
  setMember(
    JSON.stringify(modernMembers),
    '_meta',
    setMember(JSON.stringify(modernMembers._meta), subscriptionId, idRaw),
  )

/** Resolves when one of them aborts. */
function ended(signals: readonly AbortSignal[]): Promise<void> {
  const any = AbortSignal.any([...signals])
  return new Promise((resolve) => {
    if (any.aborted) resolve()
    else any.addEventListener('abort', () => resolve(), { once: true })
  })
}
