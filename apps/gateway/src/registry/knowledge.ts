// What the gateway knows of the registry: callers, servers and credentials as last read, each at a revision. The change
// stream tells what no longer holds; an answer older than what was acknowledged is discarded and asked again.

import { AppError } from '@gatehouse/errors'
import type {
  ChangeEvent,
  CredentialsAnswer,
  HelloEvent,
  ResolveAnswer,
  ResolvedCaller,
  ResolvedServer,
} from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import type { RegistryClient } from './client.ts'
import type { Lease } from './lease.ts'

export interface Known {
  readonly caller: ResolvedCaller | null
  readonly servers: readonly ResolvedServer[]
}

/** Server and credential were read on different sides of a change: both were forgotten, and reading again helps. */
export class ServerChanged extends AppError {
  constructor(slug: string) {
    super('overloaded', { retryAfterS: 1, what: `the server '${slug}' is being changed` })
  }
}

type CallerRef = Pick<ResolvedCaller, 'key_id' | 'workspace_id'>
type ServerRef = Pick<ResolvedServer, 'id' | 'slug' | 'credential_generation'>

export interface Knowledge {
  /** Who has this key and which server (null: which servers) it may use. */
  resolve(keyDigest: string, slug: string | null): Promise<Known>
  /**
   * The headers for exactly this state of the server, so that a new credential never goes to an old address.
   * @throws ServerChanged; AppError mcp_server_not_found, credential_unreadable, registry_unreachable
   */
  credentials(caller: CallerRef, server: ServerRef): Promise<CredentialsAnswer>
  hello(event: HelloEvent): void
  /** Resolves when what lived by it has ended too; the cache itself has forgotten before that. */
  changed(event: ChangeEvent): Promise<void>
  /** The stream broke: what is known may be used until the lease is over, and not after the next hello. */
  disconnected(): void
  /** Undefined until the first hello. */
  readonly greeting: HelloEvent | undefined
  readonly revision: number
}

interface Parts {
  readonly client: Pick<RegistryClient, 'resolve' | 'credentials'>
  readonly lease: Pick<Lease, 'check'>
  readonly onChange: (event: ChangeEvent) => Promise<void>
  /** Something may have been missed: nothing that was known holds. */
  readonly onGap: () => void
}

export function createKnowledge(parts: Parts): Knowledge {
  const resolved = new LRUCache<string, Known>({ max: 50_000 })
  const credentials = new LRUCache<string, CredentialsAnswer>({ max: 20_000 })
  let greeting: HelloEvent | undefined
  let revision = 0
  let connected = false

  /** One question at a time for one thing, however many wait for its answer. */
  const asking = new Map<string, Promise<unknown>>()
  const once = <T>(key: string, question: () => Promise<T>): Promise<T> => {
    const running = asking.get(key) as Promise<T> | undefined // keys name their kind of answer
    if (running) return running
    const started = question().finally(() => asking.delete(key))
    asking.set(key, started)
    return started
  }

  const forget = (workspaceId: string) => {
    for (const [key, { caller }] of resolved.entries())
      if (caller === null || caller.workspace_id === workspaceId) resolved.delete(key)
    for (const key of credentials.keys()) if (key.startsWith(workspaceId)) credentials.delete(key)
  }

  /** Asks until the answer is at least as new as what was acknowledged. */
  const ask = async <T extends { revision: number }>(question: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const answer = await question()
      parts.lease.check()
      if (answer.revision >= revision) return answer
    }
    throw new AppError('registry_unreachable', { retryAfterS: 1, what: 'the registry answers with old data' })
  }

  return {
    get greeting() {
      return greeting
    },
    get revision() {
      return revision
    },
    async resolve(keyDigest, slug) {
      parts.lease.check()
      const key = `${keyDigest} ${slug ?? ''}`
      const known = resolved.get(key)
      if (known) return known
      return once(`resolve ${key}`, async () => {
        const answer: ResolveAnswer = await ask(() => parts.client.resolve(keyDigest, slug))
        resolved.set(key, answer)
        return answer
      })
    },
    async credentials(caller, server) {
      parts.lease.check()
      const key = `${caller.workspace_id} ${server.id} ${caller.key_id}`
      const request = { key_id: caller.key_id, workspace_id: caller.workspace_id, server_id: server.id }
      const answer =
        credentials.get(key) ??
        (await once(`credentials ${key}`, async () => {
          const asked = await ask(() => parts.client.credentials(request))
          credentials.set(key, asked)
          return asked
        }))
      if (answer.generation === server.credential_generation) return answer
      forget(caller.workspace_id)
      throw new ServerChanged(server.slug)
    },
    hello(event) {
      // A second hello on a living stream brings keys only; after a gap nothing that was cached may be trusted.
      if (!connected) {
        resolved.clear()
        credentials.clear()
        parts.onGap()
        revision = event.revision
      }
      greeting = event
      connected = true
      revision = Math.max(revision, event.revision)
    },
    async changed(event) {
      if (event.subject !== 'session-notes') forget(event.workspace_id)
      revision = Math.max(revision, event.revision)
      await parts.onChange(event)
    },
    disconnected() {
      connected = false
    },
  }
}
