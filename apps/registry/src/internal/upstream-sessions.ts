// Sessions that gateways open at legacy servers: one row per caller, server and variant, opened by whoever comes first and used
// by all. The row's lock decides who that is; its clock is the database's. Their end: collect-sessions.ts.

import { Secret } from '@gatehouse/config'
import { AppError } from '@gatehouse/errors'
import {
  type forgetSessionRequest,
  type OpenSessionAnswer,
  type openSessionRequest,
  type putSessionRequest,
  type SessionPlace,
  type UpstreamSession,
  upstreamSession,
} from '@gatehouse/registry-api/internal'
import type { z } from 'zod'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'

/** What is read of a row. */
export interface SessionRow {
  readonly id: string
  readonly sealed: Uint8Array | null
  readonly data_key_id: string | null
}

/** @throws AppError mcp_server_not_found where the server is not (any more) what the gateway knows */
export function openSession(
  deps: Deps,
  ask: z.output<typeof openSessionRequest>,
): Promise<OpenSessionAnswer> {
  return deps.db.inWorkspace(ask.workspace_id, async (tx) => {
    await checkServer(tx, ask)
    const row = await lockRow(tx, ask)
    const session = await readSession(deps, tx, ask, row)
    if (session !== undefined) {
      await tx.$executeRaw`
        UPDATE upstream_session SET used_at = now(),
          gateways = CASE WHEN ${ask.gateway_id}::uuid = ANY(gateways) THEN gateways
            ELSE array_append(gateways, ${ask.gateway_id}::uuid) END
        WHERE workspace_id = ${ask.workspace_id}::uuid AND id = ${row.id}::uuid`
      return { state: 'open', id: row.id, session }
    }
    if (row.id !== ask.claim && row.is_opening) return { state: 'opening' }
    await tx.$executeRaw`
      UPDATE upstream_session SET id = ${ask.claim}::uuid, sealed = NULL, opening_until = now() + interval '5 seconds',
        used_at = now() WHERE workspace_id = ${ask.workspace_id}::uuid AND id = ${row.id}::uuid`
    return { state: 'yours' }
  })
}

/** Kept where the claim still stands. */
export function putSession(
  deps: Deps,
  put: z.output<typeof putSessionRequest>,
): Promise<{ readonly kept: boolean }> {
  return deps.db.inWorkspace(put.workspace_id, async (tx) => {
    const value = new Secret(JSON.stringify(put.session))
    const { sealed, dataKeyId } = await deps.sealer.sealFor(
      tx,
      put.workspace_id,
      sessionLabel(put, put.claim),
      value,
    )
    const count = await tx.$executeRaw`
      UPDATE upstream_session SET sealed = ${sealed}, data_key_id = ${dataKeyId}::uuid, opening_until = NULL,
        gateways = ARRAY[${put.gateway_id}::uuid], used_at = now()
      WHERE workspace_id = ${put.workspace_id}::uuid AND id = ${put.claim}::uuid AND sealed IS NULL`
    return { kept: count === 1 }
  })
}

/** A later session in the same place stays. */
export async function forgetSession(deps: Deps, gone: z.output<typeof forgetSessionRequest>): Promise<void> {
  await deps.db.inWorkspace(gone.workspace_id, (tx) =>
    tx.upstreamSession.deleteMany({ where: { ...toPlace(gone), id: gone.id } }),
  )
}

/** Undefined where there is none yet, or what is there can't be opened. */
export async function readSession(
  deps: Deps,
  tx: Tx,
  place: SessionPlace,
  { id, sealed, data_key_id: dataKeyId }: SessionRow,
): Promise<UpstreamSession | undefined> {
  if (sealed === null || dataKeyId === null) return undefined
  try {
    const value = await deps.sealer.openFor(tx, place.workspace_id, sessionLabel(place, id), {
      sealed,
      dataKeyId,
    })
    return upstreamSession.parse(JSON.parse(value.reveal()))
  } catch (err) {
    deps.log.warn({ err }, 'a stored session can not be read: a new one takes its place')
    return undefined
  }
}

async function checkServer(tx: Tx, ask: z.output<typeof openSessionRequest>): Promise<void> {
  const server = await tx.mcpServer.findUnique({
    where: { workspaceId_id: { workspaceId: ask.workspace_id, id: ask.server_id } },
    select: { enabled: true, credentialGeneration: true },
  })
  if (!server?.enabled || server.credentialGeneration !== ask.generation)
    throw new AppError('mcp_server_not_found')
}

/** The row of this place, made where there is none, and nobody else's until the end of the transaction. */
async function lockRow(
  tx: Tx,
  ask: z.output<typeof openSessionRequest>,
): Promise<SessionRow & { readonly is_opening: boolean }> {
  await tx.$executeRaw`
    INSERT INTO upstream_session (workspace_id, key_id, server_id, variant, id, generation)
    VALUES (${ask.workspace_id}::uuid, ${ask.key_id}::uuid, ${ask.server_id}::uuid, ${ask.variant}, ${ask.claim}::uuid,
      ${ask.generation}::uuid) ON CONFLICT DO NOTHING`
  const [row] = await tx.$queryRaw<(SessionRow & { readonly is_opening: boolean })[]>`
    SELECT id, sealed, data_key_id, coalesce(opening_until > now(), false) AS is_opening FROM upstream_session
    WHERE workspace_id = ${ask.workspace_id}::uuid AND key_id = ${ask.key_id}::uuid
      AND server_id = ${ask.server_id}::uuid AND variant = ${ask.variant} FOR UPDATE`
  if (row === undefined) throw new AppError('mcp_server_not_found') // removed between the two
  return row
}

const toPlace = (place: SessionPlace) => ({
  workspaceId: place.workspace_id,
  keyId: place.key_id,
  serverId: place.server_id,
  variant: place.variant,
})

/** What a sealed session is bound to. */
export const sessionLabel = (place: SessionPlace, id: string) => [
  'upstream session',
  place.workspace_id,
  place.key_id,
  place.server_id,
  place.variant,
  id,
]
