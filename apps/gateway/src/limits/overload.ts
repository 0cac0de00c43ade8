// Whether this process has more to do than it can: its event loop lags, its memory is nearly full, or too many requests are open.
// Then new ones are refused before anything is done for them (mcp/route.ts), and /ready says so (app.ts).

import { getHeapStatistics } from 'node:v8'
import { AppError } from '@gatehouse/errors'

export interface Overload {
  /** Why, where it is; undefined: go ahead. */
  readonly reason: string | undefined
  /** Requests that were refused for it. */
  readonly shed: number
  /** For a request that begins. @returns the function to call at its end. @throws AppError overloaded */
  enter(): () => void
  close(): void
}

export interface OverloadOptions {
  /** So late may the event loop be. */
  readonly delayMs: number
  /** Open at once, streams too. */
  readonly requests: number
  /** Of memory, 0 to 1: the fuller one of heap and process. */
  readonly memory?: () => number
  /** Between two looks. */
  readonly everyMs?: number
}

const mostMemory = 0.85
const tickMs = 20
/** Looks with a late tick. One long task is no overload. */
const lagsInARow = 3

export function createOverload(options: OverloadOptions): Overload {
  const { delayMs, requests, memory = usedMemory, everyMs = 1_000 } = options
  let tired: string | undefined
  let lags = 0
  let isLate = false
  let tickedAt = performance.now()
  let lookedAt = tickedAt
  let used = 0
  let open = 0
  let shed = 0
  const tick = () => {
    const now = performance.now()
    isLate ||= now - tickedAt - tickMs > delayMs
    tickedAt = now
    if (now - lookedAt < everyMs) return
    lookedAt = now
    lags = isLate ? lags + 1 : 0
    isLate = false
    try {
      used = memory()
    } catch {} // a process without a file left can't ask: as it was
    if (lags >= lagsInARow) tired = 'the event loop lags'
    else tired = used > mostMemory ? 'memory is nearly full' : undefined
  }
  const timer = setInterval(tick, tickMs).unref()
  const leave = () => {
    open -= 1
  }
  const reason = () => tired ?? (open >= requests ? 'too many requests are open' : undefined)

  return {
    get reason() {
      return reason()
    },
    get shed() {
      return shed
    },
    enter() {
      const why = reason()
      if (why !== undefined) {
        shed += 1
        throw new AppError('overloaded', { retryAfterS: 1, what: `this gateway is overloaded, ${why}` })
      }
      open += 1
      return leave
    },
    close() {
      clearInterval(timer)
    },
  }
}

/** Of the heap's limit, or of the one that the container sets. */
function usedMemory(): number {
  const { used_heap_size, heap_size_limit } = getHeapStatistics()
  const limit = process.constrainedMemory()
  const whole = limit > 0 && limit < Number.MAX_SAFE_INTEGER ? process.memoryUsage.rss() / limit : 0
  return Math.max(used_heap_size / heap_size_limit, whole)
}
