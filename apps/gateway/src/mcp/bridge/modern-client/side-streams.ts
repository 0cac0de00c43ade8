// What a legacy server says in a session outside of any call's stream: many ask their client there. One GET stream per session
// for as long as a call runs in it here that its client can be asked about. What names no call belongs to the one that runs; where
// several do, nobody can tell whose person is meant, and nobody is asked.

import { LRUCache } from 'lru-cache'
import { atMost } from '../../../at-most.ts'
import type { Deps } from '../../../deps.ts'
import type { OpenSession } from '../../../upstream/sessions.ts'
import type { Bearer } from '../../session-token.ts'
import { isObject } from './capabilities.ts'
import type { Listener, Sent } from './follow.ts'
import { refuseRequest } from './in-session.ts'
import { openNews } from './news.ts'

export interface SideStreams {
  /** The call listens along from now on. @returns how to stop it */
  join(deps: Deps, bearer: Bearer, sent: Sent, listener: Listener): () => void
  /** Ends all of them. */
  close(): void
}

interface Side {
  readonly calls: Map<string, { readonly sent: Sent; readonly listener: Listener }>
  readonly leaving: AbortController
  timer: NodeJS.Timeout | undefined
}

/** After the last call: the next one may come soon, here or at another replica, which waits for the stream. */
const lingerMs = 1_000
/** A server that has no such stream is asked again after so long; one that refuses it otherwise, sooner. */
const noneMs = 10 * 60_000
const refusedMs = 10_000

const ambiguous = { code: -32603, message: 'Several calls run: say which one asks, on its own stream' }

export function createSideStreams(): SideStreams {
  const sides = new Map<string, Side>()
  const none = new LRUCache<string, true>({ ...atMost(20_000), ttl: noneMs })

  const end = (key: string, side: Side) => {
    clearTimeout(side.timer)
    if (sides.get(key) === side) sides.delete(key)
    side.leaving.abort()
  }

  const open = (key: string, deps: Deps, bearer: Bearer, session: OpenSession): Side => {
    const side: Side = { calls: new Map(), leaving: new AbortController(), timer: undefined }
    sides.set(key, side)
    const { opened, messages } = openNews(deps, bearer, session, side.leaving.signal)
    opened.then(
      (status) => {
        if (status === 405) none.set(serverKey(bearer), true)
        else if (status !== 200) none.set(key, true, { ttl: refusedMs })
      },
      () => {},
    )
    read(deps, bearer, session, side, messages)
      .catch((error) => deps.log.info({ err: error, server_id: bearer.server.id }, 'a GET stream broke'))
      .finally(() => sides.get(key) === side && sides.delete(key))
    return side
  }

  return {
    join(deps, bearer, sent, listener) {
      const { sessionId } = sent.session
      const key = `${bearer.server.id} ${sessionId}`
      if (sessionId === undefined || none.has(serverKey(bearer)) || none.has(key)) return () => {}
      const side = sides.get(key) ?? open(key, deps, bearer, sent.session)
      clearTimeout(side.timer)
      side.calls.set(sent.id, { sent, listener })
      return () => {
        side.calls.delete(sent.id)
        if (side.calls.size > 0) return
        side.timer = setTimeout(() => end(key, side), lingerMs).unref()
      }
    },
    close() {
      for (const [key, side] of sides) end(key, side)
    },
  }
}

const serverKey = ({ server, generation }: Bearer) => `${server.id} ${server.url} ${generation}`

async function read(
  deps: Deps,
  bearer: Bearer,
  session: OpenSession,
  { calls }: Side,
  messages: AsyncIterable<string>,
): Promise<void> {
  for await (const text of messages) {
    const message: unknown = JSON.parse(text)
    if (!isObject(message) || typeof message.method !== 'string') continue
    const { id, method, params } = message
    const token = isObject(params) ? String(params.progressToken) : ''
    const only = calls.size === 1 ? [...calls.values()][0] : undefined
    const of = calls.get(token) ?? only
    if (id === undefined) await of?.listener.onNotification(of.sent, text, method, params)
    else if (of === undefined) refuseRequest(deps, bearer, session, text, method, ambiguous)
    else of.listener.onRequest(of.sent, text, method, params)
  }
}
