// Everything that is sealed with a workspace's data keys, kind by kind: what still uses a retired key, and how one piece of it
// is sealed anew. A table with a column data_key_id has its entry here, or a rotation would leave it behind (a test looks).

import { capturedLabel } from '../capture/keep-captured.ts'
import { sessionLabel } from '../internal/upstream-sessions.ts'
import { revocationLabel, secretLabel, tokenLabel, verifierLabel } from '../oauth/labels.ts'
import { nothing, readable, retiredKeys, type SealedKind } from './sealed-kind.ts'
import { sealedRows } from './sealed-rows.ts'

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
const sessions = sealedRows({
  table: 'upstream_session',
  column: 'sealed',
  async label(tx, where) {
    const { keyId, serverId, variant } = await tx.upstreamSession.findFirstOrThrow({ where })
    const place = { workspace_id: where.workspaceId, key_id: keyId, server_id: serverId, variant }
    return sessionLabel(place, where.id)
  },
  async unreadable(tx, where) {
    await tx.upstreamSession.deleteMany({ where })
    return []
  },
})

const clientSecrets = sealedRows({
  table: 'oauth_provider',
  column: 'sealed_secret',
  label: async (tx, where) => secretLabel(await tx.oAuthProvider.findFirstOrThrow({ where })),
  unreadable: async (_tx, { id }) => [`secret of OAuth provider ${id}`],
})

const tokens = sealedRows({
  table: 'oauth_token',
  column: 'sealed',
  label: async (tx, where) => tokenLabel(await tx.oAuthToken.findFirstOrThrow({ where })),
  unreadable: async (_tx, { id }) => [`token of connection ${id}`],
})

/** Of a visit that is under way. One that does not open is taken away, and the visit fails when the browser comes back. */
const verifiers = sealedRows({
  table: 'auth_session',
  column: 'sealed',
  label: async (_tx, where) => verifierLabel(where),
  async unreadable(tx, where) {
    await tx.authSession.updateMany({ where, data: { sealed: null, dataKeyId: null } })
    return []
  },
})

/** Of tokens that are gone here. One that does not open can not be sent either: it is given up. */
const revocations = sealedRows({
  table: 'token_revocation',
  column: 'sealed',
  label: async (_tx, where) => revocationLabel(where),
  async unreadable(tx, where) {
    await tx.tokenRevocation.deleteMany({ where })
    return []
  },
})

/** Of calls in capture mode. Nobody will ever read one that does not open. */
const captured = sealedRows({
  table: 'captured_call',
  column: 'sealed',
  label: async (_tx, where) => capturedLabel(where),
  async unreadable(tx, where) {
    await tx.capturedCall.deleteMany({ where })
    return []
  },
})

export const sealedKinds: readonly SealedKind[] = [
  ...[headers, sessions, clientSecrets, tokens, verifiers],
  ...[revocations, captured],
]
