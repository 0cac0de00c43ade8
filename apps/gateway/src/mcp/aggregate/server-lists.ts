// What each server has, as the aggregate endpoint offers it: tools, prompts, resources and templates, fetched once for all who ask,
// kept while fresh, and as the last good answer after that. merge-lists.ts puts them together, find-name.ts finds names in them.

import { AppError, toAppError } from '@gatehouse/errors'
import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import type { ListMethod } from '@gatehouse/upstream'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { Counter, type Registry } from 'prom-client'
import { atMost } from '../../at-most.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { type Bearer, bearerOf } from '../session-token.ts'
import { exposeEntries, type Offer } from './expose-entries.ts'
import type { FetchList } from './fetch-list.ts'

/** One list of one server. */
export interface ServerList {
  /** The same object again where a later fetch brought the same entries. */
  readonly offer: Offer
  /** Monotonic, in ms. */
  readonly askedAt: number
  readonly freshUntil: number
}

export interface ServerLists {
  /**
   * Waits no longer than the time-out of lists; where there is an older answer, a second; where the server failed last
   * time, not at all.
   * @param after monotonic ms: an answer that was asked for before that is asked for again
   * @throws AppError of the upstream's failure where there never was a good answer; ServerChanged
   */
  get(method: ListMethod, bearer: Bearer, after?: number): Promise<ServerList>
  /** The input schema of a tool, under its own name, as JSON text; undefined where there is no such tool. Throws as get. */
  schemaOf(
    caller: ResolvedCaller,
    server: ResolvedServer,
    name: string,
    after?: number,
  ): Promise<string | undefined>
  /** The server says that its list is another now. */
  changed(method: ListMethod, bearer: Bearer): void
  /** The entries of these lists in turn, as the inside of a JSON array; kept while they are the same. */
  joined(offers: readonly Offer[], maxEntries: number): Buffer
}

interface Parts {
  readonly fetchList: FetchList
  readonly log: Logger
  readonly metrics: Registry
  /** For one server's first answer, in ms. */
  readonly timeoutMs: number
}

interface Fetching {
  readonly askedAt: number
  readonly list: Promise<ServerList>
}

const hourMs = 3_600_000
const usualTtlMs = 5 * 60_000
const staleWaitMs = 1_000
/** A server that failed is not asked again for so long. */
const retryMs = 10_000
const maxBytes = 256 * 1024 * 1024
/** Tools that one line of the log names. */
const maxTold = 10
const maxJoinedBytes = 64 * 1024 * 1024

export function createServerLists(parts: Parts): ServerLists {
  const lists = new LRUCache<string, ServerList>({
    maxSize: maxBytes,
    sizeCalculation: ({ offer }) => offer.size,
  })
  const failures = new LRUCache<string, { readonly error: AppError; readonly at: number }>(atMost(10_000))
  const changes = new LRUCache<string, number>(atMost(10_000))
  const pending = new Map<string, Fetching>()
  const joined = new LRUCache<string, Buffer>({
    maxSize: maxJoinedBytes,
    sizeCalculation: (text) => text.length + 1_000,
  })
  const failed = new Counter({
    name: 'gatehouse_gateway_list_failures_total',
    help: "Fetches of a server's lists for the aggregate endpoint that failed",
    labelNames: ['method', 'code'],
    registers: [parts.metrics],
  })

  const fetchAndKeep = async (key: string, method: ListMethod, bearer: Bearer, askedAt: number) => {
    try {
      const { entries, ttlMs } = await parts.fetchList(method, bearer)
      const before = lists.peek(key)
      const offer = exposeEntries(method, bearer.server, entries, before?.offer)
      if (offer.refused.length > 0 && offer !== before?.offer) {
        const tools = offer.refused.slice(0, maxTold).map((name) => name.slice(0, 128))
        const about = { server_id: bearer.server.id, tools, count: offer.refused.length }
        parts.log.warn(about, 'tools have invalid x-mcp-header annotations')
      }
      const freshUntil = performance.now() + Math.min(ttlMs ?? usualTtlMs, hourMs)
      const list = { offer, askedAt, freshUntil }
      if ((before?.askedAt ?? 0) <= askedAt)
        lists.set(key, list, { ttl: freshUntil - performance.now() + hourMs })
      failures.delete(key)
      return list
    } catch (thrown) {
      if (thrown instanceof ServerChanged) throw thrown
      const error = toAppError(thrown)
      failures.set(key, { error, at: performance.now() })
      failed.inc({ method, code: error.code })
      const about = { err: thrown, server_id: bearer.server.id, method, code: error.code }
      parts.log.warn(about, 'a list of a server could not be had')
      throw error
    } finally {
      if (pending.get(key)?.askedAt === askedAt) pending.delete(key)
    }
  }

  const start = (key: string, method: ListMethod, bearer: Bearer): Fetching => {
    const askedAt = performance.now()
    const fetching = { askedAt, list: fetchAndKeep(key, method, bearer, askedAt) }
    fetching.list.catch(() => {}) // whoever waits learns of it; perhaps nobody does any more
    pending.set(key, fetching)
    return fetching
  }

  return {
    async get(method, bearer, after = 0) {
      const key = keyOf(method, bearer)
      const since = Math.max(after, changes.get(key) ?? 0)
      const known = lists.get(key)
      if (known && performance.now() < known.freshUntil && known.askedAt >= since) return known
      const failure = failures.get(key)
      const rests = failure !== undefined && performance.now() - failure.at < retryMs
      let fetching = pending.get(key)
      if ((fetching === undefined || fetching.askedAt < since) && !rests) {
        fetching = start(key, method, bearer)
      }
      // Nobody waits for a server that failed last time: the next who asks gets what it answers now.
      if (fetching === undefined || failure !== undefined) return orThrow(known, failure?.error)
      try {
        return await within(fetching.list, known ? staleWaitMs : parts.timeoutMs)
      } catch (thrown) {
        if (thrown instanceof ServerChanged) throw thrown
        const error = toAppError(thrown)
        if (pending.has(key)) failures.set(key, { error, at: performance.now() })
        return orThrow(known, error)
      }
    },
    async schemaOf(caller, server, name, after) {
      const { offer } = await this.get('tools/list', bearerOf(caller, server), after)
      return offer.schemas.get(name)
    },
    changed(method, bearer) {
      const key = keyOf(method, bearer)
      changes.set(key, performance.now())
      failures.delete(key) // it lives
    },
    joined(offers, maxEntries) {
      const key = offers.map(({ id }) => id).join(' ')
      const kept = joined.get(key)
      if (kept) return kept
      const made = Buffer.from(
        offers
          .flatMap(({ entries }) => entries)
          .slice(0, maxEntries)
          .join(','),
      )
      joined.set(key, made)
      return made
    },
  }
}

function orThrow(known: ServerList | undefined, error: AppError | undefined): ServerList {
  if (known) return known
  throw error ?? new AppError('upstream_unreachable')
}

/** One caller's accounts are not another's; stored headers are the same for the whole workspace. */
const keyOf = (method: ListMethod, { caller, server, generation }: Bearer) =>
  [
    method,
    caller.workspace_id,
    server.id,
    server.url,
    server.era,
    generation,
    server.auth_type === 'oauth' ? caller.key_id : '',
    ...(method === 'tools/list' ? server.disabled_tools : []),
  ].join(' ')

async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('upstream_timeout')), timeoutMs)
  })
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
