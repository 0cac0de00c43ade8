// The tools of a server: from the catalogue while that is fresh, else fetched with the stored credential or the caller's account.
// One fetch at a time per entry; entries are the upstream's own, byte for byte.

import { AppError, toAppError } from '@gatehouse/errors'
import type { Era } from '@gatehouse/protocol'
import { fetchTools } from '@gatehouse/upstream'
import type { RefusedToken } from '../connections/credential.ts'
import { findConnection, type OwnerId } from '../connections/find-connection.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { ServerRow } from '../servers/to-wire.ts'
import { namesOf, type ToolNames } from './names-of.ts'
import { type StoredCredential, storedCredential } from './stored-credential.ts'

const defaultFreshMs = 5 * 60_000
const maxFreshMs = 60 * 60_000

export interface Listed {
  /** A JSON array, as text. */
  readonly toolsJson: string
  readonly cached: boolean
  readonly fetchedAt: Date
}

export interface ToolLists {
  /**
   * As this person sees them, or with null the services.
   * @throws AppError upstream_auth_failed, upstream_auth_unavailable, upstream_unreachable, upstream_invalid, upstream_timeout,
   * credential_unreadable
   */
  list(server: ServerRow, ownerId: OwnerId, force: boolean): Promise<Listed>
}

/** @param answerWithinMs the longest that an upstream may take */
export function createToolLists(deps: Deps, answerWithinMs = 20_000): ToolLists {
  const fetching = new Map<string, Promise<Listed>>()
  return {
    async list(server, ownerId, force) {
      const entry = await findEntry(deps, server, ownerId)
      if (entry.known && !force) return entry.known
      const key = [server.workspaceId, server.id, entry.owner, entry.generation, server.url].join(' ')
      const underway = fetching.get(key)
      if (underway) return underway
      const made = fetchAndStore(deps, server, ownerId, answerWithinMs).finally(() => fetching.delete(key))
      fetching.set(key, made)
      return made
    },
  }
}

/** Of whose list this is: a person's, or "" where it is the same for all who have none of their own. */
interface Entry {
  readonly owner: string
  readonly generation: string
  /** While it is fresh. */
  readonly known: Listed | undefined
}

async function findEntry(deps: Deps, server: ServerRow, ownerId: OwnerId): Promise<Entry> {
  const { workspaceId, id: serverId } = server
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const connection =
      server.authType === 'oauth' ? await findConnection(deps, tx, server, ownerId) : undefined
    if (connection === null || (connection && connection.state !== 'active')) throw unconnected()
    const owner = connection?.ownerId ?? ''
    const generation = connection?.generation ?? server.credentialGeneration
    const row = await tx.toolCatalogue.findUnique({
      where: { workspaceId_serverId_owner: { workspaceId, serverId, owner } },
    })
    const holds = row && row.generation === generation && row.freshUntil > deps.now()
    const known = holds ? { toolsJson: row.tools, cached: true, fetchedAt: row.fetchedAt } : undefined
    return { owner, generation, known }
  })
}

const unconnected = () =>
  new AppError('upstream_auth_failed', {
    todo: 'Connect an account',
    what: 'there is no connection to this server that can be used',
  })

async function fetchAndStore(
  deps: Deps,
  server: ServerRow,
  ownerId: OwnerId,
  answerWithinMs: number,
): Promise<Listed> {
  const { workspaceId, id: serverId } = server
  const signal = AbortSignal.timeout(answerWithinMs)
  const credentialOf = (refused?: RefusedToken) =>
    storedCredential(deps, workspaceId, serverId, ownerId, refused)
  let used = await credentialOf()
  const fetched = await fetchWith(deps, used, signal).catch(async (error: AppError) => {
    const { account } = used
    if (error.code !== 'upstream_auth_failed' || !account || !('use' in account)) throw error
    // A 401 proves that nothing ran: once more, with a token that was renewed for it.
    used = await credentialOf({ tokenId: account.use.token_id, version: account.use.version })
    return fetchWith(deps, used, signal)
  })
  const fetchedAt = deps.now()
  const freshMs = Math.min(fetched.ttlMs ?? defaultFreshMs, maxFreshMs)
  const entries = JSON.parse(fetched.toolsJson) as { name: string }[] // as fetchTools says
  const data = {
    tools: fetched.toolsJson,
    toolCount: entries.length,
    ...namesOf(entries),
    fetchedAt,
    freshUntil: new Date(fetchedAt.getTime() + freshMs),
  }
  await deps.db.inWorkspace(workspaceId, (tx) => store(tx, server, used, data))
  await rememberEra(deps, server, used, fetched.era, fetchedAt)
  return { toolsJson: fetched.toolsJson, cached: false, fetchedAt }
}

async function fetchWith(deps: Deps, { url, headers, account }: StoredCredential, signal: AbortSignal) {
  if (account && 'required' in account) throw unconnected()
  return fetchTools({ egress: deps.egress, url, headers, signal }).catch((thrown: unknown) => {
    throw thrown instanceof Error && thrown.name === 'TimeoutError'
      ? new AppError('upstream_timeout')
      : toAppError(thrown)
  })
}

/** Until somebody asks for both: the list came in this one. */
async function rememberEra(
  deps: Deps,
  { workspaceId, id }: ServerRow,
  { url, generation }: StoredCredential,
  era: Era,
  at: Date,
): Promise<void> {
  await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.mcpServer.updateMany({
      where: { workspaceId, id, url, credentialGeneration: generation, erasCheckedAt: null },
      data: { [era === 'legacy' ? 'speaksLegacy' : 'speaksModern']: true, erasCheckedAt: at },
    }),
  )
}

/**
 * The server may have been deleted, moved or given another credential meanwhile, the account disconnected: then nothing is kept.
 * A change waits until this is written, and then empties it.
 */
async function store(
  tx: Tx,
  { workspaceId, id: serverId }: ServerRow,
  { url, generation: ofServer, account }: StoredCredential,
  data: ToolNames & {
    readonly tools: string
    readonly toolCount: number
    readonly fetchedAt: Date
    readonly freshUntil: Date
  },
): Promise<void> {
  const still = await tx.$queryRaw<unknown[]>`
    SELECT id FROM mcp_server
    WHERE workspace_id = ${workspaceId}::uuid AND id = ${serverId}::uuid
      AND url = ${url} AND credential_generation = ${ofServer}::uuid
    FOR SHARE`
  if (still.length === 0) return
  let [owner, generation] = ['', ofServer]
  if (account && 'use' in account) {
    const { token_id, generation: ofAccount } = account.use
    const [row] = await tx.$queryRaw<{ owner: string }[]>`
      SELECT coalesce(owner_id::text, '') AS owner FROM oauth_token
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${token_id}::uuid AND generation = ${ofAccount}::uuid
      FOR SHARE`
    if (!row) return
    ;[owner, generation] = [row.owner, ofAccount]
  }
  await tx.toolCatalogue.upsert({
    where: { workspaceId_serverId_owner: { workspaceId, serverId, owner } },
    create: { workspaceId, serverId, owner, generation, ...data },
    update: { generation, ...data },
  })
}
