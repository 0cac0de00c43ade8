// How often somebody was sent for more rights because a server refused one operation to their account. The specification wants a
// limit: https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#step-up-authorization-flow

import { LRUCache } from 'lru-cache'
import { atMost } from '../at-most.ts'
import type { AccountRefused } from '../upstream/dispatcher-to.ts'
import type { Message } from './call.ts'

export interface StepUps {
  /** @returns whether this is the last time: another visit to the authorization server would change nothing either */
  refused(told: AccountRefused, message: Message): boolean
  /** Whether the server said no to this operation with this connection. @param account as AccountRefused has it */
  wasRefused(account: string, generation: string, message: Message): boolean
}

/** So many connections, one after the other, are refused before nobody is sent to connect again. */
const maxConnections = 3
/** Counted from the last refusal: rights may be given at any time. */
const rememberMs = 3_600_000

export function createStepUps(): StepUps {
  const refusals = new LRUCache<string, ReadonlySet<string>>({ ...atMost(20_000), ttl: rememberMs })
  return {
    refused({ account, generation }, message) {
      const key = keyOf(account, message)
      const known = refusals.get(key) ?? new Set()
      // Again with the same one is no further attempt.
      const all = known.size < maxConnections ? new Set([...known, generation]) : known
      refusals.set(key, all)
      return all.size >= maxConnections
    },
    wasRefused: (account, generation, message) =>
      refusals.get(keyOf(account, message))?.has(generation) === true,
  }
}

const keyOf = (account: string, { envelope }: Message) =>
  JSON.stringify([account, envelope.method, envelope.name])
