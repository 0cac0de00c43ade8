// How often an address tried its password, for better-auth: in this process's memory, bounded, and of one installation alone.

import type { BetterAuthOptions } from 'better-auth'
import { LRUCache } from 'lru-cache'

type Storage = NonNullable<NonNullable<BetterAuthOptions['rateLimit']>['customStorage']>

/** Addresses that are kept at once; who tries from more than these is forgotten first where they tried longest ago. */
const most = 100_000

/** @param now in ms, of any beginning */
export function countTries(now: () => number): Storage {
  const tries = new LRUCache<string, { count: number; readonly endsAt: number }>({
    // Not `max`, which asks for the memory of all at once.
    ...{ maxSize: most, sizeCalculation: () => 1 },
  })
  return {
    async consume(key, { window, max }) {
      const known = tries.get(key)
      if (known === undefined || known.endsAt <= now()) {
        tries.set(key, { count: 1, endsAt: now() + window * 1_000 })
        return { allowed: true, retryAfter: null }
      }
      if (known.count >= max) return { allowed: false, retryAfter: Math.ceil((known.endsAt - now()) / 1_000) }
      known.count += 1
      return { allowed: true, retryAfter: null }
    },
  }
}
