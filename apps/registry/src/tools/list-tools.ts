// The tools of a server: from the catalogue while that is fresh, else fetched with the stored credential. One fetch at a time per
// entry; entries are the upstream's own, byte for byte.

import { AppError, toAppError } from '@gatehouse/errors'
import { fetchTools } from '@gatehouse/upstream'
import type { Actor } from '../actor.ts'
import type { Deps } from '../deps.ts'
import type { ServerRow } from '../servers/to-wire.ts'

const defaultFreshMs = 5 * 60_000
const maxFreshMs = 60 * 60_000
const answerWithinMs = 20_000

export interface Listed {
  /** A JSON array, as text. */
  readonly toolsJson: string
  readonly cached: boolean
  readonly fetchedAt: Date
}

export interface ToolLists {
  /** @throws AppError upstream_auth_failed, upstream_unreachable, upstream_invalid, upstream_timeout, credential_unreadable */
  list(actor: Actor, server: ServerRow, force: boolean): Promise<Listed>
}

export function createToolLists(deps: Deps): ToolLists {
  const fetching = new Map<string, Promise<Listed>>()
  return {
    async list(actor, server, force) {
      if (server.authType === 'oauth') {
        throw new AppError('upstream_auth_failed', {
          todo: 'Connect an account',
          what: 'there is no connection to this server',
        })
      }
      const known = force ? null : await fresh(deps, server)
      if (known) return known
      const key = `${actor.workspaceId} ${server.id} ${server.credentialGeneration}`
      const underway = fetching.get(key) ?? fetchAndStore(deps, server).finally(() => fetching.delete(key))
      fetching.set(key, underway)
      return underway
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

async function fetchAndStore(deps: Deps, server: ServerRow): Promise<Listed> {
  const { workspaceId, id: serverId, credentialGeneration: generation } = server
  const headers = await storedHeaders(deps, server)
  const fetched = await fetchTools({
    egress: deps.egress,
    url: server.url,
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
    // The server may have been deleted or given another credential meanwhile: then nothing is kept.
    const still = await tx.mcpServer.count({
      where: { workspaceId, id: serverId, credentialGeneration: generation },
    })
    if (still === 0) return
    const where = { workspaceId_serverId_owner: { workspaceId, serverId, owner: '' } }
    await tx.toolCatalogue.upsert({
      where,
      create: { workspaceId, serverId, owner: '', ...data },
      update: data,
    })
  })
  return { toolsJson: fetched.toolsJson, cached: false, fetchedAt }
}

async function storedHeaders(deps: Deps, server: ServerRow): Promise<[string, string][]> {
  const { workspaceId, id: serverId, credentialGeneration: generation } = server
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const rows = await tx.serverHeader.findMany({
      where: { workspaceId, serverId },
      orderBy: { position: 'asc' },
      select: { key: true, sealed: true, dataKeyId: true },
    })
    const headers: [string, string][] = []
    for (const { key, ...row } of rows) {
      const value = await deps.sealer.openHeader(tx, { workspaceId, serverId, key, generation }, row)
      headers.push([key, value.reveal()])
    }
    return headers
  })
}
