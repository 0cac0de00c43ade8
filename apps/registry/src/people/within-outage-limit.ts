// better-auth asks the database by itself and hides why that failed. This tells an outage from a fault of ours, in time.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'

/** The outcome of `ask`. @throws AppError database_unavailable where the database is away or does not answer in time */
export async function withinOutageLimit<T>(
  deps: Pick<Deps, 'config' | 'db'>,
  ask: () => Promise<T>,
  failed: (outcome: T) => boolean = () => false,
): Promise<T> {
  // The embedded database lives in this process: it is slow under load, never away.
  if (deps.config.DATABASE_URL === undefined) return ask()
  const limitMs = deps.config.GATEHOUSE_DATABASE_TIMEOUT_MS + 200
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('database_unavailable')), limitMs)
  })
  const work = (async () => {
    let outcome: T
    try {
      outcome = await ask()
    } catch (error) {
      await deps.db.asSystem(async () => undefined) // throws where that is the reason
      throw error
    }
    if (failed(outcome)) await deps.db.asSystem(async () => undefined)
    return outcome
  })()
  work.catch(() => undefined) // abandoned where it was too late
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
