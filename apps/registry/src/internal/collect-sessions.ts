// Sessions at servers that nobody will use again: their rows go, and the gateway that asks ends them. What it would need for
// that and no longer has (the server's address or credential were replaced) is let go without a word.

import type {
  CollectedSession,
  CollectedSessions,
  collectSessionsRequest,
  SessionPlace,
} from '@gatehouse/registry-api/internal'
import type { z } from 'zod'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { readSession, type SessionRow } from './upstream-sessions.ts'

type Ask = z.output<typeof collectSessionsRequest>
type Taken = SessionPlace & SessionRow & { readonly generation: string }

const most = 100

export async function collectSessions(deps: Deps, ask: Ask): Promise<CollectedSessions> {
  const [revision, found] = await deps.db.asSystem(async (tx) => [
    await deps.changes.current(tx),
    await find(tx, ask),
  ])
  const sessions: CollectedSession[] = []
  for (const [workspaceId, rows] of Map.groupBy(found, (row) => row.workspace_id)) {
    const ids = rows.map(({ id }) => id)
    const taken = await deps.db.inWorkspace(workspaceId, async (tx) => {
      const gone =
        'leaving' in ask
          ? await leave(tx, workspaceId, ids, ask.gateway_id)
          : await takeIdle(tx, workspaceId, ids, ask.idle_ms)
      return Promise.all(gone.map((row) => describe(deps, tx, row)))
    })
    sessions.push(...taken.filter((session) => session !== undefined))
  }
  return { revision, sessions }
}

type Found = { readonly workspace_id: string; readonly id: string }

const find = (tx: Tx, ask: Ask): Promise<Found[]> =>
  'leaving' in ask
    ? tx.$queryRaw<
        Found[]
      >`SELECT workspace_id, id FROM upstream_session WHERE ${ask.gateway_id}::uuid = ANY(gateways)`
    : tx.$queryRaw<Found[]>`
        SELECT workspace_id, id FROM upstream_session
        WHERE used_at < now() - make_interval(secs => ${ask.idle_ms / 1_000}::float8) ORDER BY used_at LIMIT ${most}`

/** Used again since they were found: they stay. What another gateway is just taking is its. */
const takeIdle = (tx: Tx, workspaceId: string, ids: readonly string[], idleMs: number): Promise<Taken[]> =>
  tx.$queryRaw<Taken[]>`
    DELETE FROM upstream_session WHERE workspace_id = ${workspaceId}::uuid AND id IN (
      SELECT id FROM upstream_session
      WHERE workspace_id = ${workspaceId}::uuid AND id = ANY(${ids}::uuid[])
        AND used_at < now() - make_interval(secs => ${idleMs / 1_000}::float8) FOR UPDATE SKIP LOCKED)
    RETURNING workspace_id, key_id, server_id, variant, id, generation, sealed, data_key_id`

/** Used by another gateway as well: they are left to it. */
async function leave(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
  gatewayId: string,
): Promise<Taken[]> {
  // Several that stop at once take the locks in one order.
  await tx.$queryRaw`
    SELECT id FROM upstream_session WHERE workspace_id = ${workspaceId}::uuid AND id = ANY(${ids}::uuid[])
    ORDER BY id FOR UPDATE`
  await tx.$executeRaw`
    UPDATE upstream_session SET gateways = array_remove(gateways, ${gatewayId}::uuid)
    WHERE workspace_id = ${workspaceId}::uuid AND id = ANY(${ids}::uuid[])`
  return tx.$queryRaw<Taken[]>`
    DELETE FROM upstream_session WHERE workspace_id = ${workspaceId}::uuid AND id = ANY(${ids}::uuid[])
      AND gateways = '{}' AND sealed IS NOT NULL
    RETURNING workspace_id, key_id, server_id, variant, id, generation, sealed, data_key_id`
}

async function describe(deps: Deps, tx: Tx, row: Taken): Promise<CollectedSession | undefined> {
  const session = await readSession(deps, tx, row, row)
  const server = await tx.mcpServer.findUnique({
    where: { workspaceId_id: { workspaceId: row.workspace_id, id: row.server_id } },
    select: { id: true, slug: true, url: true, credentialGeneration: true },
  })
  if (session?.session_id == null || server === null) return undefined
  const { id, slug, url, credentialGeneration } = server
  if (url !== session.url || credentialGeneration !== row.generation) return undefined
  return {
    workspace_id: row.workspace_id,
    key_id: row.key_id,
    id: row.id,
    server: { id, slug, url, credential_generation: credentialGeneration },
    session_id: session.session_id,
    protocol_version: session.protocol_version,
  }
}
