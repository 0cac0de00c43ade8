// How many requests a key may make in a minute, where it has a limit. Each gateway counts by itself and allows its share of it:
// no call asks a database. Next: mcp/route.ts asks before it reads a body.

import type { ServerResponse } from 'node:http'
import { AppError } from '@gatehouse/errors'
import type { ResolvedCaller } from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import { atMost } from '../at-most.ts'

export interface RateLimits {
  /**
   * Counts this many requests of the caller and tells it in the standard headers what is left.
   * @throws AppError rate_limited; then none of them counts
   */
  count(caller: ResolvedCaller, response: ServerResponse, requests?: number): void
}

/** A minute that begins with a key's first request, and what came in it. */
interface Window {
  readonly startedAt: number
  used: number
}

const windowMs = 60_000
const maxKeys = 50_000

/** @param monotonic in ms @param gateways how many share a key's limit */
export function createRateLimits(monotonic: () => number, gateways: () => number): RateLimits {
  const windows = new LRUCache<string, Window>(atMost(maxKeys))
  return {
    count({ key_id: keyId, rate_limit: whole }, response, requests = 1) {
      if (whole === null) return
      const limit = Math.ceil(whole / gateways())
      const now = monotonic()
      let window = windows.get(keyId)
      if (window === undefined || now - window.startedAt >= windowMs) {
        window = { startedAt: now, used: 0 }
        windows.set(keyId, window)
      }
      const isOver = window.used + requests > limit
      if (!isOver) window.used += requests
      const resetS = Math.ceil((windowMs - (now - window.startedAt)) / 1_000)
      response.setHeader('RateLimit-Policy', `"key";q=${limit};w=${windowMs / 1_000}`)
      response.setHeader('RateLimit', `"key";r=${limit - window.used};t=${resetS}`)
      if (isOver)
        throw new AppError('rate_limited', {
          retryAfterS: resetS,
          what: `this key may make ${limit} requests in a minute${limit < whole ? ' at each gateway' : ''}`,
        })
    },
  }
}
