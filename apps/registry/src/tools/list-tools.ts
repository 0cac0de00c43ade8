// The tools of a server: from the catalogue while that is fresh, else fetched with the stored credential. One fetch at a time per
// entry; entries are the upstream's own, byte for byte.

import { AppError, toAppError } from '@gatehouse/errors'
import { fetchTools } from '@gatehouse/upstream'
import type { Deps } from '../deps.ts'
import type { ServerRow } from '../servers/to-wire.ts'
import { storedCredential } from './stored-credential.ts'

const defaultFreshMs = 5 * 60_000
const maxFreshMs = 60 * 60_000

export interface Listed {
  /** A JSON array, as text. */
  readonly toolsJson: string
  readonly cached: boolean
  readonly fetchedAt: Date
}

export interface ToolLists {
  /** @throws AppError upstream_auth_failed, upstream_unreachable, upstream_invalid, upstream_timeout, credential_unreadable */
  list(server: ServerRow, force: boolean): Promise<Listed>
}

/** @param answerWithinMs the longest that an upstream may take */
export function createToolLists(deps: Deps, answerWithinMs = 20_000): ToolLists {
  const fetching = new Map<string, Promise<Listed>>()
  return {
    async list(server, force) {
      if (server.authType === 'oauth') {
        throw new AppError('upstream_auth_failed', {
          todo: 'Connect an account',
          what: 'there is no connection to this server',
        })
      }
      const known = force ? null : await fresh(deps, server)
      if (known) return known
      const key = [server.workspaceId, server.id, server.credentialGeneration, server.url].join(' ')
      const underway = fetching.get(key)
      if (underway) return underway
      const made = fetchAndStore(deps, server, answerWithinMs).finally(() => fetching.delete(key))
      fetching.set(key, made)
      return made
    },
  }
}

async function fresh(deps: Deps, server: ServerRow): Promise<Listed | null> {
  const { workspaceId, id: serverId } = server
  const row = await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.toolCatalogue.findUnique({
      where: { workspaceId_serverId_owner: { workspaceId, serverId, owner: '' } },
    }),
  )
  const holds = row && row.generation === server.credentialGeneration && row.freshUntil > deps.now()
  return holds ? { toolsJson: row.tools, cached: true, fetchedAt: row.fetchedAt } : null
}

async function fetchAndStore(deps: Deps, server: ServerRow, answerWithinMs: number): Promise<Listed> {
  const { workspaceId, id: serverId } = server
  const { url, generation, headers } = await storedCredential(deps, workspaceId, serverId)
  const fetched = await fetchTools({
    egress: deps.egress,
    url,
    headers,
    signal: AbortSignal.timeout(answerWithinMs),
  }).catch((thrown: unknown) => {
    throw thrown instanceof Error && thrown.name === 'TimeoutError'
      ? new AppError('upstream_timeout')
      : toAppError(thrown)
  })
  const fetchedAt = deps.now()
  const freshMs = Math.min(fetched.ttlMs ?? defaultFreshMs, maxFreshMs)
  const data = {
    generation,
    tools: fetched.toolsJson,
    fetchedAt,
    freshUntil: new Date(fetchedAt.getTime() + freshMs),
  }
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    // The server may have been deleted, moved or given another credential meanwhile: then nothing is kept. An update waits
    // until this is written, and then empties it.
    const still = await tx.$queryRaw<unknown[]>`
      SELECT id FROM mcp_server
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${serverId}::uuid
        AND url = ${url} AND credential_generation = ${generation}::uuid
      FOR SHARE`
    if (still.length === 0) return
    const where = { workspaceId_serverId_owner: { workspaceId, serverId, owner: '' } }
    await tx.toolCatalogue.upsert({
      where,
      create: { workspaceId, serverId, owner: '', ...data },
      update: data,
    })
  })
  return { toolsJson: fetched.toolsJson, cached: false, fetchedAt }
}
