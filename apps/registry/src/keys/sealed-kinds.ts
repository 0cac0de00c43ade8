// Everything that is sealed with a workspace's data keys, kind by kind: what still uses a retired key, and how one piece of it
// is sealed anew. A table with a column data_key_id has its entry here, or a rotation would leave it behind (a test looks).

import { sessionLabel } from '../internal/upstream-sessions.ts'
import { nothing, readable, retiredKeys, type SealedKind } from './sealed-kind.ts'
import { clientSecrets, tokens, verifiers } from './sealed-oauth.ts'

/** The stored headers of one server. */
const headers: SealedKind = {
  table: 'server_header',
  async find(tx, workspaceId) {
    const rows = await tx.serverHeader.findMany({
      where: { workspaceId, dataKeyId: { in: await retiredKeys(tx, workspaceId) } },
      distinct: ['serverId'],
      orderBy: { serverId: 'asc' },
      select: { serverId: true },
    })
    return rows.map(({ serverId }) => serverId)
  },
  async reseal(tx, sealer, workspaceId, serverId) {
    const [server] = await tx.$queryRaw<{ generation: string }[]>`
      SELECT credential_generation AS generation FROM mcp_server
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${serverId}::uuid FOR UPDATE`
    if (!server) return nothing
    const rows = await tx.serverHeader.findMany({
      where: { workspaceId, serverId, dataKeyId: { in: await retiredKeys(tx, workspaceId) } },
    })
    const unreadable: string[] = []
    for (const { key, position, sealed, dataKeyId } of rows) {
      const where = { workspaceId, serverId, key, generation: server.generation }
      const value = await readable(sealer.openHeader(tx, where, { sealed, dataKeyId }))
      if (value === undefined) {
        unreadable.push(`header ${key} of server ${serverId}`)
        continue
      }
      const anew = await sealer.sealHeader(tx, where, value)
      await tx.serverHeader.update({
        where: { workspaceId_serverId_position: { workspaceId, serverId, position } },
        data: { sealed: anew.sealed, dataKeyId: anew.dataKeyId },
        select: { position: true },
      })
    }
    return { values: rows.length - unreadable.length, unreadable }
  },
  count: (tx, workspaceId, dataKeyId) => tx.serverHeader.count({ where: { workspaceId, dataKeyId } }),
}

/** One session that gateways share. One that does not open is deleted: the next call opens another. */
const sessions: SealedKind = {
  table: 'upstream_session',
  async find(tx, workspaceId) {
    const rows = await tx.upstreamSession.findMany({
      where: { workspaceId, sealed: { not: null }, dataKeyId: { in: await retiredKeys(tx, workspaceId) } },
      orderBy: { id: 'asc' },
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  },
  async reseal(tx, sealer, workspaceId, id) {
    const [row] = await tx.$queryRaw<SessionRow[]>`
      SELECT key_id, server_id, variant, sealed, data_key_id FROM upstream_session
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND sealed IS NOT NULL FOR UPDATE`
    if (!row?.data_key_id || !row.sealed) return nothing
    const label = sessionLabel({ workspace_id: workspaceId, ...row }, id)
    const old = { sealed: row.sealed, dataKeyId: row.data_key_id }
    const value = await readable(sealer.openFor(tx, workspaceId, label, old))
    if (value === undefined) {
      await tx.upstreamSession.deleteMany({ where: { workspaceId, id } })
      return nothing
    }
    const { sealed, dataKeyId } = await sealer.sealFor(tx, workspaceId, label, value)
    await tx.upstreamSession.updateMany({ where: { workspaceId, id }, data: { sealed, dataKeyId } })
    return { values: 1, unreadable: [] }
  },
  count: (tx, workspaceId, dataKeyId) =>
    tx.upstreamSession.count({ where: { workspaceId, dataKeyId, sealed: { not: null } } }),
}

interface SessionRow {
  readonly key_id: string
  readonly server_id: string
  readonly variant: string
  readonly sealed: Uint8Array | null
  readonly data_key_id: string | null
}

export const sealedKinds: readonly SealedKind[] = [headers, sessions, clientSecrets, tokens, verifiers]
