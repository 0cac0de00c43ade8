// What the gateway knows of the registry: callers, servers and credentials as last read, each at a revision. The change
// stream tells what no longer holds; an answer older than what was acknowledged is discarded and asked again.

import { AppError } from '@gatehouse/errors'
import type {
  ChangeEvent,
  CredentialsAnswer,
  HelloEvent,
  RequiredAction,
  ResolveAnswer,
  ResolvedCaller,
  ResolvedServer,
  UsedConnection,
} from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import { atMost } from '../at-most.ts'
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

/** A server as one caller meets it. */
export type Server = ResolvedServer & {
  /** The generation of the connection that is used there; absent where stored headers are sent. */
  readonly connection?: string
}

/** Whose credentials are asked for. */
export type CallerRef = Pick<ResolvedCaller, 'key_id' | 'workspace_id'> &
  Partial<Pick<ResolvedCaller, 'user_id'>>
/** And where. */
export type ServerRef = Pick<Server, 'id' | 'slug' | 'credential_generation' | 'connection'>

export interface Knowledge {
  /** Who has this key and which server (null: which servers) it may use. */
  resolve(keyDigest: string, slug: string | null): Promise<Known>
  /** The same where it is known and the lease holds, else undefined. */
  resolved(keyDigest: string, slug: string | null): Known | undefined
  /**
   * The headers for exactly this state of the server, so that a new credential never goes to an old address.
   * @throws ServerChanged; AppError mcp_server_not_found, credential_unreadable, registry_unreachable,
   * upstream_auth_unavailable; connection_required or upstream_auth_failed where nothing may be sent until somebody acts
   * @param insists asks again where that is what is known: somebody may have acted just now
   */
  credentials(caller: CallerRef, server: ServerRef, insists?: boolean): Promise<CredentialsAnswer>
  /** The same where it is known and holds, so that nothing is awaited; else undefined. Throws as credentials. */
  known(caller: CallerRef, server: ServerRef): CredentialsAnswer | undefined
  /** The same after the server answered 401 to this token: with another one. Throws as credentials. */
  refused(caller: CallerRef, server: ServerRef, used: UsedConnection): Promise<CredentialsAnswer>
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
  readonly client: Pick<RegistryClient, 'resolve' | 'credentials' | 'refused'>
  readonly lease: Pick<Lease, 'check' | 'holds'>
  /** Unix time in ms. */
  readonly now: () => number
  readonly onChange: (event: ChangeEvent) => Promise<void>
  /** Something may have been missed: nothing that was known holds. */
  readonly onGap: () => void
}

const maxCredentials = 20_000
/** Whose newest changes are told apart. */
const maxWorkspaces = 10_000

export function createKnowledge(parts: Parts): Knowledge {
  const resolved = new LRUCache<string, Known>(atMost(50_000))
  const credentials = new LRUCache<string, CredentialsAnswer>(atMost(maxCredentials))
  /** What was last used for a server, so that the next call looks nothing up; good as long as nothing changed in `credentials`. */
  const last = new WeakMap<ServerRef, { caller: CallerRef; answer: CredentialsAnswer; at: number }>()
  let changes = 0
  let greeting: HelloEvent | undefined
  let revision = 0
  /** The newest change of each workspace; of one without an entry there was none after `base`. */
  const changedAt = new Map<string, number>()
  let base = 0
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
    changes += 1
    for (const [key, { caller }] of resolved.entries())
      if (caller === null || caller.workspace_id === workspaceId) resolved.delete(key)
    for (const key of credentials.keys()) if (key.startsWith(workspaceId)) credentials.delete(key)
  }

  /** Only what a connection's owner, or everybody at its server, may have got by it. */
  const forgetConnection = ({ workspace_id, subject_id }: ChangeEvent) => {
    changes += 1
    for (const [key, { connection, required }] of credentials.entries()) {
      if (connection === null && required === null) continue
      const [workspace, server, , user] = key.split(' ')
      const touched = server === subject_id || user === subject_id || user === nobody
      if (workspace === workspace_id && touched) credentials.delete(key)
    }
  }

  /**
   * Asks until the answer is at least as new as what was acknowledged of its workspace: where many others change all the time,
   * none would ever be as new as everything.
   */
  const ask = async <T extends { revision: number }>(
    question: () => Promise<T>,
    workspaceOf: (answer: T) => string | undefined,
  ): Promise<T> => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const answer = await question()
      parts.lease.check()
      const workspaceId = workspaceOf(answer)
      const needed = workspaceId === undefined ? revision : (changedAt.get(workspaceId) ?? base)
      if (answer.revision >= needed) return answer
    }
    throw new AppError('registry_unreachable', { retryAfterS: 1, what: 'the registry answers with old data' })
  }

  /** Answers may overtake each other: a token that was replaced stays so. */
  const keep = (key: string, answer: CredentialsAnswer): CredentialsAnswer => {
    const known = credentials.get(key)
    if (known && supersedes(known.connection, answer.connection)) return known
    changes += 1
    credentials.set(key, answer)
    return answer
  }

  const isFresh = ({ connection }: CredentialsAnswer) =>
    connection === null || connection.fresh_until_ms === null || parts.now() < connection.fresh_until_ms

  const check = (answer: CredentialsAnswer, caller: CallerRef, server: ServerRef): CredentialsAnswer => {
    if (answer.generation !== server.credential_generation) {
      forget(caller.workspace_id)
      throw new ServerChanged(server.slug)
    }
    if (answer.required !== null) throw actionRequired(answer.required, server)
    if (server.connection !== undefined && server.connection !== answer.connection?.generation)
      throw new ServerChanged(server.slug)
    return answer
  }

  return {
    get greeting() {
      return greeting
    },
    get revision() {
      return revision
    },
    resolved(keyDigest, slug) {
      return parts.lease.holds() ? resolved.get(resolveKey(keyDigest, slug)) : undefined
    },
    async resolve(keyDigest, slug) {
      parts.lease.check()
      const key = resolveKey(keyDigest, slug)
      const known = resolved.get(key)
      if (known) return known
      return once(`resolve ${key}`, async () => {
        const answer: ResolveAnswer = await ask(
          () => parts.client.resolve(keyDigest, slug),
          ({ caller }) => caller?.workspace_id,
        )
        resolved.set(key, answer)
        return answer
      })
    },
    known(caller, server) {
      parts.lease.check()
      // Once it is full it matters which of them are used.
      let used = credentials.size === maxCredentials ? undefined : last.get(server)
      if (used?.caller !== caller || used.at !== changes) {
        const answer = credentials.get(credentialKey(caller, server))
        if (answer === undefined) return undefined
        used = { caller, answer, at: changes }
        last.set(server, used)
      }
      return isFresh(used.answer) ? check(used.answer, caller, server) : undefined
    },
    async credentials(caller, server, insists = false) {
      parts.lease.check()
      const key = credentialKey(caller, server)
      const within = () => caller.workspace_id
      const known = credentials.get(key)
      const answer =
        known !== undefined && isFresh(known) && !(insists && known.required !== null)
          ? known
          : await once(`credentials ${key}`, async () =>
              keep(key, await ask(() => parts.client.credentials(requestOf(caller, server)), within)),
            )
      return check(answer, caller, server)
    },
    async refused(caller, server, used) {
      parts.lease.check()
      const key = credentialKey(caller, server)
      const within = () => caller.workspace_id
      const known = credentials.get(key)
      const replaced = known !== undefined && isFresh(known) && !isSameToken(known.connection, used)
      const request = { ...requestOf(caller, server), token_id: used.token_id, version: used.version }
      const answer = replaced
        ? known
        : await once(`refused ${key} ${used.token_id} ${used.version}`, async () =>
            keep(key, await ask(() => parts.client.refused(request), within)),
          )
      return check(answer, caller, server)
    },
    hello(event) {
      // A second hello on a living stream brings keys only; after a gap nothing that was cached may be trusted.
      if (!connected) {
        changes += 1
        resolved.clear()
        credentials.clear()
        parts.onGap()
        revision = event.revision
        base = revision
        changedAt.clear()
      }
      greeting = event
      connected = true
      revision = Math.max(revision, event.revision)
    },
    async changed(event) {
      if (event.subject === 'connection') forgetConnection(event)
      else if (event.subject !== 'session-notes') forget(event.workspace_id)
      revision = Math.max(revision, event.revision)
      if (changedAt.size === maxWorkspaces && !changedAt.has(event.workspace_id)) {
        base = revision
        changedAt.clear()
      }
      changedAt.set(event.workspace_id, revision)
      await parts.onChange(event)
    },
    disconnected() {
      connected = false
    },
  }
}

/** In keys: a service, or one whose person is not known here. */
const nobody = '-'

const resolveKey = (keyDigest: string, slug: string | null) => `${keyDigest} ${slug ?? ''}`

const credentialKey = (caller: CallerRef, server: ServerRef) =>
  `${caller.workspace_id} ${server.id} ${caller.key_id} ${caller.user_id ?? nobody}`

const requestOf = ({ key_id, workspace_id }: CallerRef, { id }: ServerRef) => ({
  key_id,
  workspace_id,
  server_id: id,
})

type MaybeConnection = UsedConnection | null

/** A connection that was made anew counts its tokens from the start. */
const isOfSame = (one: UsedConnection, other: UsedConnection) =>
  one.token_id === other.token_id && one.generation === other.generation

const isSameToken = (one: MaybeConnection, other: UsedConnection) =>
  one !== null && isOfSame(one, other) && one.version <= other.version

const supersedes = (one: MaybeConnection, other: MaybeConnection) =>
  one !== null && other !== null && isOfSame(one, other) && one.version > other.version

function actionRequired({ reason, url }: RequiredAction, { slug }: ServerRef): AppError {
  const data = url === null ? {} : { data: { url } }
  if (reason === 'operator') {
    const what = `the account that is used at the server '${slug}' can be connected by an operator only`
    return new AppError('upstream_auth_failed', { what, ...data })
  }
  const what =
    reason === 'not_connected'
      ? `the server '${slug}' wants an account, and yours is not connected`
      : `the connection of your account to the server '${slug}' no longer works`
  return new AppError('connection_required', { what, ...data })
}
