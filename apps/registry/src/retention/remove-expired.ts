// Rows that nothing will use again, in every workspace: repeated posts' answers after a day, links that work once, invitations,
// sessions that have ended, what they had set, the old secrets of rotated keys, the console's keys for gateways, and visits to
// authorization servers a day after. Audit events have their own time: cut-audit.ts.

import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'

const dayMs = 86_400_000

/** How many of each kind; undefined where another registry process is just at it. */
export function removeExpired(
  deps: Pick<Deps, 'db' | 'now' | 'config'>,
): Promise<Record<string, number> | undefined> {
  const now = deps.now()
  const yesterday = new Date(now.getTime() - dayMs)
  // As long as there are calls to tell whose they were.
  const longAgo = new Date(now.getTime() - (deps.config.GATEHOUSE_CALL_RECORD_DAYS + 1) * dayMs)
  return deps.db.patient.asSystem(async (tx) => {
    const [lock] = await tx.$queryRaw<{ mine: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(hashtextextended('gatehouse retention', 0)) AS mine`
    if (!lock?.mine) return undefined
    return {
      answers: await tx.$executeRaw`DELETE FROM idempotent_answer WHERE created_at <= ${yesterday}`,
      links: await tx.$executeRaw`DELETE FROM one_time_link WHERE expires_at <= ${now}`,
      invitations: await tx.$executeRaw`DELETE FROM invitation WHERE expires_at <= ${now}`,
      signIns: await tx.$executeRaw`DELETE FROM session WHERE expires_at <= ${now}`,
      verifications: await tx.$executeRaw`DELETE FROM verification WHERE expires_at <= ${now}`,
      endedSessions: await tx.$executeRaw`DELETE FROM ended_session WHERE expires_at <= ${now}`,
      notes: await tx.$executeRaw`DELETE FROM session_note WHERE expires_at <= ${now}`,
      secrets: await tx.$executeRaw`DELETE FROM api_key_secret WHERE expires_at <= ${now}`,
      tokens:
        await tx.$executeRaw`DELETE FROM api_key WHERE purpose <> 'client' AND expires_at <= ${longAgo}`,
      visits: await tx.$executeRaw`DELETE FROM auth_session WHERE expires_at <= ${yesterday}`,
      usage: await removeUsage(tx, now),
    }
  })
}

/** By width in seconds; what is shown of each is in registry-api's usage.ts. */
const usageDays = [
  [60, 1],
  [3_600, 9],
  [86_400, 400],
] as const

async function removeUsage(tx: Tx, now: Date): Promise<number> {
  // Not while late calls are counted (count_calls in the migrations): each could wait for a row of the other's.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('gatehouse usage', 0))`
  let removed = 0
  for (const [widthS, days] of usageDays) {
    const oldest = new Date(now.getTime() - days * dayMs)
    removed += await tx.$executeRaw`DELETE FROM call_usage WHERE width_s = ${widthS} AND at <= ${oldest}`
  }
  return removed
}
