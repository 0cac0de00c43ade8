// Looks at servers that nobody calls: every minute, and every 5 s after a failure or while a page shows one. One process of the
// registry does it for all; what calls say comes by evidence.ts.

import type { Deps } from '../deps.ts'
import type { Listing } from '../tools/keep-listed.ts'
import { createWorkerLease } from '../worker-lease.ts'
import type { Looked, Looks } from './look.ts'
import { isDown } from './seen.ts'

const tickMs = 1_000
const soonMs = 4_500
const withinMs = 5_000
const listMs = 5_000
const leaseMs = 15_000
const renewMs = 5_000
/** At once. */
const mostLooks = 24

interface Due extends Looked {
  readonly state: string
  readonly is_watched: boolean
  readonly due_at: Date | null
  readonly updated_at: Date
}

type On = Pick<Deps, 'config' | 'db' | 'log'>

/**
 * Returns the function that stops it.
 * @param listing goes round where this process looks
 */
export function keepHealth(on: On, looks: Looks, listing: Listing): () => Promise<void> {
  const everyMs = on.config.GATEHOUSE_HEALTH_INTERVAL_MS
  if (everyMs === 0) return async () => undefined
  const lease = createWorkerLease(on, 'health', leaseMs)
  const lookedAt = new Map<string, number>()
  const running = new Map<string, Promise<void>>()
  const stop = new AbortController()
  let leased = { until: 0, isOurs: false }
  let listedAt = 0

  const start = (server: Due) => {
    lookedAt.set(server.id, Date.now())
    const done = looks
      .look(server, withinMs, stop.signal)
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) on.log.warn({ err: error, server: server.id }, 'a server was not looked at')
      })
      .finally(() => running.delete(server.id))
    running.set(server.id, done)
  }
  const tick = async () => {
    if (Date.now() >= leased.until) leased = { until: Date.now() + renewMs, isOurs: await lease.take() }
    if (!leased.isOurs) return lookedAt.clear()
    for (const server of await readDue(on, everyMs)) {
      if (running.size >= mostLooks) break
      if (!running.has(server.id) && isTime(server, lookedAt.get(server.id), everyMs)) start(server)
    }
    if (Date.now() - listedAt < listMs) return
    if (!(await listing.round())) listedAt = Date.now()
  }
  let ticking: Promise<void> | undefined
  const timer = setInterval(() => {
    ticking ??= tick()
      .catch((error: unknown) => on.log.warn({ err: error }, 'servers were not looked at'))
      .finally(() => {
        ticking = undefined
      })
  }, tickMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    stop.abort()
    await ticking
    await Promise.all([...running.values(), listing.idle()])
    await lease.giveBack().catch(() => undefined) // it runs out
  }
}

function isTime(server: Due, last: number | undefined, everyMs: number): boolean {
  if (last === undefined) return true
  const sinceMs = Date.now() - last
  const isSoon = server.is_watched || isDown(server.state) || server.state === 'unknown'
  const wasAsked = server.due_at !== null && server.due_at.getTime() > last
  if (sinceMs >= soonMs) return isSoon || wasAsked || sinceMs >= everyMs
  return server.updated_at.getTime() > last || (wasAsked && sinceMs >= tickMs)
}

/** The ones that may be: longest unseen first. */
const readDue = (on: On, everyMs: number): Promise<Due[]> =>
  on.db.asSystem(
    (tx) => tx.$queryRaw<Due[]>`
      SELECT s.workspace_id AS "workspaceId", s.id, s.slug, s.url, s.auth_type AS "authType", s.oauth_mode AS "oauthMode",
        s.oauth_provider_id AS "oauthProviderId", s.updated_at, coalesce(h.state, 'unknown') AS state, h.due_at,
        coalesce(h.watched_until > now(), false) AS is_watched
      FROM mcp_server s LEFT JOIN server_health h ON h.workspace_id = s.workspace_id AND h.server_id = s.id
      WHERE s.enabled AND (h.checked_at IS NULL OR h.state IN ('failing', 'unreachable', 'unknown') OR h.watched_until > now()
        OR h.due_at > h.checked_at OR s.updated_at > h.checked_at
        OR h.checked_at < now() - make_interval(secs => ${everyMs / 1_000}::float8))
      ORDER BY coalesce(h.watched_until > now(), false) DESC, h.checked_at NULLS FIRST LIMIT 500`,
  )
