// Wakes who waits for the end of an auth session, in every process of the registry.

import type { Tx } from '../db.ts'

/** The name that PostgreSQL's LISTEN and NOTIFY know this by. */
export const sessionChannel = 'gatehouse_auth_session'

export interface SessionNotices {
  /** Tells the others when this transaction commits. */
  announce(tx: Tx): Promise<void>
  /** Some session has ended: who waits looks again. */
  notice(): void
  /** Resolves at the next notice, after `ms`, or when `signal` aborts. */
  next(ms: number, signal: AbortSignal): Promise<void>
}

export function createSessionNotices(): SessionNotices {
  const waiting = new Set<() => void>()
  return {
    async announce(tx) {
      await tx.$executeRaw`SELECT pg_notify(${sessionChannel}, '')`
    },
    notice() {
      for (const done of [...waiting]) done()
    },
    next: (ms, signal) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', done)
          waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        signal.addEventListener('abort', done)
        waiting.add(done)
        if (signal.aborted) done()
      }),
  }
}
