// What is sealed for OAuth: secrets of clients, tokens, and verifiers of visits that are under way. For sealed-kinds.ts.

import { secretLabel, tokenLabel, verifierLabel } from '../oauth/labels.ts'
import { nothing, readable, retiredKeys, type SealedKind } from './sealed-kind.ts'

export const clientSecrets: SealedKind = {
  table: 'oauth_provider',
  async find(tx, workspaceId) {
    const rows = await tx.oAuthProvider.findMany({
      where: { workspaceId, dataKeyId: { in: await retiredKeys(tx, workspaceId) } },
      orderBy: { id: 'asc' },
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  },
  async reseal(tx, sealer, workspaceId, id) {
    await tx.$queryRaw`
      SELECT id FROM oauth_provider WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const where = { workspaceId_id: { workspaceId, id } }
    const row = await tx.oAuthProvider.findUnique({ where })
    if (!row?.sealedSecret || !row.dataKeyId) return nothing
    const label = secretLabel(row)
    const old = { sealed: row.sealedSecret, dataKeyId: row.dataKeyId }
    const value = await readable(sealer.openFor(tx, workspaceId, label, old))
    if (value === undefined) return { values: 0, unreadable: [`secret of OAuth provider ${id}`] }
    const { sealed: sealedSecret, dataKeyId } = await sealer.sealFor(tx, workspaceId, label, value)
    await tx.oAuthProvider.update({ where, data: { sealedSecret, dataKeyId }, select: { id: true } })
    return { values: 1, unreadable: [] }
  },
  count: (tx, workspaceId, dataKeyId) => tx.oAuthProvider.count({ where: { workspaceId, dataKeyId } }),
}

export const tokens: SealedKind = {
  table: 'oauth_token',
  async find(tx, workspaceId) {
    const rows = await tx.oAuthToken.findMany({
      where: { workspaceId, dataKeyId: { in: await retiredKeys(tx, workspaceId) } },
      orderBy: { id: 'asc' },
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  },
  async reseal(tx, sealer, workspaceId, id) {
    await tx.$queryRaw`
      SELECT id FROM oauth_token WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const where = { workspaceId_id: { workspaceId, id } }
    const row = await tx.oAuthToken.findUnique({ where })
    if (!row) return nothing
    const label = tokenLabel(row)
    const value = await readable(sealer.openFor(tx, workspaceId, label, row))
    if (value === undefined) return { values: 0, unreadable: [`token of connection ${id}`] }
    const { sealed, dataKeyId } = await sealer.sealFor(tx, workspaceId, label, value)
    await tx.oAuthToken.update({ where, data: { sealed, dataKeyId }, select: { id: true } })
    return { values: 1, unreadable: [] }
  },
  count: (tx, workspaceId, dataKeyId) => tx.oAuthToken.count({ where: { workspaceId, dataKeyId } }),
}

/** One that does not open is taken away, and the visit fails when the browser comes back. */
export const verifiers: SealedKind = {
  table: 'auth_session',
  async find(tx, workspaceId) {
    const rows = await tx.authSession.findMany({
      where: { workspaceId, dataKeyId: { in: await retiredKeys(tx, workspaceId) } },
      orderBy: { id: 'asc' },
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  },
  async reseal(tx, sealer, workspaceId, id) {
    await tx.$queryRaw`
      SELECT id FROM auth_session WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const where = { workspaceId_id: { workspaceId, id } }
    const row = await tx.authSession.findUnique({ where })
    if (!row?.sealed || !row.dataKeyId) return nothing
    const label = verifierLabel(row)
    const value = await readable(
      sealer.openFor(tx, workspaceId, label, { sealed: row.sealed, dataKeyId: row.dataKeyId }),
    )
    const anew = value && (await sealer.sealFor(tx, workspaceId, label, value))
    const data = { sealed: anew?.sealed ?? null, dataKeyId: anew?.dataKeyId ?? null }
    await tx.authSession.update({ where, data, select: { id: true } })
    return { values: anew ? 1 : 0, unreadable: [] }
  },
  count: (tx, workspaceId, dataKeyId) => tx.authSession.count({ where: { workspaceId, dataKeyId } }),
}
