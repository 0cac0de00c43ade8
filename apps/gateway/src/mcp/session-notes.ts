// What a bridged legacy session has set and its token can't carry: kept by the registry for all replicas, remembered here until
// the change stream says that it is another.

import { AppError } from '@gatehouse/errors'
import type { NotesAnswer } from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import { atMost } from '../at-most.ts'
import type { RegistryClient } from '../registry/client.ts'
import type { Knowledge } from '../registry/knowledge.ts'
import { type Bearer, tokenDigest } from './session-token.ts'

export interface Notes {
  readonly logLevel?: string
  /** URIs of resources, in the order in which they were subscribed to. */
  readonly subscriptions: readonly string[]
}

export interface SessionNotes {
  /** @param token the client's session token, opened before @throws AppError registry_unreachable */
  read(token: string, bearer: Bearer): Promise<Notes>
  /**
   * `change` may be called again where another replica was faster.
   * @throws AppError registry_unreachable; whatever `change` throws
   */
  change(token: string, bearer: Bearer, change: (notes: Notes) => Notes): Promise<void>
  /** Another replica, or this one, has changed them. */
  changed(digest: string): void
  gap(): void
}

interface Parts {
  readonly client: Pick<RegistryClient, 'readNotes' | 'changeNotes'>
  readonly knowledge: Pick<Knowledge, 'revision'>
  /** Unix time in ms. */
  readonly now: () => number
}

type Known = { readonly version: number; readonly notes: Notes }

/** As long as a session token. */
const lifeMs = 7 * 24 * 3_600_000
const maxAttempts = 8

export function createSessionNotes({ client, knowledge, now }: Parts): SessionNotes {
  const known = new LRUCache<string, Known>(atMost(20_000))

  /** An answer older than what was acknowledged is asked for again. */
  const ask = async (digest: string, bearer: Bearer): Promise<Known> => {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const answer = await client.readNotes({ workspace_id: bearer.caller.workspace_id, digest })
      if (answer.revision < knowledge.revision) continue
      const read = { version: answer.version, notes: fromWire(answer.notes) }
      known.set(digest, read)
      return read
    }
    throw new AppError('registry_unreachable', { retryAfterS: 1, what: 'the registry answers with old data' })
  }

  return {
    async read(token, bearer) {
      const digest = tokenDigest(token)
      return (known.get(digest) ?? (await ask(digest, bearer))).notes
    },
    async change(token, bearer, change) {
      const digest = tokenDigest(token)
      let before = known.get(digest)
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        before ??= await ask(digest, bearer)
        const notes = change(before.notes)
        const kept = await client.changeNotes({
          workspace_id: bearer.caller.workspace_id,
          digest,
          version: before.version,
          notes: toWire(notes),
          expires_at_ms: now() + lifeMs,
        })
        known.delete(digest)
        if (kept) return
        before = undefined
      }
      throw new AppError('overloaded', { retryAfterS: 1, what: 'the session is being changed elsewhere' })
    },
    changed: (digest) => void known.delete(digest),
    gap: () => known.clear(),
  }
}

const fromWire = ({ log_level: logLevel, subscriptions }: NotesAnswer['notes']): Notes =>
  logLevel === undefined ? { subscriptions } : { logLevel, subscriptions }

const toWire = ({ logLevel, subscriptions }: Notes): NotesAnswer['notes'] =>
  logLevel === undefined
    ? { subscriptions: [...subscriptions] }
    : { log_level: logLevel, subscriptions: [...subscriptions] }
