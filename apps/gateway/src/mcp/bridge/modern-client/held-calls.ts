// Calls that wait in this process while their client is being asked. The sealed state of the question names the process and an
// id that nobody guesses; each id is good for one retry.

import { randomBytes } from 'node:crypto'
import type { ChangeEvent } from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import { atMost } from '../../../at-most.ts'
import { touches } from '../../../registry/touches.ts'
import type { Bearer } from '../../session-token.ts'
import type { UpstreamCall } from './upstream-call.ts'

export interface HeldCalls {
  /** @param release called when it is held no longer. @returns its id */
  hold(bearer: Bearer, call: UpstreamCall, release: () => void): string
  /** The call, once; then `used`. Undefined for what is not here (any more). */
  take(id: string): UpstreamCall | 'used' | undefined
  /** Leaves those of a server or caller that was changed. */
  changed(event: ChangeEvent): void
  /** Something may have been missed: leaves those that may not go on. */
  recheck(holds: (bearer: Bearer) => Promise<boolean>): Promise<void>
  /** Cancels all. */
  close(): Promise<void>
}

interface Held {
  readonly bearer: Bearer
  readonly call: UpstreamCall
  readonly timer: NodeJS.Timeout
  readonly release: () => void
}

/** How long a call may wait for its client. */
export const heldMs = 10 * 60_000

export function createHeldCalls(): HeldCalls {
  const held = new Map<string, Held>()
  const used = new LRUCache<string, true>({ ...atMost(50_000), ttl: heldMs })
  const remove = (id: string): UpstreamCall | undefined => {
    const found = held.get(id)
    clearTimeout(found?.timer)
    held.delete(id)
    found?.release()
    return found?.call
  }
  return {
    hold(bearer, call, release) {
      const id = randomBytes(16).toString('base64url')
      const expire = () => void remove(id)?.cancel('its client did not answer in time')
      held.set(id, { bearer, call, release, timer: setTimeout(expire, heldMs).unref() })
      return id
    },
    take(id) {
      if (used.has(id)) return 'used'
      const call = remove(id)
      if (call !== undefined) used.set(id, true)
      return call
    },
    changed(event) {
      for (const [id, { bearer }] of held)
        if (touches(event, bearer)) remove(id)?.leave('the server or its credential was changed')
    },
    async recheck(holds) {
      await Promise.all(
        [...held].map(async ([id, { bearer }]) => {
          if (!(await holds(bearer))) remove(id)?.leave('the server or its credential was changed')
        }),
      )
    },
    async close() {
      await Promise.all([...held.keys()].map((id) => remove(id)?.cancel('the gateway stops')))
    },
  }
}
