// What the registry does by itself about the age of data, at start and every hour: partitions of call records ahead, old ones
// gone, what has expired, and old audit events. Each step takes a lock in the database, so of several registries one does it.

import { dropPartitions, makePartitions } from '../calls/partitions.ts'
import type { Deps } from '../deps.ts'
import { cutAudit } from './cut-audit.ts'
import { readDays, removeCalls } from './remove-calls.ts'
import { removeCaptured } from './remove-captured.ts'
import { removeExpired } from './remove-expired.ts'

const everyMs = 60 * 60_000

type On = Pick<Deps, 'db' | 'now' | 'log' | 'config' | 'sealer'>

/**
 * Resolves after the first round, but for long audit trails, which take their time. Returns the function that stops it. A step that
 * fails is tried again in the next round.
 */
export async function keepRetention(on: On): Promise<() => Promise<void>> {
  const stop = new AbortController()
  await keep(on)
  let round = cut(on, stop.signal)
  const timer = setInterval(() => {
    round = round.then(() => keep(on)).then(() => cut(on, stop.signal))
  }, everyMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    stop.abort()
    await round
  }
}

async function keep(on: On): Promise<void> {
  await attempt(on, 'partitions of call records were not made', () => makePartitions(on))
  await attempt(on, 'old call records were not removed', async () => {
    const kept = await readDays(on, on.config.GATEHOUSE_CALL_RECORD_DAYS)
    const dropped = await dropPartitions(on, kept.longest)
    if (dropped.length > 0) on.log.info({ dropped }, 'removed old call records')
    const removed = await removeCalls(on, kept)
    if (removed > 0) on.log.info({ removed }, 'removed call records of workspaces that keep them shorter')
  })
  await attempt(on, 'old captured calls were not removed', async () => {
    const removed = await removeCaptured(on)
    if (removed > 0) on.log.info({ removed }, 'removed what captured calls said')
  })
  await attempt(on, 'expired rows were not removed', async () => {
    const removed = await removeExpired(on)
    if (removed && Object.values(removed).some((count) => count > 0))
      on.log.info({ removed }, 'removed expired rows')
  })
}

const cut = (on: On, stopped: AbortSignal): Promise<void> =>
  attempt(on, 'old audit events were not removed', async () => {
    const removed = await cutAudit(on, stopped)
    if (removed > 0) on.log.info({ removed }, 'removed old audit events')
  })

async function attempt(on: On, otherwise: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step()
  } catch (error) {
    on.log.warn({ err: error }, otherwise)
  }
}
